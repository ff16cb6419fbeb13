#include "framework/sweep/store/manifest.h"

#include <xxhash.h>

#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/input/input_file.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

constexpr size_t kPiece = 1 << 20;

absl::StatusOr<std::string> HashOf(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(), &XXH3_freeState);
  XXH3_64bits_reset(state.get());
  std::string piece(kPiece, '\0');
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const size_t size, file.Read(piece.data(), piece.size()));
    if (size == 0) break;
    XXH3_64bits_update(state.get(), piece.data(), size);
  }
  return absl::StrCat(absl::Hex(XXH3_64bits_digest(state.get()), absl::kZeroPad16));
}

// The name itself if it is a file's, those of the files in it if it is a folder's.
std::vector<std::string> FilesOf(const std::string& folder, const std::string& name) {
  const std::string path = absl::StrCat(folder, "/", name);
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    return Exists(path) ? std::vector<std::string>{name} : std::vector<std::string>();
  }
  std::vector<std::string> files;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    files.push_back(absl::StrCat(name, "/", entry->path().filename().string()));
  }
  return files;
}

}  // namespace

absl::StatusOr<Manifest> MakeManifest(const std::string& folder, const std::vector<std::string>& names) {
  Manifest manifest;
  for (const std::string& name : names) {
    for (const std::string& file : FilesOf(folder, name)) {
      RETORT_ASSIGN_OR_RETURN(manifest[file], HashOf(absl::StrCat(folder, "/", file)));
    }
  }
  return manifest;
}

absl::Status CheckManifest(const std::string& folder, const Manifest& manifest) {
  for (const auto& [name, wanted] : manifest) {
    const std::string path = absl::StrCat(folder, "/", name);
    if (!Exists(path)) return absl::DataLossError(absl::StrCat(path, " is gone"));
    const absl::StatusOr<std::string> hash = HashOf(path);
    if (!hash.ok()) return absl::DataLossError(hash.status().message());
    if (*hash != wanted) return absl::DataLossError(absl::StrCat(path, " is damaged: it is not what was stored"));
  }
  return absl::OkStatus();
}

}  // namespace retort
