#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_STAGE_KEY_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_STAGE_KEY_H_

#include <string>
#include <vector>

#include "c10/core/Device.h"
#include "framework/sweep/inputs/inputs.h"
#include "framework/sweep/plan/planned_stage.h"

namespace retort {

// What the address of a stage's result follows from beside the stage itself.
struct KeySources {
  const std::vector<PlannedStage>& stages;  // Those it names by index have their keys.
  const ModelInput* teacher = nullptr;      // The experiment's; null: there is none.
  c10::Device device = c10::Device(at::kCPU);
};

// The content address of a stage's result: code, device, student, data, losses, plugins, seeds and teacher as far as
// the result depends on them, without what is only a name or a place. Pure functions; all else of the stage is planned.
std::string StageKey(const PlannedStage& planned, const KeySources& sources);

// What training stages have in common that can share a data pass. REQUIRES: planned.trains().
std::string CohortKey(const PlannedStage& planned);

// What teaches a stage: the content hash of the experiment's teacher, or the key of the stage that trained it; "none".
std::string TeacherIdentity(const PlannedStage& planned, const KeySources& sources);

// What decides the bits of what a teacher gives a training stage for its micro-batches, beside how it is computed: the
// teacher, its classes' order and its dropout, data, order, masks and micro-batches, precision, device and code. Not
// the number of steps, so that a longer training goes on with what a shorter one kept, and nothing of students and
// losses.
// REQUIRES: planned.trains(), planned.reads_teacher.
std::string TeacherOutputsKey(const PlannedStage& planned, const KeySources& sources);

// The address of the teacher's own scores by an evaluation. REQUIRES: !planned.trains(), planned.reads_teacher.
std::string TeacherScoresKey(const PlannedStage& planned, const KeySources& sources);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_STAGE_KEY_H_
