#ifndef RETORT_FRAMEWORK_OPS_DROPOUT_ROW_DRAWS_H_
#define RETORT_FRAMEWORK_OPS_DROPOUT_ROW_DRAWS_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/dropout/keep_bits.h"
#include "torch/csrc/autograd/custom_function.h"

namespace retort::ops {

// The draws of rows on the CPU. Holds pointers into the tensors of what it is made from.
class RowDraws {
 public:
  RowDraws(double rate, const DropoutSite& site, const RowPlaces& places)
      : rate_(rate),
        site_(site),
        positions_(places.positions),
        samples_(drops() ? site.sample_ids.const_data_ptr<int64_t>() : nullptr),
        rows_(places.rows.defined() ? places.rows.const_data_ptr<int64_t>() : nullptr) {}

  bool drops() const { return rate_.threshold != 0; }

  // out = x · keep / (1 - p) for all channels of a row; out may be x. In bfloat16 the product is rounded once.
  void Drop(int64_t row, const float* x, int64_t channels, float* out) const;
  void Drop(int64_t row, const double* x, int64_t channels, double* out) const;
  void Drop(int64_t row, const c10::BFloat16* x, int64_t channels, c10::BFloat16* out) const;

 private:
  uint32_t Position(int64_t row) const { return static_cast<uint32_t>(Place(row) % positions_); }
  KeepStream Stream(int64_t row) const { return StreamOf(site_, samples_[Place(row) / positions_]); }
  int64_t Place(int64_t row) const { return rows_ == nullptr ? row : rows_[row]; }

  KeepRate rate_;
  const DropoutSite& site_;
  int64_t positions_;
  const int64_t* samples_;
  const int64_t* rows_;
};

// Keeps for the backward pass what its draws depend on, and gives it back.
void Save(const DropoutSite& site, torch::autograd::AutogradContext* context);
DropoutSite SavedSite(torch::autograd::AutogradContext* context);
void Save(const RowPlaces& places, torch::autograd::AutogradContext* context);
RowPlaces SavedPlaces(torch::autograd::AutogradContext* context);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_DROPOUT_ROW_DRAWS_H_
