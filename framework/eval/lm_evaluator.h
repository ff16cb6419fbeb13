#ifndef RETORT_FRAMEWORK_EVAL_LM_EVALUATOR_H_
#define RETORT_FRAMEWORK_EVAL_LM_EVALUATOR_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/base/problems.h"
#include "framework/data/sequences/lm_kind.h"
#include "framework/eval/evaluator.h"
#include "framework/eval/scores/metric_spec.h"

// What the evaluations of masked and of causal language models have in common.

namespace retort {

// Which held-out sequences of a corpus.
struct LmEvaluatorSpec {
  LmKind kind = LmKind::kMasked;
  std::string corpus;  // A folder with a corpus.textproto.
  std::string split;   // "train", "select" or "report".
  int64_t length = 0;
  int64_t min_length = 0;
  int64_t sequences = 0;  // So many of them ...
  uint64_t seed = 0;      // ... chosen, and masked by BERT's rule if the kind is masked, by this.
};

// The evaluation of language models of one kind on these sequences: cross-entropy, KL to the teacher and accuracy, as
// EvaluateLm (framework/eval/lm_evaluation.h) has them.
class LmEvaluator final : public Evaluator {
 public:
  explicit LmEvaluator(LmEvaluatorSpec spec) : spec_(std::move(spec)) {}

  MetricSpecs metrics() const override;
  ModelNeeds needs() const override;
  std::string split() const override { return spec_.split; }
  bool reads_teacher() const override { return true; }

  // Errors: those of corpora; InvalidArgument for an unknown split, for more sequences than there are, and for a masked
  // model without a piece for masked tokens.
  absl::StatusOr<std::shared_ptr<const HeldOutExamples>> Open(const EvaluationInputs& inputs) const override;

 private:
  const LmEvaluatorSpec spec_;
};

// Adds what is wrong with the fields that all such evaluations have.
void CheckLmEvaluator(const std::string& place, const LmEvaluatorSpec& spec, Problems* problems);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_LM_EVALUATOR_H_
