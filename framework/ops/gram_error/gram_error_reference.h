#ifndef RETORT_FRAMEWORK_OPS_GRAM_ERROR_GRAM_ERROR_REFERENCE_H_
#define RETORT_FRAMEWORK_OPS_GRAM_ERROR_GRAM_ERROR_REFERENCE_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/gram_error/gram_error.h"

namespace retort::ops {

// The sum of GramErrorGradient by the outputs, [n, V], through autograd.
at::Tensor GramErrorReference(const LinearRows& student, const LinearRows& teacher);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_GRAM_ERROR_GRAM_ERROR_REFERENCE_H_
