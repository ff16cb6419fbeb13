#ifndef RETORT_FRAMEWORK_REGISTRY_CONFIG_RULES_H_
#define RETORT_FRAMEWORK_REGISTRY_CONFIG_RULES_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "framework/base/problems.h"
#include "google/protobuf/message.h"

// What the configuration of a plugin means before a plugin is made of it: what it says where it says nothing, and what
// is wrong with it. All of it is known without libtorch, so that experiments are read, expanded and checked quickly.

namespace retort {

// The rules of one plugin's configuration message. Functions may be null: then there is nothing to do. They are pure,
// and so thread-safe.
struct ConfigRules {
  // Writes the defaults of absent fields. `data`: of an evaluation, the configuration of the data that the evaluated
  // student was trained on, or null where there is none; of other plugins always null. Doing it twice changes nothing.
  std::function<void(const google::protobuf::Message* data, google::protobuf::Message* config)> fill_defaults;

  // Adds what is wrong with a configuration that has its defaults. `place` ends in ": ".
  std::function<void(const std::string& place, const google::protobuf::Message& config, Problems* problems)> check;

  // Fields that name a file or folder whose content is part of a result's key; their text is not.
  std::vector<std::string> paths;

  // Of training data: the name of the evaluation plugin that tells how good a model of such data is, where the
  // experiment names none. Null, or an empty name: there is none.
  std::function<std::string(const google::protobuf::Message& config)> evaluation;

  // Of an evaluation: the metric that a report begins with where the sweep names none.
  std::string primary_metric;
};

// Sets the optional field `field` of `config` to the value that a field of the same name and type of `data` has, if
// that is set and the configuration's is not. `data` may be null or lack the field.
void InheritField(const google::protobuf::Message* data, absl::string_view field, google::protobuf::Message* config);

}  // namespace retort

// Writes `value` into an optional field that is absent.
#define RETORT_DEFAULT(message, field, value)                       \
  do {                                                              \
    if (!(message)->has_##field()) (message)->set_##field((value)); \
  } while (false)

#endif  // RETORT_FRAMEWORK_REGISTRY_CONFIG_RULES_H_
