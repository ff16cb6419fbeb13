#ifndef RETORT_FRAMEWORK_MODEL_PARAMETER_SET_H_
#define RETORT_FRAMEWORK_MODEL_PARAMETER_SET_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "c10/core/ScalarType.h"

namespace retort {

// What a parameter is, beside its values.
enum class ParameterKind {
  kWeight,     // Matrices and embeddings: decayed, drawn from a normal distribution.
  kBias,       // Never decayed, starts at 0.
  kNormScale,  // LayerNorm's weight: never decayed, starts at 1.
  kNormShift,  // LayerNorm's bias: never decayed, starts at 0.
};

struct ParameterSpec {
  std::string name;  // Canonical: "layer.1.attention.query.weight".
  std::vector<int64_t> shape;
  ParameterKind kind = ParameterKind::kWeight;

  int64_t size() const;
};

// Named parameters that share one flat buffer.
//
//   ParameterSet parameters(EncoderParameterSpecs(config), at::kFloat, at::kCPU);   // All zeros.
//   RETORT_RETURN_IF_ERROR(parameters.Set("pooler.bias", at::ones({config.hidden_size})));
//   parameters.EnableGradients();
//   parameters.Get("pooler.bias").sum().backward();
//   parameters.flat_gradient();   // One vector with the gradients of all parameters.
//
// Values are views of `flat()` in the order of the specs, each starting at a multiple of 16 elements (the gaps stay 0).
// With EnableGradients each value is a leaf of autograd whose `.grad` is a view of `flat_gradient()` (float32 whatever
// the values' type) and stays so: gradients are added in place, and cleared by zeroing the flat buffer.
//
// Not thread-safe for writing; values may be read from several threads.
class ParameterSet {
 public:
  ParameterSet() = default;
  // All zeros.
  ParameterSet(std::vector<ParameterSpec> specs, c10::ScalarType dtype, c10::Device device);
  ParameterSet(ParameterSet&&) = default;
  ParameterSet& operator=(ParameterSet&&) = default;

  const std::vector<ParameterSpec>& specs() const { return specs_; }
  bool Has(std::string_view name) const { return index_.find(name) != index_.end(); }

  // CHECK-fails if there is no such parameter.
  const at::Tensor& Get(std::string_view name) const;
  const ParameterSpec& Spec(std::string_view name) const;
  int64_t Offset(std::string_view name) const;
  // The part of the flat gradient that belongs to the parameter, in its shape. CHECK-fails without EnableGradients.
  at::Tensor Gradient(std::string_view name) const;

  // Copies values in (any float type and device). InvalidArgument if the name is unknown or the shape is another.
  absl::Status Set(std::string_view name, const at::Tensor& values);

  void EnableGradients();

  const at::Tensor& flat() const { return flat_; }
  const at::Tensor& flat_gradient() const { return flat_gradient_; }
  int64_t parameter_count() const;  // Without the gaps.

  // A copy of the values in another type or on another device, without gradients.
  ParameterSet To(c10::ScalarType dtype, c10::Device device) const;

 private:
  std::vector<ParameterSpec> specs_;
  std::vector<int64_t> offsets_;
  std::vector<at::Tensor> values_;
  std::map<std::string, size_t, std::less<>> index_;
  at::Tensor flat_;
  at::Tensor flat_gradient_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_PARAMETER_SET_H_
