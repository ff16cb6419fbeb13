#include "tools/new_plugin/new_plugin.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

constexpr size_t kColumns = 120;  // Of a line.

// "my_loss" -> "MyLoss".
std::string CamelCase(const std::string& name) {
  std::string camel;
  for (std::string part : std::vector<std::string>(absl::StrSplit(name, '_'))) {
    if (!part.empty()) part[0] = absl::ascii_toupper(part[0]);
    camel += part;
  }
  return camel;
}

// Lower-case words of letters and digits, parted by single underscores, each beginning with a letter: what the name of
// a message and back is unambiguous for.
bool IsSnakeCase(const std::string& name) {
  const std::vector<std::string> words = absl::StrSplit(name, '_');
  return std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return !word.empty() && absl::ascii_islower(word[0]) && std::all_of(word.begin(), word.end(), [](char c) {
      return absl::ascii_islower(c) || absl::ascii_isdigit(c);
    });
  });
}

absl::Status CheckLike(const NewPluginSpec& plugin) {
  if (plugin.like.empty()) return absl::OkStatus();
  if (plugin.kind != "loss") {
    return absl::InvalidArgumentError(absl::StrCat("--like: want --kind=loss beside it, got \"", plugin.kind, "\""));
  }
  if (plugin.like == "soft_targets" || plugin.like == "hidden_mse") return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--like: want soft_targets (over logits) or hidden_mse (with parameters), got \"", plugin.like, "\""));
}

absl::Status Check(const std::string& workspace, const NewPluginSpec& plugin) {
  const auto& [kind, name, task, like] = plugin;
  static const auto* const kinds = new std::set<std::string>{"loss", "mapping", "init", "data", "evaluation"};
  if (kinds->count(kind) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--kind: want loss, mapping, init, data or evaluation, got \"", kind, "\""));
  }
  if (task && kind != "data") {
    return absl::InvalidArgumentError(absl::StrCat("--task: want --kind=data beside it, got \"", kind, "\""));
  }
  RETORT_RETURN_IF_ERROR(CheckLike(plugin));
  if (!IsSnakeCase(name)) {
    return absl::InvalidArgumentError(absl::StrCat("--name: want a name like my_", kind, ", got \"", name, "\""));
  }
  // Words that the schema, the build rule or other types of ours have taken.
  static const auto* const reserved =
      new std::set<std::string>{"encoder", "example", "header", "layer", "name", "plugin", "schema", "weight"};
  if (reserved->count(name) > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--name: \"", name, "\" means something else here; want another name"));
  }
  // Losses, mappings and initialisations share a name space: the configuration of each is retort.<Name>Config. Data and
  // evaluations have their kind in the message's name.
  const bool own_names = kind == "data" || kind == "evaluation";
  for (const std::string& other : *kinds) {
    if (other != kind && (own_names || other == "data" || other == "evaluation")) continue;
    const std::string folder = absl::StrCat(workspace, "/plugins/", other, "/", name);
    if (std::filesystem::exists(folder)) return absl::AlreadyExistsError(absl::StrCat(folder, " is there already"));
  }
  return absl::OkStatus();
}

// Breaks a line of C++ that is too long, as clang-format does with .clang-format: after the last comma of the outermost
// argument list that leaves it short enough, on to where the list began; where no argument fits, after the list's
// parenthesis. Templates hold statements unbroken, since their length depends on the name.
std::string Wrap(const std::string& line) {
  const size_t first = line.find_first_not_of(' ');
  if (line.size() <= kColumns || line.compare(first, 2, "//") == 0) return line;
  std::vector<size_t> lists;  // Where the argument lists begin that are open here.
  size_t end = 0, indent = 0, depth = line.size();
  bool quoted = false;
  for (size_t i = first; i < kColumns; ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (quoted) continue;
    if (line[i] == '(' || line[i] == '{') lists.push_back(i + 1);
    if (line[i] == ')' || line[i] == '}') lists.pop_back();
    if (line[i] != ',' || lists.empty() || lists.size() > depth) continue;
    depth = lists.size();
    end = i + 1;
    indent = lists.back();
  }
  if (end == 0) {
    end = line.find('(') + 1;
    indent = first + 4;
  }
  if (end == 0) return line;
  const std::string rest = line.substr(line.find_first_not_of(' ', end));
  return absl::StrCat(line.substr(0, end), "\n", Wrap(std::string(indent, ' ') + rest));
}

// The folder of templates that a plugin is written from.
std::string TemplateFolder(const NewPluginSpec& plugin) {
  if (plugin.task) return "task";
  return plugin.like.empty() ? plugin.kind : "like_" + plugin.like;
}

std::string Fill(const std::string& text, const std::string& name) {
  const std::string filled = absl::StrReplaceAll(
      text, {{"{{name}}", name}, {"{{Name}}", CamelCase(name)}, {"{{NAME}}", absl::AsciiStrToUpper(name)}});
  std::vector<std::string> lines = absl::StrSplit(filled, '\n');
  for (std::string& line : lines) line = Wrap(line);
  return absl::StrJoin(lines, "\n");
}

}  // namespace

absl::StatusOr<std::string> AddToList(const std::string& plugins_bzl, const std::string& kind,
                                      const std::string& name) {
  const std::string opening = absl::StrCat("    \"", kind, "\": [\n");
  const size_t begin = plugins_bzl.find(opening);
  const size_t end = begin == std::string::npos ? begin : plugins_bzl.find("    ],", begin);
  if (end == std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat("plugins/plugins.bzl: want a list \"", kind, "\", got none"));
  }
  const size_t first = begin + opening.size();
  std::vector<std::string> lines = absl::StrSplit(plugins_bzl.substr(first, end - first), '\n', absl::SkipEmpty());
  lines.push_back(absl::StrCat("        \"", name, "\","));
  std::sort(lines.begin(), lines.end());
  return absl::StrCat(plugins_bzl.substr(0, first), absl::StrJoin(lines, "\n"), "\n", plugins_bzl.substr(end));
}

absl::Status WriteNewPlugin(const std::string& templates, const std::string& workspace, const NewPluginSpec& plugin) {
  const auto& [kind, name, task, like] = plugin;
  RETORT_RETURN_IF_ERROR(Check(workspace, plugin));
  const std::string list_path = workspace + "/plugins/plugins.bzl";
  RETORT_ASSIGN_OR_RETURN(const std::string list, ReadFile(list_path));
  RETORT_ASSIGN_OR_RETURN(const std::string longer, AddToList(list, kind, name));
  std::map<std::string, std::string> targets = {{"proto", name + ".proto"}, {"h", name + ".h"},
                                                {"cc", name + ".cc"},       {"test", name + "_test.cc"},
                                                {"BUILD", "BUILD"},         {"example", "example.textproto"}};
  if (task) targets["example_train"] = "example/train.txt";
  std::map<std::string, std::string> files;
  for (const auto& [source, target] : targets) {
    RETORT_ASSIGN_OR_RETURN(const std::string text,
                            ReadFile(absl::StrCat(templates, "/", TemplateFolder(plugin), "/", source, ".template")));
    files[target] = Fill(text, name);
  }
  const std::string folder = absl::StrCat(workspace, "/plugins/", kind, "/", name);
  RETORT_RETURN_IF_ERROR(MakeDirectories(task ? folder + "/example" : folder));
  for (const auto& [file, text] : files) RETORT_RETURN_IF_ERROR(AtomicWriteFile(folder + "/" + file, text));
  return AtomicWriteFile(list_path, longer);
}

}  // namespace retort
