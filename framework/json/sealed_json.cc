#include "framework/json/sealed_json.h"

#include <xxhash.h>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr char kCheck[] = "check";

std::string CheckOf(const nlohmann::ordered_json& json, absl::string_view before) {
  const std::string text = absl::StrCat(before, CompactText(json));
  return absl::StrCat(absl::Hex(XXH3_64bits(text.data(), text.size()), absl::kZeroPad16));
}

}  // namespace

std::string CompactText(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void Seal(nlohmann::ordered_json* json, absl::string_view before) {
  CHECK(json->is_object() && !json->contains(kCheck));
  (*json)[kCheck] = CheckOf(*json, before);
}

std::string Unseal(nlohmann::ordered_json* json, absl::string_view before) {
  if (!json->is_object() || !json->contains(kCheck) || !(*json)[kCheck].is_string()) return "";
  const std::string check = (*json)[kCheck].get<std::string>();
  json->erase(kCheck);
  return check == CheckOf(*json, before) ? check : "";
}

}  // namespace retort
