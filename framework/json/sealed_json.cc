#include "framework/json/sealed_json.h"

#include <xxhash.h>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr char kCheck[] = "check";

constexpr int kDeepest = 32;

// Of brackets outside of strings.
bool IsDeep(absl::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && (text[i] == '[' || text[i] == '{')) {
      if (++depth > kDeepest) return true;
    } else if (!quoted && (text[i] == ']' || text[i] == '}')) {
      --depth;
    }
  }
  return false;
}

std::string CheckOf(const nlohmann::ordered_json& json, absl::string_view before) {
  const std::string text = absl::StrCat(before, CompactText(json));
  return absl::StrCat(absl::Hex(XXH3_64bits(text.data(), text.size()), absl::kZeroPad16));
}

}  // namespace

std::string CompactText(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

nlohmann::ordered_json ParseSealed(absl::string_view text) {
  if (IsDeep(text)) return nullptr;
  return nlohmann::ordered_json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
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
