#ifndef RETORT_FRAMEWORK_OPS_COLUMN_SUM_COLUMN_SUM_H_
#define RETORT_FRAMEWORK_OPS_COLUMN_SUM_COLUMN_SUM_H_

#include "ATen/core/Tensor.h"

namespace retort::ops {

// Σ_n x[n, c], the gradient of what is added to every row: of a bias. Without gradient of its own.
//
// Args: x [n, C] float32, bfloat16 or float64, whose rows may lie apart.
// Returns: [C] float32 (float64 for float64).
// Numerics: values are never rounded to bfloat16. On the CPU 64 rows are added in the result's type and these sums in
//   double, so that no bit depends on the number of threads.
at::Tensor ColumnSum(const at::Tensor& x);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_COLUMN_SUM_COLUMN_SUM_H_
