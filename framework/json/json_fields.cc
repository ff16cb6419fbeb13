#include "framework/json/json_fields.h"

#include "absl/strings/str_cat.h"

namespace retort {

using Json = nlohmann::json;

std::string Shown(const Json& value) {
  constexpr size_t kMost = 60;
  if (value.is_structured()) {
    return absl::StrCat("an ", value.type_name(), " of ", value.size());
  }
  const std::string text = value.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
  return text.size() <= kMost ? text : absl::StrCat(text.substr(0, kMost), "...");
}

absl::StatusOr<JsonFields> JsonFields::Open(const Json& object, absl::string_view place, absl::string_view separator) {
  if (!object.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(place, ": want an object, got ", Shown(object)));
  }
  return JsonFields(&object, place, separator);
}

const Json& JsonFields::Get(const std::string& name) {
  static const Json* const kNull = new Json();
  read_.insert(name);
  const auto found = object_->find(name);
  return found == object_->end() ? *kNull : *found;
}

absl::StatusOr<bool> JsonFields::Bool(const std::string& name, std::optional<bool> otherwise) {
  const Json& value = Get(name);
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_null() && otherwise.has_value()) return *otherwise;
  return Unsupported(name, "true or false");
}

absl::StatusOr<bool> JsonFields::BoolNotNull(const std::string& name, bool otherwise) {
  if (const absl::Status status = RefuseNull(name, "true or false"); !status.ok()) return status;
  return Bool(name, otherwise);
}

absl::Status JsonFields::RefuseNull(const std::string& name, absl::string_view wanted) const {
  const auto found = object_->find(name);
  if (found == object_->end() || !found->is_null()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(Unsupported(name, wanted).message(), ": say which, or leave the field out"));
}

absl::StatusOr<std::string> JsonFields::String(const std::string& name) {
  const Json& value = Get(name);
  if (!value.is_string()) return Unsupported(name, "a string");
  return value.get<std::string>();
}

absl::StatusOr<int32_t> JsonFields::Int(const std::string& name, std::optional<int32_t> otherwise) {
  const Json& value = Get(name);
  if (value.is_null() && otherwise.has_value()) return *otherwise;
  // Whole numbers that are not negative are unsigned to the parser.
  if (!value.is_number_unsigned() || value.get<uint64_t>() > INT32_MAX) {
    return Unsupported(name, "a whole number from 0 to 2^31 - 1");
  }
  return value.get<int32_t>();
}

absl::StatusOr<double> JsonFields::Double(const std::string& name, std::optional<double> otherwise) {
  const Json& value = Get(name);
  if (value.is_null() && otherwise.has_value()) return *otherwise;
  if (!value.is_number()) return Unsupported(name, "a number");
  return value.get<double>();
}

absl::Status JsonFields::Finish() const {
  for (const auto& item : object_->items()) {
    if (!read_.contains(item.key())) {
      return absl::InvalidArgumentError(absl::StrCat(Place(item.key().substr(0, 100)), ": not supported"));
    }
  }
  return absl::OkStatus();
}

absl::Status JsonFields::Unsupported(const std::string& name, absl::string_view wanted) const {
  const auto found = object_->find(name);
  return absl::InvalidArgumentError(
      absl::StrCat(Place(name), ": want ", wanted, ", got ", found == object_->end() ? "nothing" : Shown(*found)));
}

std::string JsonFields::Place(const std::string& name) const { return absl::StrCat(place_, separator_, name); }

}  // namespace retort
