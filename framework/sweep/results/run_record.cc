#include "framework/sweep/results/run_record.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/base/file.h"
#include "framework/base/paths/folder.h"

namespace retort {
namespace {

// What a small file says, without the white space around it; empty where there is none.
std::string Line(const std::string& path) {
  return std::string(absl::StripAsciiWhitespace(ReadFile(path).value_or("")));
}

// The folder that a worktree's file ".git", or its "commondir", names.
std::string Named(const std::string& folder, const std::string& name) {
  return name.empty() || name.front() == '/' ? name : absl::StrCat(folder, "/", name);
}

// Git's folder of a checkout; empty if it is none.
std::string GitFolder(const std::string& checkout) {
  const std::string path = checkout + "/.git";
  if (IsFolder(path)) return path;
  const std::string line = Line(path);
  absl::string_view name = line;
  return absl::ConsumePrefix(&name, "gitdir: ") ? Named(checkout, std::string(name)) : "";
}

std::string CommitOf(const std::string& git) {
  const std::string head = Line(git + "/HEAD");
  absl::string_view reference = head;
  if (!absl::ConsumePrefix(&reference, "ref: ")) return head;
  const std::string common = Exists(git + "/commondir") ? Named(git, Line(git + "/commondir")) : git;
  const std::string loose = Line(absl::StrCat(common, "/", reference));
  if (!loose.empty()) return loose;
  const std::string packed = ReadFile(common + "/packed-refs").value_or("");
  for (const absl::string_view line : absl::StrSplit(packed, '\n')) {
    if (absl::EndsWith(line, absl::StrCat(" ", reference))) return std::string(line.substr(0, line.find(' ')));
  }
  return "";
}

}  // namespace

std::string CheckoutCommit(const std::string& folder) {
  std::error_code error;
  std::filesystem::path around = std::filesystem::absolute(folder, error);
  while (!error && !around.empty()) {
    const std::string git = GitFolder(around.string());
    if (!git.empty()) return CommitOf(git);
    if (around == around.parent_path()) break;
    around = around.parent_path();
  }
  return "";
}

RunRecord DescribeRun(const std::string& command, absl::Time begin, absl::Time end) {
  return {absl::FormatTime("%Y-%m-%d %H:%M UTC", end, absl::UTCTimeZone()), command, CheckoutCommit("."),
          absl::ToDoubleSeconds(end - begin)};
}

}  // namespace retort
