#include "framework/report/files/page/settings_section.h"

#include "absl/strings/str_cat.h"
#include "framework/report/files/page/html_escape.h"

namespace retort {

std::string SettingsSection(const SweepResult& result) {
  if (result.settings.empty()) return "";
  std::string html = absl::StrCat(
      "<details><summary>What variants change (", result.settings.size(),
      result.settings.size() == 1 ? " setting" : " settings",
      ")</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Settings of each variant\">"
      "<table class=\"settings\">\n<thead><tr><th scope=\"col\">setting</th>");
  for (const VariantInfo& variant : result.variants) {
    absl::StrAppend(&html, "<th scope=\"col\" class=\"text\">", EscapeHtml(variant.name), "</th>");
  }
  absl::StrAppend(&html, "</tr></thead>\n<tbody>\n");
  for (const Setting& setting : result.settings) {
    absl::StrAppend(&html, "<tr><th scope=\"row\">", EscapeHtml(setting.path), "</th>");
    for (const std::string& value : setting.values) {
      absl::StrAppend(&html, value == setting.values.front() ? "<td class=\"text\">" : "<td class=\"text changed\">",
                      EscapeHtml(value), "</td>");
    }
    absl::StrAppend(&html, "</tr>\n");
  }
  return absl::StrCat(html, "</tbody>\n</table></div></details>\n");
}

}  // namespace retort
