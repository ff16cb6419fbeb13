#include "framework/model/family/heads_config.h"

#include <algorithm>
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

std::set<HeadKind> NamedHeads(const ModelFamily& family, const std::vector<std::string>& architectures) {
  if (architectures.empty()) return {HeadKinds().begin(), HeadKinds().end()};
  std::set<HeadKind> named;
  for (const std::string& name : architectures) {
    for (const auto& [kind, head_class] : family.head_classes) {
      if (name == head_class) named.insert(kind);
    }
    const auto joint = family.joint_classes.find(name);
    if (joint != family.joint_classes.end()) named.insert(joint->second.begin(), joint->second.end());
  }
  return named;
}

// Whether one of the classes has the family's own head for next sentences.
bool NamesNextSentence(const ModelFamily& family, const std::vector<std::string>& architectures) {
  if (family.next_sentence == nullptr) return false;
  const ModelFamily& own = *family.next_sentence;
  return std::any_of(architectures.begin(), architectures.end(), [&](const std::string& name) {
    return name == own.head_classes.at(HeadKind::kClasses) || own.joint_classes.count(name) > 0;
  });
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

// transformers' classes with the model's heads, several of which one class may have.
std::vector<std::string> Architectures(const ModelFamily& family, const EncoderConfig& config) {
  if (config.heads.empty()) return {family.encoder_class};
  std::vector<std::string> names;
  std::set<HeadKind> named;
  for (const auto& [name, kinds] : family.joint_classes) {
    const auto has = [&config](HeadKind kind) { return FindHead(config, kind) != nullptr; };
    if (!std::all_of(kinds.begin(), kinds.end(), has)) continue;
    names.push_back(name);
    named.insert(kinds.begin(), kinds.end());
  }
  for (const HeadSpec& head : config.heads) {
    if (named.count(head.kind) == 0) names.push_back(family.head_classes.at(head.kind));
  }
  return names;
}

}  // namespace

void ReadHeads(const ModelFamily& of_config, ConfigReader* reader, EncoderConfig* config) {
  std::vector<std::string> architectures;
  reader->Strings("architectures", &architectures);
  const bool next_sentence = NamesNextSentence(of_config, architectures);
  const ModelFamily& family = next_sentence ? *of_config.next_sentence : of_config;
  const std::set<HeadKind> named = NamedHeads(family, architectures);
  const bool reads_labels =
      !next_sentence && (named.count(HeadKind::kClasses) > 0 || named.count(HeadKind::kScore) > 0);
  // What config.json says of labels that nobody reads may be anything.
  const std::vector<std::string> classes = reads_labels ? ReadClasses(reader) : std::vector<std::string>();
  const std::optional<HeadKind> labels = reads_labels ? KindOfLabels(reader, classes.size()) : std::nullopt;
  for (HeadKind kind : HeadKinds()) {
    const bool labelled = !next_sentence && (kind == HeadKind::kClasses || kind == HeadKind::kScore);
    if (named.count(kind) == 0 || (labelled && kind != labels)) continue;
    HeadSpec head = family.head(kind, *config);
    if (kind == HeadKind::kVocabulary) reader->Boolean("tie_word_embeddings", &head.tied);
    if (labelled && kind == HeadKind::kClasses) head.classes = classes;
    const auto dropout = family.dropout_options.find(kind);
    if (dropout != family.dropout_options.end()) reader->Real(dropout->second.c_str(), &head.dropout);
    config->heads.push_back(std::move(head));
  }
}

void WriteHeads(const ModelFamily& of_config, const EncoderConfig& config, ConfigJson* json) {
  const ModelFamily& family = FamilyFor(of_config, config);
  (*json)["architectures"] = Architectures(family, config);
  for (const HeadSpec& head : config.heads) {
    if (head.kind == HeadKind::kClasses || head.kind == HeadKind::kScore) WriteLabels(head, json);
    const auto dropout = family.dropout_options.find(head.kind);
    if (dropout != family.dropout_options.end()) (*json)[dropout->second] = head.dropout;
  }
  const HeadSpec* vocabulary = FindHead(config, HeadKind::kVocabulary);
  (*json)["tie_word_embeddings"] = vocabulary == nullptr || vocabulary->tied;
}

}  // namespace retort
