#ifndef RETORT_FRAMEWORK_OPS_DROPOUT_ROW_DRAWS_H_
#define RETORT_FRAMEWORK_OPS_DROPOUT_ROW_DRAWS_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/dropout/keep_rows.h"
#include "torch/csrc/autograd/custom_function.h"

namespace retort::ops {

// The draws of rows; drawn on the CPU. Holds pointers into the tensors of what it is made from.
class RowDraws {
 public:
  RowDraws(double rate, const DropoutSite& site, const RowPlaces& places) : rows_(KeepRowsOf(rate, site, places)) {}

  bool drops() const { return rows_.drops(); }

  // What kernels of the device of those tensors draw from.
  const KeepRows& rows() const { return rows_; }

  // out = x · keep / (1 - p) for all channels of a row; out may be x. In bfloat16 the product is rounded once.
  void Drop(int64_t row, const float* x, int64_t channels, float* out) const;
  void Drop(int64_t row, const double* x, int64_t channels, double* out) const;
  void Drop(int64_t row, const c10::BFloat16* x, int64_t channels, c10::BFloat16* out) const;

 private:
  KeepRows rows_;
};

// Keeps for the backward pass what its draws depend on, and gives it back: all but DropoutSite::first_sample.
void Save(const DropoutSite& site, torch::autograd::AutogradContext* context);
DropoutSite SavedSite(torch::autograd::AutogradContext* context);
void Save(const RowPlaces& places, torch::autograd::AutogradContext* context);
RowPlaces SavedPlaces(torch::autograd::AutogradContext* context);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_DROPOUT_ROW_DRAWS_H_
