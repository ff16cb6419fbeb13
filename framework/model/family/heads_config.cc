#include "framework/model/family/heads_config.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace retort {
namespace {

constexpr int64_t kMostClasses = 65536;
constexpr char kRegression[] = "regression";
constexpr char kClassification[] = "single_label_classification";

std::set<HeadKind> NamedHeads(const ModelFamily& family, ConfigReader* reader) {
  std::vector<std::string> classes;
  reader->Strings("architectures", &classes);
  if (classes.empty()) return {HeadKinds().begin(), HeadKinds().end()};
  std::set<HeadKind> named;
  for (const std::string& name : classes) {
    for (const auto& [kind, head_class] : family.head_classes) {
      if (name == head_class) named.insert(kind);
    }
    const auto other = family.other_classes.find(name);
    if (other != family.other_classes.end()) named.insert(other->second);
  }
  return named;
}

std::vector<std::string> ReadClasses(ConfigReader* reader) {
  int64_t count = 2;
  reader->Integer("num_labels", &count);
  if (count < 1 || count > kMostClasses) reader->FailUnsupported("num_labels", absl::StrCat("1 to ", kMostClasses));
  const std::vector<std::string> unnamed = UnnamedClasses(reader->status().ok() ? count : 1);
  std::vector<std::string> named = unnamed;
  reader->NumberedStrings("id2label", &named);
  // As in transformers: of both, the number counts.
  return reader->Has("num_labels") && named.size() != unnamed.size() ? unnamed : named;
}

// Whether the labels that config.json describes are classes or a score.
std::optional<HeadKind> KindOfLabels(ConfigReader* reader, size_t labels) {
  std::string problem = labels == 1 ? kRegression : kClassification;
  reader->String("problem_type", &problem);
  if (problem == kRegression && labels == 1) return HeadKind::kScore;
  if (problem == kClassification && labels > 0) return HeadKind::kClasses;
  return std::nullopt;
}

void WriteLabels(const HeadSpec& head, ConfigJson* json) {
  const bool classes = head.kind == HeadKind::kClasses;
  const std::vector<std::string> names = classes ? head.classes : UnnamedClasses(1);
  ConfigJson names_by_id = ConfigJson::object(), ids_by_name = ConfigJson::object();
  for (size_t i = 0; i < names.size(); ++i) {
    names_by_id[absl::StrCat(i)] = names[i];
    ids_by_name[names[i]] = i;
  }
  (*json)["id2label"] = names_by_id;
  (*json)["label2id"] = ids_by_name;
  (*json)["problem_type"] = classes ? kClassification : kRegression;
}

}  // namespace

void ReadHeads(const ModelFamily& family, ConfigReader* reader, EncoderConfig* config) {
  const std::set<HeadKind> named = NamedHeads(family, reader);
  const bool reads_labels = named.count(HeadKind::kClasses) > 0 || named.count(HeadKind::kScore) > 0;
  // What config.json says of labels that nobody reads may be anything.
  const std::vector<std::string> classes = reads_labels ? ReadClasses(reader) : std::vector<std::string>();
  const std::optional<HeadKind> labels = reads_labels ? KindOfLabels(reader, classes.size()) : std::nullopt;
  for (HeadKind kind : HeadKinds()) {
    const bool labelled = kind == HeadKind::kClasses || kind == HeadKind::kScore;
    if (named.count(kind) == 0 || (labelled && kind != labels)) continue;
    HeadSpec head = family.head(kind, *config);
    if (kind == HeadKind::kVocabulary) reader->Boolean("tie_word_embeddings", &head.tied);
    if (kind == HeadKind::kClasses) head.classes = classes;
    const auto dropout = family.dropout_options.find(kind);
    if (dropout != family.dropout_options.end()) reader->Real(dropout->second.c_str(), &head.dropout);
    config->heads.push_back(std::move(head));
  }
}

void WriteHeads(const ModelFamily& family, const EncoderConfig& config, ConfigJson* json) {
  (*json)["architectures"] = ConfigJson::array();
  for (const HeadSpec& head : config.heads) (*json)["architectures"].push_back(family.head_classes.at(head.kind));
  if (config.heads.empty()) (*json)["architectures"].push_back(family.encoder_class);
  for (const HeadSpec& head : config.heads) {
    if (head.kind == HeadKind::kClasses || head.kind == HeadKind::kScore) WriteLabels(head, json);
    const auto dropout = family.dropout_options.find(head.kind);
    if (dropout != family.dropout_options.end()) (*json)[dropout->second] = head.dropout;
  }
  const HeadSpec* vocabulary = FindHead(config, HeadKind::kVocabulary);
  (*json)["tie_word_embeddings"] = vocabulary == nullptr || vocabulary->tied;
}

}  // namespace retort
