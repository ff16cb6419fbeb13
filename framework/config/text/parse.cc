#include "framework/config/text/parse.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/config/plugin_schema.h"
#include "framework/config/reflection.h"
#include "framework/config/text/overlay.h"
#include "framework/config/text/sound_text.h"
#include "glog/logging.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace retort {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

std::string AllLinked(const PluginCatalogue& catalogue) {
  std::vector<std::string> kinds;
  for (PluginKind kind : kPluginKinds) {
    kinds.push_back(absl::StrCat(PluginKindName(kind), ": ", catalogue.LinkedNames(kind)));
  }
  return absl::StrJoin(kinds, "; ");
}

// The text between `before` and the next quotation mark, if `before` occurs.
std::optional<std::string> QuotedAfter(const std::string& message, const std::string& before) {
  const size_t at = message.find(before);
  if (at == std::string::npos) return std::nullopt;
  const size_t begin = at + before.size();
  return message.substr(begin, message.find('"', begin) - begin);
}

// Collects errors with their places, and says what would have been right. Unknown fields arrive as warnings, since the
// parser goes on after those and so finds all of a file.
class TextErrors : public google::protobuf::io::ErrorCollector {
 public:
  TextErrors(absl::string_view filename, const PluginSchema& schema) : filename_(filename), schema_(schema) {}

  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    lines_.push_back(absl::StrCat(filename_, ":", line + 1, ":", column + 1, ": ", Explain(message)));
  }
  void AddWarning(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    AddError(line, column, message);
  }

  bool empty() const { return lines_.empty(); }
  std::string ToString() const { return absl::StrJoin(lines_, "\n"); }

 private:
  std::string Explain(const std::string& message) const {
    const std::string stem(absl::StripSuffix(message, "."));
    const PluginCatalogue& catalogue = schema_.catalogue();
    if (absl::StartsWith(message, "Could not find type \"")) {
      return absl::StrCat(stem, "; linked plugins: ", AllLinked(catalogue), " (see plugins/plugins.bzl)");
    }
    const auto type = QuotedAfter(message, "Message type \"");
    if (!type.has_value() || !absl::StrContains(message, "has no field named")) return stem;
    if (const auto kind = KindOfMessage(*type); kind.has_value()) {
      return absl::StrCat(stem, "; linked ", PluginKindName(*kind), " plugins: ", catalogue.LinkedNames(*kind),
                          " (see plugins/plugins.bzl)");
    }
    const Descriptor* descriptor = schema_.root().file()->pool()->FindMessageTypeByName(*type);
    if (descriptor == nullptr) return stem;
    std::vector<std::string> fields;
    for (int i = 0; i < descriptor->field_count(); ++i) fields.push_back(descriptor->field(i)->name());
    return absl::StrCat(stem, "; its fields: ", fields.empty() ? "none" : absl::StrJoin(fields, ", "));
  }

  std::string filename_;
  const PluginSchema& schema_;
  std::vector<std::string> lines_;
};

absl::StatusOr<Sweep> LoadChain(const std::string& path, const PluginCatalogue& catalogue,
                                std::vector<std::string> chain) {
  const std::string self = std::filesystem::path(path).lexically_normal().string();
  for (const std::string& seen : chain) {
    if (seen == self) {
      return absl::InvalidArgumentError(
          absl::StrCat(chain.back(), ": extends: want files that do not extend one another in a circle, got ",
                       absl::StrJoin(chain, " -> "), " -> ", self));
    }
  }
  chain.push_back(self);
  Sweep sweep;
  absl::Status loaded = LoadText(path, catalogue, &sweep);
  if (absl::IsNotFound(loaded) && chain.size() > 1) {
    return absl::NotFoundError(absl::StrCat(chain[chain.size() - 2], ": extends: ", loaded.message()));
  }
  RETORT_RETURN_IF_ERROR(loaded);
  if (sweep.extends().empty()) {
    sweep.clear_extends();
    return sweep;
  }
  const auto base_path = std::filesystem::path(path).parent_path() / sweep.extends();
  RETORT_ASSIGN_OR_RETURN(Sweep base, LoadChain(base_path.string(), catalogue, chain));
  sweep.clear_extends();
  if (absl::Status laid = Overlay(sweep, &base); !laid.ok()) {
    return absl::Status(laid.code(), absl::StrCat(path, ": ", laid.message()));
  }
  return base;
}

}  // namespace

absl::Status ParseText(absl::string_view text, absl::string_view filename, const PluginCatalogue& catalogue,
                       Message* message) {
  RETORT_ASSIGN_OR_RETURN(const std::string sound, SoundText(text, filename));
  RETORT_ASSIGN_OR_RETURN(auto schema, PluginSchema::Create(catalogue, *message->GetDescriptor()));
  std::unique_ptr<Message> as_typed = schema->NewRoot();
  TextErrors errors(filename, *schema);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.AllowUnknownField(true);
  const bool parsed = parser.ParseFromString(sound, as_typed.get());
  if (!parsed || !errors.empty()) return absl::InvalidArgumentError(errors.ToString());
  if (absl::Status strings = CheckStrings(*as_typed, ""); !strings.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(filename, ": ", strings.message()));
  }
  CHECK(message->ParsePartialFromString(DeterministicBytes(*as_typed))) << filename;
  if (absl::Status lowered = schema->Lower(message); !lowered.ok()) {
    return absl::Status(lowered.code(), absl::StrCat(filename, ": ", lowered.message()));
  }
  return absl::OkStatus();
}

absl::Status LoadText(const std::string& path, const PluginCatalogue& catalogue, Message* message) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (absl::IsNotFound(text.status())) return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  RETORT_RETURN_IF_ERROR(text.status());
  return ParseText(*text, path, catalogue, message);
}

absl::StatusOr<Sweep> ParseSweep(absl::string_view text, absl::string_view filename, const PluginCatalogue& catalogue) {
  Sweep sweep;
  RETORT_RETURN_IF_ERROR(ParseText(text, filename, catalogue, &sweep));
  return sweep;
}

absl::StatusOr<Sweep> LoadSweep(const std::string& path, const PluginCatalogue& catalogue) {
  return LoadChain(path, catalogue, {});
}

}  // namespace retort
