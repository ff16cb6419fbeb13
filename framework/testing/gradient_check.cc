#include "framework/testing/gradient_check.h"

#include <algorithm>
#include <cmath>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/zeros_like.h"
#include "glog/logging.h"

namespace retort::testing {
namespace {

// f at `inputs` with `change` added to one element.
double ValueWithChange(const ScalarFunction& f, const std::vector<at::Tensor>& inputs, size_t input, int64_t element,
                       double change) {
  at::NoGradGuard no_grad;
  std::vector<at::Tensor> changed = inputs;
  changed[input] = inputs[input].detach().clone(at::MemoryFormat::Contiguous);
  changed[input].data_ptr<double>()[element] += change;
  return f(changed).item<double>();
}

}  // namespace

std::vector<at::Tensor> Gradients(const ScalarFunction& f, const std::vector<at::Tensor>& inputs) {
  std::vector<at::Tensor> leaves;
  for (const at::Tensor& input : inputs) leaves.push_back(input.detach().clone().set_requires_grad(true));
  at::AutoGradMode with_gradient(true);
  f(leaves).backward();
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& leaf : leaves) {
    gradients.push_back(leaf.grad().defined() ? leaf.grad() : at::zeros_like(leaf).detach());
  }
  return gradients;
}

double GradientError(const ScalarFunction& f, const std::vector<at::Tensor>& inputs, double step) {
  const std::vector<at::Tensor> gradients = Gradients(f, inputs);
  double largest = 0;
  for (size_t input = 0; input < inputs.size(); ++input) {
    CHECK(inputs[input].scalar_type() == at::kDouble) << "finite differences need float64";
    const at::Tensor gradient = gradients[input].contiguous();
    for (int64_t element = 0; element < gradient.numel(); ++element) {
      const double difference =
          (ValueWithChange(f, inputs, input, element, step) - ValueWithChange(f, inputs, input, element, -step)) /
          (2 * step);
      const double error = std::abs(gradient.data_ptr<double>()[element] - difference) / (1 + std::abs(difference));
      if (std::isnan(error)) return error;
      largest = std::max(largest, error);
    }
  }
  return largest;
}

}  // namespace retort::testing
