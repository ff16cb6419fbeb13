#ifndef RETORT_FRAMEWORK_OPS_PRODUCT_PRODUCT_H_
#define RETORT_FRAMEWORK_OPS_PRODUCT_PRODUCT_H_

#include <cstdint>

namespace retort::ops {

// Products of small matrices in memory, for kernels that divide their work among threads themselves: within
// at::parallel_for each runs on the thread that calls it, and takes less time than a tensor operation does to start.
// LIBXSMM computes them, which makes code for each size the first time it is seen, in some 20 µs (Heinecke et al. 2016,
// "LIBXSMM: accelerating small matrix multiplications by runtime code generation", SC'16); where it has none for a
// processor, the BLAS library within libtorch does. Thread-safe.

// A row-major matrix whose rows begin `stride` values apart.
template <typename F>
struct Matrix {
  F* data;
  int64_t stride;

  F* Row(int64_t row) const { return data + row * stride; }
};

// Of a product [rows, depth] x [depth, columns].
struct ProductSize {
  int64_t rows, columns, depth;
};

// out = a b. F is float or double.
template <typename F>
void Multiply(const Matrix<F>& a, const Matrix<F>& b, const ProductSize& size, const Matrix<F>& out);

// out += aᵀ b, for a [depth, rows].
template <typename F>
void AddTransposedProduct(const Matrix<F>& a, const Matrix<F>& b, const ProductSize& size, const Matrix<F>& out);

// out = aᵀ: a [rows, columns], out [columns, rows]. For products with a transposed second factor.
template <typename F>
void Transpose(const Matrix<F>& a, int64_t rows, int64_t columns, const Matrix<F>& out);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_PRODUCT_PRODUCT_H_
