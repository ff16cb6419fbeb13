#include "framework/sweep/plan/carried.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/train/objective/objective.h"

namespace retort {
namespace {

std::vector<ParameterSpec> ParametersOf(const std::string& loss, const std::vector<ParameterSpec>& parameters) {
  std::vector<ParameterSpec> found;
  for (const ParameterSpec& spec : parameters) {
    if (absl::StartsWith(spec.name, LossParameterName(loss, ""))) found.push_back(spec);
  }
  return found;
}

// "loss.hid.projection.weight [16, 8]", or "no parameters".
std::string Described(const std::vector<ParameterSpec>& parameters) {
  std::vector<std::string> texts;
  for (const ParameterSpec& spec : parameters) {
    texts.push_back(absl::StrCat(spec.name, " [", absl::StrJoin(spec.shape, ", "), "]"));
  }
  return texts.empty() ? "no parameters" : absl::StrJoin(texts, ", ");
}

}  // namespace

std::vector<ParameterSpec> CarriedParameters(const Stage& stage, const std::vector<ParameterSpec>& parameters) {
  std::vector<ParameterSpec> carried;
  for (const std::string& loss : stage.carry()) {
    const std::vector<ParameterSpec> own = ParametersOf(loss, parameters);
    carried.insert(carried.end(), own.begin(), own.end());
  }
  return carried;
}

absl::Status CheckCarried(const Stage& stage, const std::vector<ParameterSpec>& parameters,
                          const std::vector<ParameterSpec>& before) {
  for (const std::string& loss : stage.carry()) {
    const std::vector<ParameterSpec> own = ParametersOf(loss, parameters), carried = ParametersOf(loss, before);
    if (own.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("carry: want losses with parameters of their own, got \"", loss, "\", which has none"));
    }
    if (Described(own) == Described(carried)) continue;
    return absl::InvalidArgumentError(absl::StrCat("carry: want from ", stage.from(), " what the loss \"", loss,
                                                   "\" has here, ", Described(own), ", got ", Described(carried)));
  }
  return absl::OkStatus();
}

}  // namespace retort
