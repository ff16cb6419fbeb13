#include "framework/model/class_order/class_order.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "ATen/ops/index_select.h"
#include "ATen/ops/tensor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "glog/logging.h"

namespace retort {
namespace {

std::vector<std::string> LowerCase(const std::vector<std::string>& names) {
  std::vector<std::string> lower;
  for (const std::string& name : names) lower.push_back(absl::AsciiStrToLower(name));
  return lower;
}

// Where each of the wanted names stands in the others; empty if they are not the same names.
std::vector<int64_t> Places(const std::vector<std::string>& wanted, const std::vector<std::string>& names) {
  std::vector<int64_t> places;
  for (const std::string& name : wanted) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end() || std::count(names.begin(), names.end(), name) > 1) return {};
    places.push_back(found - names.begin());
  }
  return places.size() == names.size() ? places : std::vector<int64_t>();
}

absl::Status OtherClasses(const std::vector<std::string>& classes, const std::vector<std::string>& names,
                          const std::string& model) {
  const bool unnamed = names == UnnamedClasses(static_cast<int64_t>(names.size()));
  return absl::InvalidArgumentError(absl::StrCat(
      model, ": want the classes of the data (", absl::StrJoin(classes, ", "), "), got ", absl::StrJoin(names, ", "),
      unnamed ? "; say in its config.json which they are: \"id2label\": {\"0\": ...}" : ""));
}

bool IsOfClasses(const ParameterSpec& spec) { return absl::StartsWith(spec.name, "head.classes."); }

ParameterSet WithoutClasses(const ParameterSet& parameters) {
  std::vector<ParameterSpec> specs = parameters.specs();
  specs.erase(std::remove_if(specs.begin(), specs.end(), IsOfClasses), specs.end());
  ParameterSet kept(std::move(specs), parameters.flat().scalar_type(), parameters.flat().device());
  for (const ParameterSpec& spec : kept.specs()) {
    CHECK(kept.Set(spec.name, parameters.Get(spec.name)).ok()) << spec.name;
  }
  return kept;
}

}  // namespace

absl::Status OrderClasses(const std::vector<std::string>& classes, const std::string& model, EncoderConfig* config,
                          ParameterSet* parameters) {
  HeadSpec* head = FindHead(config, HeadKind::kClasses);
  if (head == nullptr || head->classes == classes) return absl::OkStatus();
  std::vector<int64_t> places = Places(classes, head->classes);
  if (places.empty()) places = Places(LowerCase(classes), LowerCase(head->classes));
  if (places.empty()) return OtherClasses(classes, head->classes, model);
  head->classes = classes;
  if (parameters == nullptr) return absl::OkStatus();
  const at::Tensor rows = at::tensor(places, at::kLong);
  for (const char* name : {"head.classes.output.weight", "head.classes.output.bias"}) {
    if (!parameters->Has(name)) continue;
    RETORT_RETURN_IF_ERROR(parameters->Set(name, parameters->Get(name).index_select(0, rows)));
  }
  return absl::OkStatus();
}

void FitClasses(const EncoderConfig& student, EncoderConfig* config, ParameterSet* parameters) {
  const HeadSpec* wanted = FindHead(student, HeadKind::kClasses);
  if (wanted == nullptr || FindHead(*config, HeadKind::kClasses) == nullptr) return;
  if (OrderClasses(wanted->classes, "", config, parameters).ok()) return;
  auto& heads = config->heads;
  const auto has_classes = [](const HeadSpec& head) { return head.kind == HeadKind::kClasses; };
  heads.erase(std::remove_if(heads.begin(), heads.end(), has_classes), heads.end());
  if (parameters != nullptr) *parameters = WithoutClasses(*parameters);
}

}  // namespace retort
