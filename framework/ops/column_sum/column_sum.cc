#include "framework/ops/column_sum/column_sum.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/sum.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/vector_math/vector_math.h"

namespace retort::ops {
namespace {

constexpr int64_t kBlock = 64;  // Rows that one thread adds up at a time.

// sum += x
template <typename T, typename F>
RETORT_INLINE void Add(const T* x, int64_t n, F* sum) {
  for (int64_t i = 0; i < n; ++i) sum[i] += static_cast<F>(x[i]);
}

RETORT_MULTIVERSION void RunAdd(const float* x, int64_t n, float* sum) { Add(x, n, sum); }
RETORT_MULTIVERSION void RunAdd(const c10::BFloat16* x, int64_t n, float* sum) { Add(x, n, sum); }
RETORT_MULTIVERSION void RunAdd(const float* x, int64_t n, double* sum) { Add(x, n, sum); }
RETORT_MULTIVERSION void RunAdd(const double* x, int64_t n, double* sum) { Add(x, n, sum); }

template <typename T>
at::Tensor SumOnHost(const at::Tensor& x) {
  using F = WorkType<T>;
  const int64_t rows = x.size(0), columns = x.size(1), stride = x.stride(0), blocks = (rows + kBlock - 1) / kBlock;
  const T* const values = x.const_data_ptr<T>();
  std::vector<F> sums(blocks * columns);
  at::parallel_for(0, blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      F* const sum = sums.data() + block * columns;
      const int64_t last = std::min((block + 1) * kBlock, rows);
      for (int64_t row = block * kBlock; row < last; ++row) RunAdd(values + row * stride, columns, sum);
    }
  });
  std::vector<double> total(columns);
  for (int64_t block = 0; block < blocks; ++block) RunAdd(sums.data() + block * columns, columns, total.data());
  at::Tensor out = at::empty({columns}, c10::CppTypeToScalarType<F>::value);
  std::copy(total.begin(), total.end(), out.template data_ptr<F>());
  return out;
}

}  // namespace

at::Tensor ColumnSum(const at::Tensor& x) {
  if (!x.device().is_cpu()) {
    return at::sum(x, 0, /*keepdim=*/false, x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
  }
  const at::Tensor rows = x.stride(1) == 1 ? x : x.contiguous();
  at::Tensor sum;
  DispatchFloats(x.scalar_type(), [&](auto type) { sum = SumOnHost<decltype(type)>(rows); });
  return sum;
}

}  // namespace retort::ops
