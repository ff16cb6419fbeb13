#ifndef RETORT_FRAMEWORK_OPS_COLUMN_SUM_COLUMN_SUM_REFERENCE_H_
#define RETORT_FRAMEWORK_OPS_COLUMN_SUM_COLUMN_SUM_REFERENCE_H_

#include "ATen/core/Tensor.h"

namespace retort::ops {

// ColumnSum in double, [C] float64.
at::Tensor ColumnSumReference(const at::Tensor& x);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_COLUMN_SUM_COLUMN_SUM_REFERENCE_H_
