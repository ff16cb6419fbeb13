#include "framework/base/paths/missing_path.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/base/file.h"
#include "framework/base/paths/shell_command.h"

namespace retort {
namespace {

constexpr const char* kHosts[] = {"https://", "http://", "www.", "huggingface.co/", "hf.co/"};
constexpr const char* kFileEndings[] = {".txt", ".json", ".safetensors", ".bin"};

// The name in an address: its owner and its own, without what stands behind them, such as tree/main. Empty: none.
std::string NameInAddress(absl::string_view path) {
  if (!absl::StrContains(path, "huggingface.co/") && !absl::StrContains(path, "hf.co/")) return "";
  bool is_address = false;
  for (const char* host : kHosts) is_address = absl::ConsumePrefix(&path, host) || is_address;
  const std::vector<std::string> parts = absl::StrSplit(path, '/', absl::SkipEmpty());
  if (!is_address || parts.empty()) return "";
  const bool owned = parts.size() > 1 && parts[1] != "tree" && parts[1] != "resolve" && parts[1] != "blob";
  return owned ? absl::StrCat(parts[0], "/", parts[1]) : parts[0];
}

// "bert-base-uncased" or "google-bert/bert-base-uncased".
bool LooksLikeName(absl::string_view name) {
  const auto plain = [](char c) {
    return absl::ascii_isalnum(c) || absl::string_view("_-./").find(c) != absl::string_view::npos;
  };
  return !name.empty() && absl::ascii_isalnum(name.front()) && absl::ascii_isalnum(name.back()) &&
         std::count(name.begin(), name.end(), '/') <= 1 && std::all_of(name.begin(), name.end(), plain) &&
         std::none_of(std::begin(kFileEndings), std::end(kFileEndings),
                      [&](const char* ending) { return absl::EndsWith(name, ending); });
}

}  // namespace

absl::Status ExplainMissing(const std::string& path, const absl::Status& missing) {
  if (!absl::IsNotFound(missing) || Exists(path)) return missing;
  const std::string in_address = NameInAddress(path);
  absl::string_view name = in_address.empty() ? absl::string_view(path) : in_address;
  while (absl::ConsumeSuffix(&name, "/")) continue;
  if (!LooksLikeName(name)) return missing;
  const std::string download = absl::StrCat("hf download ", ShellQuoted(name), " --local-dir ", ShellQuoted(name));
  const std::string what =
      in_address.empty() ? absl::StrCat("there is none called ", name,
                                        "; if that is a name on the Hugging Face hub, make it one with: ", download)
                         : absl::StrCat("not from addresses; say ", name, " instead, and make it one with: ", download);
  return absl::Status(missing.code(),
                      absl::StrCat(missing.message(), "; models and tokenizers are read from folders, and ", what));
}

}  // namespace retort
