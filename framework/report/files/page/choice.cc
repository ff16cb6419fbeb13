#include "framework/report/files/page/choice.h"

#include "absl/strings/str_cat.h"
#include "framework/report/files/page/html_escape.h"

namespace retort {

std::string Choice(absl::string_view attributes,
                   const std::vector<std::pair<std::string, std::string>>& value_and_label) {
  std::string html = absl::StrCat("<div class=\"choice\" role=\"group\" ", attributes, ">");
  bool pressed = true;
  for (const auto& [value, label] : value_and_label) {
    absl::StrAppend(&html, "<button type=\"button\" value=\"", EscapeHtml(value), "\" aria-pressed=\"",
                    pressed ? "true" : "false", "\">", EscapeHtml(label), "</button>");
    pressed = false;
  }
  return absl::StrCat(html, "</div>\n");
}

}  // namespace retort
