#ifndef RETORT_FRAMEWORK_JSON_JSON_FIELDS_H_
#define RETORT_FRAMEWORK_JSON_JSON_FIELDS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace retort {

// At most the beginning of a value, for messages.
std::string Shown(const nlohmann::json& value);

// Reads a JSON object's fields such that none goes unnoticed: Finish() is an
// error for a field that nobody asked for. Errors begin with the object's place
// and name the field. Keeps a reference to the object. For one thread.
class JsonFields {
 public:
  // `place`: "tokenizer.json: model"; `separator`, between it and a field's
  // name, is ": " for a file. Errors: a value that is not an object.
  static absl::StatusOr<JsonFields> Open(const nlohmann::json& object, absl::string_view place,
                                         absl::string_view separator = ".");

  // The value, or null if there is none.
  const nlohmann::json& Get(const std::string& name);

  // Errors: a value of another type; no value, where there is no default.
  absl::StatusOr<bool> Bool(const std::string& name, std::optional<bool> otherwise = std::nullopt);
  // Where null is not as good as nothing.
  absl::StatusOr<bool> BoolNotNull(const std::string& name, bool otherwise);
  // An error for a null, which advises to leave the field out; `wanted` as in Unsupported().
  absl::Status RefuseNull(const std::string& name, absl::string_view wanted) const;
  absl::StatusOr<std::string> String(const std::string& name);
  // Within [0, 2^31).
  absl::StatusOr<int32_t> Int(const std::string& name, std::optional<int32_t> otherwise = std::nullopt);
  absl::StatusOr<double> Double(const std::string& name, std::optional<double> otherwise = std::nullopt);

  // Fields that change nothing here.
  void Ignore(const std::string& name) { Get(name); }

  absl::Status Finish() const;

  // "want WANTED, got what is there", for a field that was read.
  absl::Status Unsupported(const std::string& name, absl::string_view wanted) const;

  std::string Place(const std::string& name) const;

 private:
  JsonFields(const nlohmann::json* object, absl::string_view place, absl::string_view separator)
      : object_(object), place_(place), separator_(separator) {}

  const nlohmann::json* object_;
  std::string place_;
  std::string separator_;
  absl::flat_hash_set<std::string> read_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_JSON_JSON_FIELDS_H_
