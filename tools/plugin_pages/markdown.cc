#include "tools/plugin_pages/markdown.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace retort {
namespace {

bool IsCode(const std::string& line) { return absl::StartsWith(line, "  "); }

// Keeps < from beginning a tag and * from emphasising, but between backquotes, where they are themselves.
std::string Escaped(const std::string& text) {
  std::vector<std::string> parts = absl::StrSplit(text, '`');
  for (size_t i = 0; i < parts.size(); i += 2) parts[i] = absl::StrReplaceAll(parts[i], {{"<", "&lt;"}, {"*", "\\*"}});
  return absl::StrJoin(parts, "`");
}

// The lines between empty ones.
std::vector<CommentLines> Paragraphs(const CommentLines& lines) {
  std::vector<CommentLines> paragraphs(1);
  for (const std::string& line : lines) {
    if (!line.empty()) {
      paragraphs.back().push_back(line);
    } else if (!paragraphs.back().empty()) {
      paragraphs.emplace_back();
    }
  }
  if (paragraphs.back().empty()) paragraphs.pop_back();
  return paragraphs;
}

// A paragraph as runs of lines that are all code, or all not.
std::vector<CommentLines> Runs(const CommentLines& paragraph) {
  std::vector<CommentLines> runs;
  for (const std::string& line : paragraph) {
    if (runs.empty() || IsCode(runs.back().front()) != IsCode(line)) runs.emplace_back();
    runs.back().push_back(line);
  }
  return runs;
}

std::string Block(const CommentLines& run) {
  if (!IsCode(run.front())) return Escaped(absl::StrJoin(run, "\n")) + "\n";
  std::string code;
  for (const std::string& line : run) absl::StrAppend(&code, line.substr(2), "\n");
  return absl::StrCat("```\n", code, "```\n");
}

}  // namespace

std::string Prose(const CommentLines& lines) {
  std::vector<std::string> blocks;
  for (const CommentLines& paragraph : Paragraphs(lines)) {
    for (const CommentLines& run : Runs(paragraph)) blocks.push_back(Block(run));
  }
  return absl::StrJoin(blocks, "\n");
}

std::string Cell(const CommentLines& lines) {
  std::vector<std::string> cells;
  for (const CommentLines& paragraph : Paragraphs(lines)) cells.push_back(Escaped(absl::StrJoin(paragraph, " ")));
  return absl::StrReplaceAll(absl::StrJoin(cells, "<br>"), {{"|", "\\|"}});
}

std::string CodeCell(const std::string& text) {
  return text.empty() ? "" : absl::StrCat("`", absl::StrReplaceAll(text, {{"|", "\\|"}}), "`");
}

std::string FirstSentence(const CommentLines& lines) {
  if (lines.empty()) return "";
  const std::string text = absl::StrJoin(Paragraphs(lines).front(), " ");
  size_t end = text.find(". ");
  while (end != std::string::npos && absl::EndsWith(text.substr(0, end), "et al")) end = text.find(". ", end + 1);
  return end == std::string::npos ? text : text.substr(0, end + 1);
}

std::vector<std::string> ArxivNumbers(const std::string& text) {
  constexpr char kMark[] = "arXiv:";
  std::vector<std::string> numbers;
  for (size_t at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at + 1)) {
    const size_t begin = at + sizeof(kMark) - 1;
    size_t end = begin;
    while (end < text.size() && (absl::ascii_isdigit(text[end]) || text[end] == '.')) ++end;
    while (end > begin && text[end - 1] == '.') --end;  // The end of a sentence.
    const std::string number = text.substr(begin, end - begin);
    if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace retort
