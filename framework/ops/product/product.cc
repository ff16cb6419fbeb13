#include "framework/ops/product/product.h"

#include "libxsmm.h"

// BLAS, as Fortran calls it.
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

// c = a b + beta · c as both libraries read it, by columns: c [m, n], a [m, k], and b [k, n] or, transposed, [n, k].
template <typename F>
struct ColumnProduct {
  int m, n, k;
  const F* a;
  int a_stride;
  const F* b;
  int b_stride;
  bool b_is_transposed;
  F beta;
  F* c;
  int c_stride;
};

// LIBXSMM's code for a product; none where it has none for the processor.
libxsmm_smmfunction FindCode(const ColumnProduct<float>& p, int flags) {
  return libxsmm_smmdispatch(p.m, p.n, p.k, &p.a_stride, &p.b_stride, &p.c_stride, /*alpha=*/nullptr, &p.beta, &flags,
                             /*prefetch=*/nullptr);
}

libxsmm_dmmfunction FindCode(const ColumnProduct<double>& p, int flags) {
  return libxsmm_dmmdispatch(p.m, p.n, p.k, &p.a_stride, &p.b_stride, &p.c_stride, /*alpha=*/nullptr, &p.beta, &flags,
                             /*prefetch=*/nullptr);
}

void Blas(const ColumnProduct<float>& p, char b_form) {
  const float alpha = 1;
  sgemm_("N", &b_form, &p.m, &p.n, &p.k, &alpha, p.a, &p.a_stride, p.b, &p.b_stride, &p.beta, p.c, &p.c_stride);
}

void Blas(const ColumnProduct<double>& p, char b_form) {
  const double alpha = 1;
  dgemm_("N", &b_form, &p.m, &p.n, &p.k, &alpha, p.a, &p.a_stride, p.b, &p.b_stride, &p.beta, p.c, &p.c_stride);
}

template <typename F>
void Run(const ColumnProduct<F>& p) {
  const auto code = FindCode(p, p.b_is_transposed ? LIBXSMM_GEMM_FLAG_TRANS_B : LIBXSMM_GEMM_FLAG_NONE);
  if (code != nullptr) {
    code(p.a, p.b, p.c);
  } else {
    Blas(p, p.b_is_transposed ? 'T' : 'N');
  }
}

// Read by columns, a row-major product is outᵀ = bᵀ aᵀ.
template <typename F>
ColumnProduct<F> ByColumns(const Matrix<F>& a, const Matrix<F>& b, const ProductSize& size, const Matrix<F>& out) {
  return {static_cast<int>(size.columns),
          static_cast<int>(size.rows),
          static_cast<int>(size.depth),
          b.data,
          static_cast<int>(b.stride),
          a.data,
          static_cast<int>(a.stride),
          /*b_is_transposed=*/false,
          /*beta=*/0,
          out.data,
          static_cast<int>(out.stride)};
}

}  // namespace

template <typename F>
void Multiply(const Matrix<F>& a, const Matrix<F>& b, const ProductSize& size, const Matrix<F>& out) {
  Run(ByColumns(a, b, size, out));
}

template <typename F>
void AddTransposedProduct(const Matrix<F>& a, const Matrix<F>& b, const ProductSize& size, const Matrix<F>& out) {
  ColumnProduct<F> product = ByColumns(a, b, size, out);
  product.b_is_transposed = true;
  product.beta = 1;
  Run(product);
}

template <typename F>
void Transpose(const Matrix<F>& a, int64_t rows, int64_t columns, const Matrix<F>& out) {
  libxsmm_otrans(out.data, a.data, sizeof(F), static_cast<int>(columns), static_cast<int>(rows),
                 static_cast<int>(a.stride), static_cast<int>(out.stride));
}

#define RETORT_PRODUCTS(F)                                                                                      \
  template void Multiply(const Matrix<F>&, const Matrix<F>&, const ProductSize&, const Matrix<F>&);             \
  template void AddTransposedProduct(const Matrix<F>&, const Matrix<F>&, const ProductSize&, const Matrix<F>&); \
  template void Transpose(const Matrix<F>&, int64_t, int64_t, const Matrix<F>&);
RETORT_PRODUCTS(float)
RETORT_PRODUCTS(double)
#undef RETORT_PRODUCTS

}  // namespace retort::ops
