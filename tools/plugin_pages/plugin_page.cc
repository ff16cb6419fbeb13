#include "tools/plugin_pages/plugin_page.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "tools/plugin_pages/markdown.h"

namespace retort {
namespace {

constexpr char kOrigin[] = "<!-- Written by `bazel run //tools:plugin_pages`; the texts are the plugin's own. -->\n";

std::string Title(PluginKind kind) {
  switch (kind) {
    case PluginKind::kLoss:
      return "Losses";
    case PluginKind::kMapping:
      return "Layer mappings";
    case PluginKind::kInit:
      return "Initialisations";
    case PluginKind::kData:
      return "Training data";
    case PluginKind::kEvaluation:
      return "Evaluations";
  }
  return "";
}

// As code; the choice of another plugin as a link to those of its kind.
std::string TypeCell(const std::string& type) {
  for (const PluginKind kind : kPluginKinds) {
    if (absl::StrCat("retort.", type) != PluginKindMessage(kind)) continue;
    const std::string anchor = absl::StrReplaceAll(absl::AsciiStrToLower(Title(kind)), {{" ", "-"}});
    return absl::StrCat("[`", type, "`](../README.md#", anchor, ")");
  }
  return CodeCell(type);
}

std::string MeaningCell(const SchemaField& field) {
  std::vector<std::string> parts = {Cell(field.comment)};
  for (const SchemaValue& value : field.values) {
    const std::string meaning = Cell(value.comment);
    if (!meaning.empty()) parts.push_back(absl::StrCat(CodeCell(value.name), ": ", meaning));
  }
  return absl::StrJoin(parts, "<br>");
}

// The rows of fields, and of those within them; `prefix` is what their names are below: "pair.".
void AppendRows(const std::vector<SchemaField>& fields, const std::string& prefix, std::string* out) {
  for (const SchemaField& field : fields) {
    const std::string name = prefix + field.name;
    absl::StrAppend(out, "| ", CodeCell(name), " | ", TypeCell(field.type), " | ",
                    field.required ? "required" : Cell({field.default_value}), " | ", MeaningCell(field), " |\n");
    AppendRows(field.fields, name + ".", out);
  }
}

std::string Settings(const SchemaMessage& schema) {
  if (schema.fields.empty()) return "";
  std::string out = "\n## Settings\n\n| setting | type | default | meaning |\n| --- | --- | --- | --- |\n";
  AppendRows(schema.fields, "", &out);
  return out;
}

std::string Computation(const std::vector<CommentLines>& header) {
  if (header.empty()) return "";
  return absl::StrCat(
      "\n## What it computes\n\n",
      absl::StrJoin(header, "\n", [](std::string* out, const auto& comment) { out->append(Prose(comment)); }));
}

std::string Papers(const PluginDescription& plugin) {
  std::string text = absl::StrJoin(plugin.schema.comment, " ");
  for (const CommentLines& comment : plugin.header) absl::StrAppend(&text, " ", absl::StrJoin(comment, " "));
  std::string out;
  for (const std::string& number : ArxivNumbers(text)) {
    absl::StrAppend(&out, "- [arXiv:", number, "](https://arxiv.org/abs/", number, ")\n");
  }
  return out.empty() ? "" : absl::StrCat("\n## Papers\n\n", out);
}

}  // namespace

std::string PagePath(const PluginDescription& plugin) {
  return absl::StrCat(PluginKindName(plugin.kind), "/", plugin.name, ".md");
}

std::string PluginPage(const PluginDescription& plugin) {
  const std::string folder = absl::StrCat("plugins/", PluginKindName(plugin.kind), "/", plugin.name);
  const absl::string_view end_of_line = absl::EndsWith(plugin.example, "\n") ? "" : "\n";
  return absl::StrCat(kOrigin, "\n# ", plugin.name, "\n\n[", Title(plugin.kind), "](../README.md); code: [", folder,
                      "](../../../", folder, ")\n\n", Prose(plugin.schema.comment), Computation(plugin.header),
                      Settings(plugin.schema), "\n## Example\n\n```textproto\n", plugin.example, end_of_line, "```\n",
                      Papers(plugin));
}

std::string PluginIndex(const std::vector<PluginDescription>& plugins) {
  std::string out = absl::StrCat(kOrigin, "\n# Plugins\n\nWhat experiments are put together from, by kind. ",
                                 "`bazel run //tools:list_plugins` prints the same for the plugins that are linked.\n");
  for (const PluginKind kind : kPluginKinds) {
    absl::StrAppend(&out, "\n## ", Title(kind), "\n\n| plugin | what it is |\n| --- | --- |\n");
    for (const PluginDescription& plugin : plugins) {
      if (plugin.kind != kind) continue;
      absl::StrAppend(&out, "| [`", plugin.name, "`](", PagePath(plugin), ") | ",
                      Cell({FirstSentence(plugin.schema.comment)}), " |\n");
    }
  }
  return out;
}

}  // namespace retort
