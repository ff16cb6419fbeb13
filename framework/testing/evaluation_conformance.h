#ifndef RETORT_FRAMEWORK_TESTING_EVALUATION_CONFORMANCE_H_
#define RETORT_FRAMEWORK_TESTING_EVALUATION_CONFORMANCE_H_

#include <string>

#include "absl/status/status.h"
#include "framework/eval/evaluator.h"
#include "framework/text/tokenizer.h"

namespace retort::testing {

// What every evaluation keeps, on small random models of the kind that it needs:
//
//   - Its metrics have names of their own, each beginning with a word and a slash, labels, and an example's name.
//   - Opened twice it has the same key.
//   - A model gets a score for every metric and no other, those beside a teacher only where there is one, with the same
//     examples for all of them.
//   - The bits of a model's scores do not depend on the other models; without reads_teacher, nor on the teacher.
//   - Models are not changed.
//
// `cache`: a folder to keep token stores in. Returns: OK, or FailedPrecondition that says what broke; what Open gives.
absl::Status CheckEvaluator(const Evaluator& evaluator, const Tokenizer& tokenizer, const std::string& cache);

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TESTING_EVALUATION_CONFORMANCE_H_
