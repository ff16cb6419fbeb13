#include "framework/base/paths/relative_link.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace retort {
namespace {

absl::Status FileError(const std::string& what, const std::string& path, const std::error_code& error) {
  return absl::UnavailableError(absl::StrCat("cannot ", what, " ", path, ": ", error.message()));
}

}  // namespace

absl::Status MakeRelativeLink(const std::string& target, const std::string& link) {
  std::error_code error;
  const std::filesystem::path to = std::filesystem::weakly_canonical(target, error);
  if (error) return FileError("find", target, error);
  const std::filesystem::path place(link);
  const std::filesystem::path folder = std::filesystem::canonical(place.parent_path(), error);
  if (error) return FileError("find", place.parent_path().string(), error);
  const std::filesystem::path from = folder / place.filename();
  std::filesystem::remove(from, error);
  if (error) return FileError("replace", link, error);
  std::filesystem::create_symlink(to.lexically_relative(folder), from, error);
  return error ? FileError("make the link", link, error) : absl::OkStatus();
}

}  // namespace retort
