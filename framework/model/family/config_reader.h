#ifndef RETORT_FRAMEWORK_MODEL_FAMILY_CONFIG_READER_H_
#define RETORT_FRAMEWORK_MODEL_FAMILY_CONFIG_READER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/json/json_fields.h"
#include "framework/model/config/encoder_config.h"
#include "nlohmann/json.hpp"

namespace retort {

// Reads options of one config.json; the first error sticks. null counts as absent.
class ConfigReader {
 public:
  // `fields` has to outlive this.
  explicit ConfigReader(JsonFields* fields) : fields_(*fields) {}

  bool Has(const char* option) { return !fields_.Get(option).is_null(); }

  // Leave the value as it is where the option is absent, unless it is required.
  void Integer(const char* option, int64_t* value, bool required = false);
  void Real(const char* option, double* value);
  void Boolean(const char* option, bool* value);
  void String(const char* option, std::string* value);
  // Leaves the value as it is where the option is absent. Errors: anything but a list of strings.
  void Strings(const char* option, std::vector<std::string>* value);
  // The values of an object {"0": "a", "1": "b"}, in the order of their numbers; left as it is where it is absent.
  // Errors: anything else.
  void NumberedStrings(const char* option, std::vector<std::string>* value);
  // One of transformers' names of the functions of Activation. The error for another says where a function is added.
  void ReadActivation(const char* option, Activation* value);

  // The option may be absent or have this one value.
  void Only(const char* option, const nlohmann::json& value);
  // The option may be absent or empty.
  void Without(const char* option);
  // InvalidArgument naming the option, what was wanted and what was got.
  void FailUnsupported(const char* option, const std::string& wanted);

  // Takes in an error of a value that was read.
  void Update(const absl::Status& status);

  const absl::Status& status() const { return status_; }

 private:
  template <typename Read, typename Value>
  void Take(const absl::StatusOr<Read>& read, Value* value) {
    status_.Update(read.status());
    if (read.ok()) *value = *read;
  }

  JsonFields& fields_;
  absl::Status status_;
};

// What a config.json is written from, in order.
using ConfigJson = nlohmann::ordered_json;

// The name of the activation in a config.json.
std::string ActivationOption(Activation activation);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FAMILY_CONFIG_READER_H_
