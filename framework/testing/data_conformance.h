#ifndef RETORT_FRAMEWORK_TESTING_DATA_CONFORMANCE_H_
#define RETORT_FRAMEWORK_TESTING_DATA_CONFORMANCE_H_

#include <string>

#include "absl/status/status.h"
#include "framework/data/training_data.h"
#include "framework/text/tokenizer.h"

namespace retort::testing {

// What every kind of training data keeps, on two epochs of its steps of two sequences:
//
//   - A step is a function of its number and the seed: the same bits whenever it is read, from any opening of the same
//     data. Another seed gives other steps.
//   - Shapes are those of the steps, and the expected share of labelled positions is near what there is.
//   - No sequence stands twice in an epoch, and none is longer than the data says that models must read.
//   - Ids and labels are pieces of the vocabulary; there is a label, or kNoLabel, for every position.
//   - Data for a head of classes has one of its Classes for every sequence, data for a head of scores a score.
//
// `cache`: a folder to keep token stores in. Returns: OK, or FailedPrecondition that says which step broke what; what
// Open gives.
absl::Status CheckTrainingData(const TrainingData& data, const Tokenizer& tokenizer, const std::string& cache);

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TESTING_DATA_CONFORMANCE_H_
