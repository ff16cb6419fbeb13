#include "framework/registry/plugin_catalogue.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "glog/logging.h"

namespace retort {

absl::string_view PluginKindName(PluginKind kind) {
  switch (kind) {
    case PluginKind::kLoss:
      return "loss";
    case PluginKind::kMapping:
      return "mapping";
    case PluginKind::kInit:
      return "init";
    case PluginKind::kData:
      return "data";
    case PluginKind::kEvaluation:
      return "evaluation";
  }
  LOG(FATAL) << "unknown plugin kind " << static_cast<int>(kind);
  return "";
}

absl::string_view PluginKindMessage(PluginKind kind) {
  switch (kind) {
    case PluginKind::kLoss:
      return "retort.Loss";
    case PluginKind::kMapping:
      return "retort.LayerMapping";
    case PluginKind::kInit:
      return "retort.Init";
    case PluginKind::kData:
      return "retort.Data";
    case PluginKind::kEvaluation:
      return "retort.Evaluation";
  }
  LOG(FATAL) << "unknown plugin kind " << static_cast<int>(kind);
  return "";
}

std::string ShortPluginName(PluginKind kind, const google::protobuf::Descriptor& config) {
  absl::string_view camel = absl::StripSuffix(config.name(), "Config");
  if (kind == PluginKind::kData) camel = absl::StripSuffix(camel, "Data");
  if (kind == PluginKind::kEvaluation) camel = absl::StripSuffix(camel, "Evaluation");
  std::string name;
  for (char c : camel) {
    if (absl::ascii_isupper(c) && !name.empty()) name += '_';
    name += absl::ascii_tolower(c);
  }
  return name;
}

PluginCatalogue& PluginCatalogue::Global() {
  static auto* catalogue = new PluginCatalogue();
  return *catalogue;
}

void PluginCatalogue::Add(PluginKind kind, const google::protobuf::Descriptor* config, ConfigRules rules) {
  PluginEntry entry{kind, ShortPluginName(kind, *config), config, std::move(rules)};
  auto [existing, inserted] = entries_.insert({{kind, entry.name}, entry});
  CHECK(inserted) << "two " << PluginKindName(kind) << " plugins are called '" << entry.name
                  << "': " << existing->second.config->full_name() << " and " << config->full_name();
}

void PluginCatalogue::AddDigest(PluginKind kind, std::string name, std::string digest) {
  digests_[{kind, std::move(name)}] = std::move(digest);
}

std::vector<PluginEntry> PluginCatalogue::Entries(PluginKind kind) const {
  std::vector<PluginEntry> entries;
  for (const auto& [key, entry] : entries_) {
    if (key.first == kind) entries.push_back(entry);
  }
  return entries;
}

absl::StatusOr<PluginEntry> PluginCatalogue::FindByConfig(PluginKind kind, absl::string_view config_full_name) const {
  for (const auto& [key, entry] : entries_) {
    if (key.first == kind && entry.config->full_name() == config_full_name) return entry;
  }
  return absl::NotFoundError(absl::StrCat("no ", PluginKindName(kind), " plugin takes a ", config_full_name,
                                          "; linked: ", LinkedNames(kind), " (see plugins/plugins.bzl)"));
}

const PluginEntry* PluginCatalogue::Find(PluginKind kind, const std::string& name) const {
  const auto found = entries_.find({kind, name});
  return found == entries_.end() ? nullptr : &found->second;
}

std::string PluginCatalogue::Digest(PluginKind kind, const std::string& name) const {
  auto digest = digests_.find({kind, name});
  return digest == digests_.end() ? "" : digest->second;
}

std::string PluginCatalogue::LinkedNames(PluginKind kind) const {
  return absl::StrJoin(Entries(kind), ", ",
                       [](std::string* out, const PluginEntry& entry) { out->append(entry.name); });
}

}  // namespace retort
