#ifndef RETORT_FRAMEWORK_DATA_SAMPLING_SAMPLER_H_
#define RETORT_FRAMEWORK_DATA_SAMPLING_SAMPLER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"

namespace retort {

struct SamplerOptions {
  // Sequences per step. Exactly one of the two is above 0.
  int64_t sequences = 0;
  // Positions per step, padding included: as many sequences as fit when each is padded to the longest of its bin.
  int64_t tokens = 0;
  bool group_by_length = true;
  uint64_t data_seed = 0;
};

// The samples of one optimiser step.
struct StepSamples {
  int64_t epoch = 0;
  std::vector<int64_t> samples;
};

// Which samples stand in which step. Any step is at hand without those before it, and follows from the lengths, the
// options and its number alone.
//
// Each epoch is a permutation by sort keys Philox(data_seed, epoch, sample). With group_by_length, lengths are cut into
// bins of four neighbours, as in DistilBERT's scripts; a bin too small for one step joins the next longer one. Each
// bin's samples, in the epoch's order, make full steps; what is left over of all bins, in order of length, makes mixed
// ones; and the order of steps is shuffled. Without it there is a single bin.
//
// No sample stands twice in an epoch. Samples too few for a last step, of the longest bins, sit out an epoch: others in
// each. All epochs have the same number of steps of the same sizes.
//
// Thread-safe. Holds 4 bytes per sample and as much again for the epoch in use; entering an epoch sorts it, which takes
// about a second for 10 million samples.
class Sampler {
 public:
  // `lengths`: positions of each sample, at most 2^32 - 1 samples. Errors: InvalidArgument if the samples are too few
  // for one step, or if the longest does not fit into `tokens`, naming the option.
  static absl::StatusOr<std::unique_ptr<Sampler>> Create(absl::Span<const int32_t> lengths,
                                                         const SamplerOptions& options);

  int64_t steps_per_epoch() const { return static_cast<int64_t>(begins_.size()) - 1; }

  // Steps count from 0 over all epochs.
  StepSamples Step(int64_t step) const;

 private:
  // The samples by_bin_[begin, end); the first `full` of an epoch's order fill steps of their own.
  struct Bin {
    int64_t begin;
    int64_t end;
    int64_t capacity;  // samples per step
    int64_t full() const { return (end - begin) / capacity * capacity; }
  };
  struct Epoch {
    int64_t number;
    std::vector<uint32_t> samples;  // step i of begins_ has [begins_[i], begins_[i + 1])
    std::vector<uint32_t> steps;    // the i-th step of the epoch is steps[i] of begins_
  };

  explicit Sampler(const SamplerOptions& options) : options_(options) {}

  int64_t Capacity(int64_t length) const;
  void MakeBins(absl::Span<const int32_t> lengths);
  void MakeSteps();
  std::shared_ptr<const Epoch> EpochOf(int64_t number) const;
  std::shared_ptr<const Epoch> Arrange(int64_t number) const;

  SamplerOptions options_;
  std::vector<uint32_t> by_bin_;
  std::vector<Bin> bins_;
  std::vector<int64_t> begins_;
  mutable absl::Mutex mutex_;
  mutable std::shared_ptr<const Epoch> current_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_SAMPLING_SAMPLER_H_
