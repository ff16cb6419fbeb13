#include "framework/ops/transpose/transpose.h"

#include <algorithm>
#include <cstdint>

#include "ATen/Parallel.h"
#include "ATen/ops/empty.h"
#include "framework/ops/vector_math/vector_math.h"
#include "glog/logging.h"

namespace retort::ops {
namespace {

constexpr int64_t kTileRows = 64, kTileColumns = 32;  // Of what is made.

// A matrix in rows of which each is contiguous.
struct Source {
  const float* data;
  int64_t stride;
};
struct Target {
  float* data;
  int64_t stride;
};

// `rows` x `columns` elements of the target, from (row, column) on.
template <bool kAdd>
RETORT_INLINE void TransposeTile(const Source& x, const Target& out, int64_t row, int64_t column, int64_t rows,
                                 int64_t columns) {
  float tile[kTileRows][kTileColumns];
  for (int64_t j = 0; j < columns; ++j) {
    const float* from = x.data + (column + j) * x.stride + row;
    for (int64_t i = 0; i < rows; ++i) tile[i][j] = from[i];
  }
  for (int64_t i = 0; i < rows; ++i) {
    float* to = out.data + (row + i) * out.stride + column;
    for (int64_t j = 0; j < columns; ++j) to[j] = kAdd ? to[j] + tile[i][j] : tile[i][j];
  }
}

// Some rows of the target, at most as many as a tile has.
template <bool kAdd>
RETORT_INLINE void TransposeRows(const Source& x, const Target& out, int64_t row, int64_t rows, int64_t columns) {
  for (int64_t column = 0; column < columns; column += kTileColumns) {
    const int64_t here = std::min(kTileColumns, columns - column);
    if (rows == kTileRows && here == kTileColumns) {  // Loops of known lengths.
      TransposeTile<kAdd>(x, out, row, column, kTileRows, kTileColumns);
    } else {
      TransposeTile<kAdd>(x, out, row, column, rows, here);
    }
  }
}

RETORT_MULTIVERSION void CopyRows(const Source& x, const Target& out, int64_t row, int64_t rows, int64_t columns) {
  TransposeRows<false>(x, out, row, rows, columns);
}

RETORT_MULTIVERSION void AddRows(const Source& x, const Target& out, int64_t row, int64_t rows, int64_t columns) {
  TransposeRows<true>(x, out, row, rows, columns);
}

template <typename Rows>
void ForTiles(const at::Tensor& x, const at::Tensor& out, const Rows& transpose) {
  CHECK(x.is_contiguous() && x.scalar_type() == at::kFloat && out.scalar_type() == at::kFloat && out.stride(1) == 1);
  CHECK(out.size(0) == x.size(1) && out.size(1) == x.size(0)) << x.sizes() << " and " << out.sizes();
  const Source from{x.const_data_ptr<float>(), x.stride(0)};
  const Target to{out.data_ptr<float>(), out.stride(0)};
  const int64_t rows = out.size(0), columns = out.size(1);
  at::parallel_for(0, (rows + kTileRows - 1) / kTileRows, 4, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin * kTileRows; row < std::min(end * kTileRows, rows); row += kTileRows) {
      transpose(from, to, row, std::min(kTileRows, rows - row), columns);
    }
  });
}

}  // namespace

at::Tensor Transposed(const at::Tensor& x) {
  const at::Tensor out = at::empty({x.size(1), x.size(0)}, x.options());
  ForTiles(x, out, CopyRows);
  return out;
}

void AddTransposed(const at::Tensor& x, at::Tensor sum) { ForTiles(x, sum, AddRows); }

}  // namespace retort::ops
