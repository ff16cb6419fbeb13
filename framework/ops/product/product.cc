#include "framework/ops/product/product.h"

// BLAS, as Fortran calls it: matrices are column-major.
extern "C" {
void sgemm_(const char* transpose_a, const char* transpose_b, const int* m, const int* n, const int* k,
            const float* alpha, const float* a, const int* a_stride, const float* b, const int* b_stride,
            const float* beta, float* c, const int* c_stride);
void dgemm_(const char* transpose_a, const char* transpose_b, const int* m, const int* n, const int* k,
            const double* alpha, const double* a, const int* a_stride, const double* b, const int* b_stride,
            const double* beta, double* c, const int* c_stride);
}

namespace retort::ops {
namespace {

constexpr char kAsIs = 'N', kTransposed = 'T';

void Gemm(char a_form, char b_form, int m, int n, int k, const float* a, int a_stride, const float* b, int b_stride,
          float beta, float* c, int c_stride) {
  const float alpha = 1;
  sgemm_(&a_form, &b_form, &m, &n, &k, &alpha, a, &a_stride, b, &b_stride, &beta, c, &c_stride);
}

void Gemm(char a_form, char b_form, int m, int n, int k, const double* a, int a_stride, const double* b, int b_stride,
          double beta, double* c, int c_stride) {
  const double alpha = 1;
  dgemm_(&a_form, &b_form, &m, &n, &k, &alpha, a, &a_stride, b, &b_stride, &beta, c, &c_stride);
}

// out = a b + beta · out, each of a and b as it is or transposed: read by columns, outᵀ = bᵀ aᵀ.
template <typename F>
void RowMajorGemm(char a_form, const Matrix<F>& a, char b_form, const Matrix<F>& b, const ProductSize& size, F beta,
                  const Matrix<F>& out) {
  Gemm(b_form, a_form, static_cast<int>(size.columns), static_cast<int>(size.rows), static_cast<int>(size.depth),
       b.data, static_cast<int>(b.stride), a.data, static_cast<int>(a.stride), beta, out.data,
       static_cast<int>(out.stride));
}

}  // namespace

template <typename F>
void Multiply(const Matrix<F>& a, const Matrix<F>& b, const ProductSize& size, const Matrix<F>& out) {
  RowMajorGemm(kAsIs, a, kAsIs, b, size, F{0}, out);
}

template <typename F>
void MultiplyTransposed(const Matrix<F>& a, const Matrix<F>& b, const ProductSize& size, const Matrix<F>& out) {
  RowMajorGemm(kAsIs, a, kTransposed, b, size, F{0}, out);
}

template <typename F>
void AddTransposedProduct(const Matrix<F>& a, const Matrix<F>& b, const ProductSize& size, const Matrix<F>& out) {
  RowMajorGemm(kTransposed, a, kAsIs, b, size, F{1}, out);
}

#define RETORT_PRODUCTS(F)                                                                                    \
  template void Multiply(const Matrix<F>&, const Matrix<F>&, const ProductSize&, const Matrix<F>&);           \
  template void MultiplyTransposed(const Matrix<F>&, const Matrix<F>&, const ProductSize&, const Matrix<F>&); \
  template void AddTransposedProduct(const Matrix<F>&, const Matrix<F>&, const ProductSize&, const Matrix<F>&);
RETORT_PRODUCTS(float)
RETORT_PRODUCTS(double)
#undef RETORT_PRODUCTS

}  // namespace retort::ops
