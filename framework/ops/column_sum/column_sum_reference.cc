#include "framework/ops/column_sum/column_sum_reference.h"

#include "ATen/ops/sum.h"

namespace retort::ops {

at::Tensor ColumnSumReference(const at::Tensor& x) { return at::sum(x.to(at::kDouble), 0); }

}  // namespace retort::ops
