#ifndef RETORT_FRAMEWORK_REGISTRY_PLUGIN_CATALOGUE_H_
#define RETORT_FRAMEWORK_REGISTRY_PLUGIN_CATALOGUE_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/registry/config_rules.h"
#include "google/protobuf/descriptor.h"

namespace retort {

// The kinds of plugins. Each kind has one configuration message whose field `plugin` holds the choice.
enum class PluginKind { kLoss, kMapping, kInit, kData, kEvaluation };

inline constexpr PluginKind kPluginKinds[] = {PluginKind::kLoss, PluginKind::kMapping, PluginKind::kInit,
                                              PluginKind::kData, PluginKind::kEvaluation};

// "loss", "mapping", "init", "data" or "evaluation": the folder below plugins/ and the word used in messages.
absl::string_view PluginKindName(PluginKind kind);

// Full name of the message that chooses a plugin of this kind, for example "retort.Loss".
absl::string_view PluginKindMessage(PluginKind kind);

// What is known of a linked plugin without making one.
struct PluginEntry {
  PluginKind kind;
  std::string name;                            // Short name, as users type it: "soft_targets".
  const google::protobuf::Descriptor* config;  // Its configuration message: retort.SoftTargetsConfig.
  ConfigRules rules;                           // What the configuration means without a plugin.
};

// Short name of the plugin with this configuration message: "SoftTargetsConfig" gives "soft_targets". Data and
// evaluations may share names with losses, and so have their kind in their messages' names: "MaskedLmDataConfig" and
// "MaskedLmEvaluationConfig" both give "masked_lm".
std::string ShortPluginName(PluginKind kind, const google::protobuf::Descriptor& config);

// The linked plugins of all kinds. Filled before main by the registration macros; immutable afterwards, so that reading
// is safe from any thread.
class PluginCatalogue {
 public:
  static PluginCatalogue& Global();

  // Adds a plugin. CHECK-fails if its kind has a plugin of the same short name.
  void Add(PluginKind kind, const google::protobuf::Descriptor* config, ConfigRules rules = {});

  // Records the digest of a plugin's source files (made by the retort_plugin build rule), which enters stage keys.
  void AddDigest(PluginKind kind, std::string name, std::string digest);

  // All plugins of a kind, by short name.
  std::vector<PluginEntry> Entries(PluginKind kind) const;

  // The plugin with this configuration message (full name). NotFound lists all linked plugins of the kind.
  absl::StatusOr<PluginEntry> FindByConfig(PluginKind kind, absl::string_view config_full_name) const;

  // The plugin of this short name; null if it is not linked.
  const PluginEntry* Find(PluginKind kind, const std::string& name) const;

  // The digest of the plugin's sources, or "" if none was recorded.
  std::string Digest(PluginKind kind, const std::string& name) const;

  // "attention_kl, attention_mse, cosine": the linked plugins of a kind, for messages.
  std::string LinkedNames(PluginKind kind) const;

 private:
  std::map<std::pair<PluginKind, std::string>, PluginEntry> entries_;
  std::map<std::pair<PluginKind, std::string>, std::string> digests_;
};

// Records a digest before main; made by the retort_plugin build rule.
struct PluginDigestRegistration {
  PluginDigestRegistration(PluginKind kind, const char* name, const char* digest) {
    PluginCatalogue::Global().AddDigest(kind, name, digest);
  }
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REGISTRY_PLUGIN_CATALOGUE_H_
