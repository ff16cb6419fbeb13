#ifndef RETORT_FRAMEWORK_TESTING_LOSS_CONFORMANCE_H_
#define RETORT_FRAMEWORK_TESTING_LOSS_CONFORMANCE_H_

#include <ostream>
#include <vector>

#include "absl/status/status.h"
#include "framework/loss/loss_term.h"
#include "framework/model/config/encoder_config.h"

namespace retort::testing {

// What every loss term keeps, whoever wrote it, on small random inputs with a ragged step. Terms are made for a student
// of ConformanceStudent() and a teacher of ConformanceTeacher().
//
//   IsDeterministic                  The same inputs give the same bits of sum and gradient.
//   AddsUpOverAnySplit               Sums and counts of slices add up, for all ways to cut the step.
//   PaddingDoesNotLeak               NaN at padded positions changes neither the sum nor makes a gradient NaN.
//   UnreadRowsDoNotLeak              Nor does NaN in rows that the term does not read (others than its masked ones).
//   GradientStaysWithTheStudent      It moves the student and its own parameters, and never the teacher.
//   AgreesInFloat32AndBfloat16       The formula on inputs of a type, computed in float32 at least: float64 on the same
//                                    (rounded) inputs differs by float32's rounding alone.
//   AsksForNoValues                  Neither the sum nor its gradient lets the host wait for values, as item(), nonzero
//                                    or an index that is a mask do: a GPU would stand still meanwhile.
//   FusedFormAgrees                  Coefficients for the fused kernel give the same value and gradient.
struct LossContract {
  const char* name;
  // OK, or FailedPrecondition that says what was wanted and what was got; what the term's Sum gives.
  absl::Status (*check)(const LossTerm& term);

  // For GoogleTest's messages.
  friend std::ostream& operator<<(std::ostream& out, const LossContract& contract) { return out << contract.name; }
};

const std::vector<LossContract>& LossContracts();

const EncoderConfig& ConformanceStudent();
const EncoderConfig& ConformanceTeacher();

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TESTING_LOSS_CONFORMANCE_H_
