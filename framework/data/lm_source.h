#ifndef RETORT_FRAMEWORK_DATA_LM_SOURCE_H_
#define RETORT_FRAMEWORK_DATA_LM_SOURCE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/batch/step_batch.h"
#include "framework/config/sweep.pb.h"
#include "framework/data/masking.h"
#include "framework/data/sampler.h"
#include "framework/data/sequence_set.h"
#include "framework/text/tokenizer.h"

namespace retort {

// What a step costs, without its ids.
struct StepShape {
  int64_t sequences = 0;
  int64_t positions = 0;      // of the longest sequence, to which all are padded
  int64_t tokens = 0;         // real positions of all sequences
  double labelled_share = 0;  // of the tokens, expected
};

// The steps of a language model's training on one split: which sequences, and their labels and masks. Any step is at
// hand without those before it; the same arguments give the same steps, on any machine. Thread-safe.
class LmSource {
 public:
  // `data` and `batch` have their defaults filled (FillDefaults). `sequences` were made as `data` says from ids of
  // `tokenizer`, which is not kept. distilbert_masking reads all sequences here, to count their pieces.
  //
  // Errors: InvalidArgument for a batch that is too large, or a budget of tokens that is too small, for the sequences,
  // and for masked_lm with a tokenizer that has no piece for masked tokens.
  static absl::StatusOr<std::unique_ptr<LmSource>> Create(const Data& data, const BatchSpec& batch,
                                                          std::shared_ptr<const SequenceSet> sequences,
                                                          const Tokenizer& tokenizer, uint64_t data_seed);

  // Steps count from 0 over all epochs. Each call draws the masks again, with the same result. Masks follow the slices
  // of MicroBatches (framework/batch/micro_batches.h) if mask_scope is MICRO_BATCH, else the whole step.
  StepBatch Step(int64_t step) const;

  // Reads no ids.
  StepShape Shape(int64_t step) const;

  // The mean of the shapes of an epoch's steps, rounded. For estimates and for budgets in operations.
  StepShape MeanStep() const;

  // The same for all epochs.
  int64_t steps_per_epoch() const { return sampler_->steps_per_epoch(); }

  // The first number of steps that hold at least `tokens` real positions. Looks at the shape of each of them.
  // InvalidArgument unless tokens > 0.
  absl::StatusOr<int64_t> StepsForTokens(int64_t tokens) const;

  // Steps in so many epochs, rounded up. InvalidArgument unless 0 < epochs and the steps are countable.
  absl::StatusOr<int64_t> StepsForEpochs(double epochs) const;

  const SequenceSet& sequences() const { return *sequences_; }

  // Of the sequences: what the steps' contents follow from, beside the arguments of Create.
  uint64_t content_hash() const { return sequences_->content_hash(); }

 private:
  LmSource(const Data& data, const BatchSpec& batch, std::shared_ptr<const SequenceSet> sequences,
           const Tokenizer& tokenizer, uint64_t data_seed);

  double LabelledShare(int64_t sequences, int64_t tokens) const;
  void Mask(int64_t begin, int64_t end, StepBatch* step) const;

  Data data_;
  int64_t micro_batches_;
  std::shared_ptr<const SequenceSet> sequences_;
  MaskingContext context_;
  std::unique_ptr<Sampler> sampler_;
  std::vector<double> race_scales_;  // of distilbert_masking
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_LM_SOURCE_H_
