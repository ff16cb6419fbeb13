#include "framework/model/parameter_set.h"

#include <algorithm>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/zeros.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr int64_t kAlignment = 16;  // Elements.

std::string ShapeText(const std::vector<int64_t>& shape) { return absl::StrCat("[", absl::StrJoin(shape, ", "), "]"); }

}  // namespace

int64_t ParameterSpec::size() const {
  int64_t size = 1;
  for (int64_t extent : shape) size *= extent;
  return size;
}

ParameterSet::ParameterSet(std::vector<ParameterSpec> specs, c10::ScalarType dtype, c10::Device device)
    : specs_(std::move(specs)) {
  int64_t total = 0;
  for (const ParameterSpec& spec : specs_) {
    offsets_.push_back(total);
    total += (spec.size() + kAlignment - 1) / kAlignment * kAlignment;
  }
  flat_ = at::zeros({total}, at::TensorOptions(dtype).device(device));
  for (size_t i = 0; i < specs_.size(); ++i) {
    values_.push_back(flat_.narrow(0, offsets_[i], specs_[i].size()).view(specs_[i].shape));
    CHECK(index_.emplace(specs_[i].name, i).second) << "two parameters are called " << specs_[i].name;
  }
}

const at::Tensor& ParameterSet::Get(std::string_view name) const {
  auto found = index_.find(name);
  CHECK(found != index_.end()) << "no parameter " << name;
  return values_[found->second];
}

const ParameterSpec& ParameterSet::Spec(std::string_view name) const {
  auto found = index_.find(name);
  CHECK(found != index_.end()) << "no parameter " << name;
  return specs_[found->second];
}

int64_t ParameterSet::Offset(std::string_view name) const {
  auto found = index_.find(name);
  CHECK(found != index_.end()) << "no parameter " << name;
  return offsets_[found->second];
}

at::Tensor ParameterSet::Gradient(std::string_view name) const {
  CHECK(flat_gradient_.defined());
  const ParameterSpec& spec = Spec(name);
  return flat_gradient_.narrow(0, Offset(name), spec.size()).view(spec.shape);
}

absl::Status ParameterSet::Set(std::string_view name, const at::Tensor& values) {
  if (!Has(name)) return absl::InvalidArgumentError(absl::StrCat("there is no parameter ", std::string(name)));
  const ParameterSpec& spec = Spec(name);
  if (values.sizes() != at::IntArrayRef(spec.shape)) {
    return absl::InvalidArgumentError(absl::StrCat(std::string(name), ": want shape ", ShapeText(spec.shape), ", got ",
                                                   ShapeText(values.sizes().vec())));
  }
  at::NoGradGuard no_grad;
  flat_.narrow(0, Offset(name), spec.size()).view(spec.shape).copy_(values);
  return absl::OkStatus();
}

void ParameterSet::EnableGradients() {
  flat_gradient_ =
      at::zeros({flat_.numel()}, flat_.options().dtype(flat_.scalar_type() == at::kDouble ? at::kDouble : at::kFloat));
  for (size_t i = 0; i < specs_.size(); ++i) {
    at::Tensor leaf = values_[i].detach();
    leaf.set_requires_grad(true);
    if (leaf.scalar_type() != flat_gradient_.scalar_type()) leaf.set_grad_dtype(flat_gradient_.scalar_type());
    leaf.mutable_grad() = Gradient(specs_[i].name);
    values_[i] = leaf;
  }
}

int64_t ParameterSet::parameter_count() const {
  int64_t count = 0;
  for (const ParameterSpec& spec : specs_) count += spec.size();
  return count;
}

ParameterSet ParameterSet::To(c10::ScalarType dtype, c10::Device device) const {
  ParameterSet copy(specs_, dtype, device);
  at::NoGradGuard no_grad;
  copy.flat_.copy_(flat_);
  return copy;
}

}  // namespace retort
