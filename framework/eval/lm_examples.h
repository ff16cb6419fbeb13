#ifndef RETORT_FRAMEWORK_EVAL_LM_EXAMPLES_H_
#define RETORT_FRAMEWORK_EVAL_LM_EXAMPLES_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/base/problems.h"
#include "framework/data/lm_kind.h"
#include "framework/eval/evaluator.h"
#include "framework/eval/metric_spec.h"

// What the evaluations of masked and of causal language models have in common.

namespace retort {

// Which held-out sequences of a corpus.
struct LmExamplesSpec {
  LmKind kind = LmKind::kMasked;
  std::string corpus;  // A folder with a corpus.textproto.
  std::string split;   // "train", "select" or "report".
  int64_t length = 0;
  int64_t min_length = 0;
  int64_t sequences = 0;  // So many of them ...
  uint64_t seed = 0;      // ... chosen, and masked by BERT's rule if the kind is masked, by this.
};

// Opens the sequences; they score what EvaluateLm (framework/eval/lm_evaluation.h) does. Errors: those of corpora;
// InvalidArgument for an unknown split, for more sequences than there are, and for a masked model without a piece for
// masked tokens.
absl::StatusOr<std::shared_ptr<const HeldOutExamples>> OpenLmExamples(const LmExamplesSpec& spec,
                                                                      const EvaluationInputs& inputs);

// The metrics of EvaluateLm: cross-entropy, KL to the teacher, accuracy.
MetricSpecs LmMetrics(LmKind kind);

// What an evaluation needs whose sequences have `length` positions.
ModelNeeds LmNeeds(LmKind kind, int64_t length);

// Adds what is wrong with the fields that all such evaluations have.
void CheckLmExamples(const std::string& place, const LmExamplesSpec& spec, Problems* problems);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_LM_EXAMPLES_H_
