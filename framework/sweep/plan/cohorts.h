#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_COHORTS_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_COHORTS_H_

#include <vector>

#include "framework/sweep/plan/plan.h"

namespace retort {

// Whether all that a stage reads is among `done`.
bool SourcesAreDone(const PlannedStage& stage, const StageIndices& done);

// The augmentation stage to run next: they come before all else. -1: there is none. `closed`: stages that are not to be
// begun, beside those done. Pure function.
int NextAugmentation(const Plan& plan, const StageIndices& done, const StageIndices& closed);

// The cohorts that are left to train, in the order in which they run: training stages that share data and teacher and
// whose sources are done by then, all augmentations among them that have not failed. A stage without a teacher goes
// along with the first cohort of its data. What reads a failed stage is in none. Where the plan's memory is bounded, a
// cohort takes in no stage beyond what ProgramMemory (framework/sweep/student/memory.h) says that fits: such a stage is
// left for a later cohort, whose teacher is computed again. Only a stage alone may need more. The printed plan and the
// run both go by this.
//
// Pure function.
std::vector<std::vector<int>> Cohorts(const Plan& plan, StageIndices done, const StageIndices& failed);

// Whether memory parts some of these cohorts. Pure function.
bool ArePartedByMemory(const Plan& plan, const StageIndices& done);

// The evaluation stages to run next, together: those that can run now on the same examples beside the same teacher, at
// most eight, and no more than the plan's memory holds. `closed`: stages that are not to be begun, beside those done.
// Empty: there are none. Pure function.
std::vector<int> NextEvaluations(const Plan& plan, const StageIndices& done, const StageIndices& closed);

// The evaluation stages that are not done, in such groups, once all is trained. Pure function.
std::vector<std::vector<int>> EvaluationGroups(const Plan& plan, StageIndices done);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_COHORTS_H_
