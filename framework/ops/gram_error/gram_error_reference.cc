#include "framework/ops/gram_error/gram_error_reference.h"

#include "ATen/TensorOperators.h"
#include "ATen/ops/matmul.h"

namespace retort::ops {
namespace {

at::Tensor Outputs(const LinearRows& layer) {
  const at::Tensor products = at::matmul(layer.input, layer.matrix.t());
  return layer.bias.defined() ? products + layer.bias : products;
}

}  // namespace

at::Tensor GramErrorReference(const LinearRows& student, const LinearRows& teacher) {
  return (Outputs(student) - Outputs(teacher)).square().sum();
}

}  // namespace retort::ops
