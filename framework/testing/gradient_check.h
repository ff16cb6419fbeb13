#ifndef RETORT_FRAMEWORK_TESTING_GRADIENT_CHECK_H_
#define RETORT_FRAMEWORK_TESTING_GRADIENT_CHECK_H_

#include <functional>
#include <vector>

#include "ATen/core/Tensor.h"

namespace retort::testing {

// A scalar function of tensors.
using ScalarFunction = std::function<at::Tensor(const std::vector<at::Tensor>&)>;

// Gradients of f at `inputs` by autograd, one per input; zeros where f does not depend on an input.
std::vector<at::Tensor> Gradients(const ScalarFunction& f, const std::vector<at::Tensor>& inputs);

// Compares the gradients of f with central differences, (f(x + h) - f(x - h)) / 2h, element by element.
//
// Args:
//   inputs: float64, on the host. Not changed.
//   step:   h. 1e-5 leaves an error of about 1e-10 where f and its third derivative are near 1.
// Returns: the largest |autograd - difference| / (1 + |difference|) over all elements; NaN if any is NaN.
double GradientError(const ScalarFunction& f, const std::vector<at::Tensor>& inputs, double step = 1e-5);

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TESTING_GRADIENT_CHECK_H_
