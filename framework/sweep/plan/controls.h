#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_CONTROLS_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_CONTROLS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/config/sweep.pb.h"
#include "framework/config/variants/expand.h"

namespace retort {

// Whether a loss of a stage is learnt from the text alone (LossTerm::gold).
using IsGold = std::function<absl::StatusOr<bool>(const Experiment&, const Stage&, const Loss&)>;

// Adds the two controls to the sweep, made from its base: `init_only` keeps the student's own initialisation, `scratch`
// draws it at random; both keep the gold losses alone. A stage that has none is left out, and what names it goes on
// from the stage before it, and has the experiment's teacher where it was the teacher: where no training is left, the
// control is the student as initialised. Where no stage begins as the student's `init`, as all train and evaluate the
// teacher, the controls would differ from the base in nothing: there are none, and a warning says so.
//
// Errors: those of is_gold; NotFound if random_normal is not linked.
absl::Status AddControls(const IsGold& is_gold, ExpandedSweep* sweep, std::vector<std::string>* warnings);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_CONTROLS_H_
