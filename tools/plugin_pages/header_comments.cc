#include "tools/plugin_pages/header_comments.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace retort {
namespace {

// Whether a line begins the declaration of something that users of a plugin know.
bool ConcernsUsers(absl::string_view line) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
  const bool type = words[0] == "class" || words[0] == "struct";
  if (!type || words.size() < 2) return absl::StrContains(line, '(');
  const std::vector<absl::string_view> endings = {"Loss", "Mapping", "Init", "Data", "Evaluation", "Plugin"};
  return std::any_of(endings.begin(), endings.end(),
                     [&](absl::string_view ending) { return absl::EndsWith(words[1], ending); });
}

bool IsAboutCalls(absl::string_view line) {
  return absl::StartsWith(line, "Args:") || absl::StartsWith(line, "Errors:") || absl::StartsWith(line, "Returns:");
}

// Without the paragraphs about arguments and errors.
CommentLines WithoutCalls(const CommentLines& lines) {
  CommentLines kept;
  bool about_calls = false;
  for (const std::string& line : lines) {
    if (IsAboutCalls(line)) about_calls = true;
    if (line.empty()) about_calls = false;
    if (!about_calls && !(line.empty() && (kept.empty() || kept.back().empty()))) kept.push_back(line);
  }
  while (!kept.empty() && kept.back().empty()) kept.pop_back();
  return kept;
}

}  // namespace

std::vector<CommentLines> HeaderComments(const std::string& header) {
  std::vector<CommentLines> comments;
  CommentLines block;
  for (absl::string_view line : absl::StrSplit(header, '\n')) {
    if (absl::ConsumePrefix(&line, "//")) {
      block.emplace_back(absl::StripPrefix(line, " "));
      continue;
    }
    CommentLines kept = ConcernsUsers(line) ? WithoutCalls(block) : CommentLines();
    if (!kept.empty()) comments.push_back(std::move(kept));
    block.clear();
  }
  return comments;
}

}  // namespace retort
