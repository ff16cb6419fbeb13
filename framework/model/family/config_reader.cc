#include "framework/model/family/config_reader.h"

#include <limits>

#include "absl/strings/str_cat.h"

namespace retort {
namespace {

constexpr size_t kLongestQuote = 60;
constexpr uint64_t kLargest = std::numeric_limits<int64_t>::max();

std::string Quote(const ConfigReader::Json& json) {
  const std::string text = json.dump(-1, ' ', /*ensure_ascii=*/true);
  return text.size() > kLongestQuote ? text.substr(0, kLongestQuote) + "..." : text;
}

}  // namespace

void ConfigReader::FailUnsupported(const char* option, const std::string& wanted) {
  const std::string got = Has(option) ? Quote(json_[option]) : "none";
  Fail(absl::InvalidArgumentError(absl::StrCat(option, ": want ", wanted, ", got ", got)));
}

void ConfigReader::Integer(const char* option, int64_t* value, bool required) {
  if (!Has(option)) {
    if (required) FailUnsupported(option, "a number");
  } else if (!json_[option].is_number_integer() ||
             (json_[option].is_number_unsigned() && json_[option].get<uint64_t>() > kLargest)) {
    FailUnsupported(option, "an integer");
  } else {
    *value = json_[option].get<int64_t>();
  }
}

void ConfigReader::Real(const char* option, double* value) {
  if (!Has(option)) return;
  if (!json_[option].is_number()) return FailUnsupported(option, "a number");
  *value = json_[option].get<double>();
}

void ConfigReader::Boolean(const char* option, bool* value) {
  if (!Has(option)) return;
  if (!json_[option].is_boolean()) return FailUnsupported(option, "true or false");
  *value = json_[option].get<bool>();
}

void ConfigReader::ReadActivation(const char* option, Activation* value) {
  if (!Has(option)) return;
  static const auto* const known = new std::map<Json, Activation>{{"gelu", Activation::kGelu},
                                                                  {"gelu_new", Activation::kGeluTanh},
                                                                  {"gelu_pytorch_tanh", Activation::kGeluTanh},
                                                                  {"relu", Activation::kRelu}};
  const auto found = known->find(json_[option]);
  if (found == known->end()) return FailUnsupported(option, "\"gelu\", \"gelu_new\" or \"relu\"");
  *value = found->second;
}

void ConfigReader::Only(const char* option, const Json& value) {
  if (Has(option) && json_[option] != value) FailUnsupported(option, value.dump());
}

void ConfigReader::Without(const char* option) {
  if (Has(option) && !json_[option].empty()) FailUnsupported(option, "none");
}

std::string ActivationOption(Activation activation) {
  switch (activation) {
    case Activation::kGelu:
      return "gelu";
    case Activation::kGeluTanh:
      return "gelu_new";
    case Activation::kRelu:
      return "relu";
  }
  return "";
}

}  // namespace retort
