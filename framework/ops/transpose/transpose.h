#ifndef RETORT_FRAMEWORK_OPS_TRANSPOSE_TRANSPOSE_H_
#define RETORT_FRAMEWORK_OPS_TRANSPOSE_TRANSPOSE_H_

#include "ATen/core/Tensor.h"

namespace retort::ops {

// Transposes of large matrices, in tiles that stay in the fastest cache: libtorch reads one of the two a column at a
// time. Without gradient.

// xᵀ in memory of its own. Args: x [k, m] float32 on the CPU, contiguous. Returns: [m, k], contiguous.
at::Tensor Transposed(const at::Tensor& x);

// sum += xᵀ. Args: x as above; sum [m, k] float32 on the CPU, whose rows are each contiguous.
void AddTransposed(const at::Tensor& x, at::Tensor sum);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_TRANSPOSE_TRANSPOSE_H_
