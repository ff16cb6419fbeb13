#ifndef RETORT_FRAMEWORK_DATA_SAMPLING_SAMPLED_SOURCE_H_
#define RETORT_FRAMEWORK_DATA_SAMPLING_SAMPLED_SOURCE_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "framework/batch/step_batch.h"
#include "framework/config/sweep.pb.h"
#include "framework/data/sampling/sampler.h"
#include "framework/data/step_source.h"

namespace retort {

// The sampler that a stage's batches are drawn by, with its defaults filled. `lengths`: positions of each sample.
// Errors: InvalidArgument for a batch without a size, or one that is too large for the samples.
absl::StatusOr<std::unique_ptr<Sampler>> MakeSampler(absl::Span<const int32_t> lengths, const BatchSpec& batch,
                                                     uint64_t data_seed);

// A step source whose sequences are numbered samples, drawn by a sampler: what data plugins derive from.
class SampledSource : public StepSource {
 public:
  StepBatch Step(int64_t step) const final { return Read(sampler_->Step(step)); }
  StepShape Shape(int64_t step) const final;
  int64_t steps_per_epoch() const final { return sampler_->steps_per_epoch(); }

 protected:
  explicit SampledSource(std::unique_ptr<const Sampler> sampler) : sampler_(std::move(sampler)) {}

  // The samples as sequences with labels. Pure and thread-safe.
  virtual StepBatch Read(const StepSamples& samples) const = 0;

  // Positions of a sample.
  virtual int64_t Length(int64_t sample) const = 0;

 private:
  std::unique_ptr<const Sampler> sampler_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_SAMPLING_SAMPLED_SOURCE_H_
