#ifndef RETORT_FRAMEWORK_DATA_STEP_SOURCE_H_
#define RETORT_FRAMEWORK_DATA_STEP_SOURCE_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/batch/step_batch.h"

// The steps that students are trained on:
//
//   std::unique_ptr<StepSource> source = ...;               // TrainingData::Open, framework/data/training_data.h
//   const StepBatch step = source->Step(17);                // Ids, labels and masks of the 18th step.
//   const Batch batch = step.Slice(0, 8, at::kCPU);         // Its first 8 sequences as tensors.

namespace retort {

// What a step costs, without its ids.
struct StepShape {
  int64_t sequences = 0;
  int64_t positions = 0;      // Of the longest sequence, to which all are padded.
  int64_t tokens = 0;         // Real positions of all sequences.
  double labelled_share = 0;  // Of the tokens, expected.

  // Of all positions. What a mean shape is rounded to may hold more tokens than it has positions.
  double padding_share() const {
    const auto places = static_cast<double>(sequences * positions);
    return places > 0 ? std::max(0.0, 1 - static_cast<double>(tokens) / places) : 0;
  }
};

// The steps of a training stage by number, from 0 over all epochs: which sequences, and their labels and masks. Any
// step is at hand without those before it. The same source gives the same steps on any machine. Thread-safe.
class StepSource {
 public:
  virtual ~StepSource() = default;

  // Each call draws the masks again, with the same result.
  virtual StepBatch Step(int64_t step) const = 0;

  // The shape of Step(step), without reading ids.
  virtual StepShape Shape(int64_t step) const = 0;

  // The share of the real positions of so many sequences that is expected to be labelled.
  virtual double LabelledShare(int64_t sequences, int64_t tokens) const = 0;

  // The same for all epochs.
  virtual int64_t steps_per_epoch() const = 0;

  // What the steps' contents follow from, beside the configurations of data and batch and the seed: the text as ids,
  // and which of them make up which sequence.
  virtual uint64_t content_hash() const = 0;

  // What was left out or cut of the files, for the plan: "train: 12 of 9596 examples cut to 64 pieces".
  virtual std::vector<std::string> notes() const { return {}; }
};

// The mean of the shapes of an epoch's steps, rounded. For estimates and for budgets in operations.
StepShape MeanStep(const StepSource& source);

// The most steps that a stage may have: eleven days of a step per millisecond.
inline constexpr int64_t kMostSteps = 1'000'000'000;

// `steps`, rounded up, of a budget that the field `budget.<field>` asks for. InvalidArgument, which says `asked`,
// unless they are above 0 and at most kMostSteps.
absl::StatusOr<int64_t> CountedSteps(absl::string_view field, double steps, absl::string_view asked);

// The first number of steps that hold at least `tokens` real positions, where each epoch holds as many as the first one
// does: which sequences sit out differs. Looks at the shapes of one epoch. Errors: InvalidArgument unless tokens > 0,
// and those of CountedSteps.
absl::StatusOr<int64_t> StepsForTokens(const StepSource& source, int64_t tokens);

// Steps in so many epochs, rounded up. Errors: those of CountedSteps.
absl::StatusOr<int64_t> StepsForEpochs(const StepSource& source, double epochs);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_STEP_SOURCE_H_
