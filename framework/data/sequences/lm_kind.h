#ifndef RETORT_FRAMEWORK_DATA_SEQUENCES_LM_KIND_H_
#define RETORT_FRAMEWORK_DATA_SEQUENCES_LM_KIND_H_

#include "absl/strings/string_view.h"

namespace retort {

// The two kinds of language models. What follows from it: how text is cut into sequences (SequenceSet) and what their
// labels are (ReadStep).
enum class LmKind {
  kMasked,  // Reads a whole sequence and tells what masked positions were.
  kCausal,  // Reads what came before and tells what comes next.
};

// "masked_lm" or "causal_lm": the name of its data, evaluation, loss and metrics in configurations and reports.
inline absl::string_view LmKindName(LmKind kind) { return kind == LmKind::kMasked ? "masked_lm" : "causal_lm"; }

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_SEQUENCES_LM_KIND_H_
