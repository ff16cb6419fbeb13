#ifndef RETORT_FRAMEWORK_OPS_MATMUL_MATMUL_H_
#define RETORT_FRAMEWORK_OPS_MATMUL_MATMUL_H_

#include "ATen/core/Tensor.h"

namespace retort::ops {

// The operation of libtorch that computes products in oneDNN: x Wᵀ + b, as Linear.
inline constexpr char kOneDnnLinear[] = "mkldnn::_linear_pointwise";

// Matrix products that are fast whatever the CPU. Those of float32 are computed by the faster of the libraries within
// libtorch: on Intel's processors MKL, on AMD's from Zen 5 on oneDNN, on others oneDNN, and MKL where the first
// factor is transposed, as for the gradients of weights.
//
// In bfloat16, processors without AVX512_BF16 have no instructions for them, and what libtorch does in their place runs
// at a tenth of the speed of float32 (AVX2), or has to convert (AVX-512); there, products are computed in float32 from
// the same bfloat16 inputs, and the result is rounded to bfloat16 once. That is what the instructions do as well:
// bfloat16 factors, float32 sums, one rounding.

// "oneDNN", "oneDNN and MKL" or "MKL": whose products of float32 are on this CPU.
const char* FloatProductLibrary();

// x as a factor of products: float32 where x is bfloat16 and this CPU is slow at it, else x itself. Differentiable.
// For a factor that is used several times.
at::Tensor Factor(const at::Tensor& x);

// a b, over broadcast leading dimensions as at::matmul: [..., m, k] x [..., k, n] -> [..., m, n] in the type of a.
// Gradient flows to both.
at::Tensor MatMul(const at::Tensor& a, const at::Tensor& b);

// x Wᵀ + b: x [..., in], weight [out, in], bias [out] or undefined -> [..., out] in the type of x. Gradient flows to
// all three.
at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

// x with rows of zeros up to a multiple of 64 where that makes products fast: on a GPU, those of matrices with an odd
// number of rows or columns, such as a vocabulary's, take a slow path. Else x itself. Without gradient.
at::Tensor PadRows(const at::Tensor& x);

// aᵀ b: a [n, m] and b [n, k] of the same type -> [m, k]. Without gradient.
at::Tensor TransposedProduct(const at::Tensor& a, const at::Tensor& b);

// sum += aᵀ b: a [n, m], b [n, k], sum [m, k] of the same type or float32. Without gradient.
void AddTransposedProduct(const at::Tensor& a, const at::Tensor& b, at::Tensor sum);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_MATMUL_MATMUL_H_
