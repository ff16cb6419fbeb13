#ifndef RETORT_FRAMEWORK_REGISTRY_REGISTRY_H_
#define RETORT_FRAMEWORK_REGISTRY_REGISTRY_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "framework/registry/plugin_catalogue.h"
#include "glog/logging.h"
#include "google/protobuf/any.pb.h"

namespace retort {

// Makes plugins of one kind from their configuration. The configuration's message type is the plugin's identity: an Any
// that holds a retort.CosineConfig makes the plugin that was registered with CosineConfig.
//
// `Interface` names its kind as `static constexpr PluginKind kPluginKind`. `Context` is what a plugin is made from
// beside its configuration. A plugin class P has
//   static absl::StatusOr<std::unique_ptr<Interface>> P::Create(const PConfig& config, const Context& context);
//
// Registration happens before main; afterwards a registry is immutable and safe to use from any thread.
template <typename Interface, typename Context>
class Registry {
 public:
  static Registry& Global() {
    static auto* registry = new Registry();
    return *registry;
  }

  // CHECK-fails if the configuration type is taken.
  template <typename Plugin, typename Config>
  void Register() {
    const std::string type = Config::descriptor()->full_name();
    auto factory = [type](const google::protobuf::Any& any,
                          const Context& context) -> absl::StatusOr<std::unique_ptr<Interface>> {
      Config config;
      if (!any.UnpackTo(&config)) {
        return absl::DataLossError(absl::StrCat(type, ": the stored configuration cannot be parsed"));
      }
      return Plugin::Create(config, context);
    };
    CHECK(factories_.emplace(type, factory).second) << type << " is registered twice";
  }

  // Errors: NotFound, with the linked plugins, if none takes this configuration; else what the plugin's Create returns.
  absl::StatusOr<std::unique_ptr<Interface>> Create(const google::protobuf::Any& config, const Context& context) const {
    const std::string type = config.type_url().substr(config.type_url().rfind('/') + 1);
    auto factory = factories_.find(type);
    if (factory != factories_.end()) return factory->second(config, context);
    const PluginCatalogue& catalogue = PluginCatalogue::Global();
    const absl::string_view kind = PluginKindName(Interface::kPluginKind);
    return absl::NotFoundError(
        absl::StrCat("no ", kind, " plugin", type.empty() ? " is chosen" : absl::StrCat(" takes a ", type),
                     "; linked: ", catalogue.LinkedNames(Interface::kPluginKind), " (see plugins/plugins.bzl)"));
  }

 private:
  using Factory =
      std::function<absl::StatusOr<std::unique_ptr<Interface>>(const google::protobuf::Any&, const Context&)>;
  std::map<std::string, Factory> factories_;
};

// Registers a plugin with its registry and with the catalogue before main; see the macros beside each interface.
template <typename Registry, typename Interface, typename Plugin, typename Config>
struct PluginRegistration {
  explicit PluginRegistration(ConfigRules rules = {}) {
    Registry::Global().template Register<Plugin, Config>();
    PluginCatalogue::Global().Add(Interface::kPluginKind, Config::descriptor(), std::move(rules));
  }
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REGISTRY_REGISTRY_H_
