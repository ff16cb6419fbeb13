#include "framework/data/corpus/corpus_folder.h"

#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/config/corpus.pb.h"
#include "framework/config/text/parse.h"
#include "framework/registry/plugin_catalogue.h"

namespace retort {
namespace {

absl::StatusOr<DocumentBoundary> Boundary(const std::string& place, CorpusFile::Document document) {
  switch (document) {
    case CorpusFile::BLANK_LINE:
      return DocumentBoundary::kBlankLine;
    case CorpusFile::LINE:
      return DocumentBoundary::kLine;
    case CorpusFile::FILE:
      return DocumentBoundary::kFile;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat(place, ".document: want BLANK_LINE, LINE or FILE, got ", static_cast<int>(document)));
  }
}

absl::Status CheckShares(const std::string& path, const CorpusFolder& folder) {
  for (const auto& [field, share] :
       {std::pair("select_share", folder.select_share), std::pair("report_share", folder.report_share)}) {
    if (!(share >= 0 && share < 1)) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": ", field, ": want 0 <= share < 1, got ", share));
    }
  }
  const double held_out = folder.select_share + folder.report_share;
  if (held_out < 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": select_share + report_share: want < 1, or nothing is left to train on, got ", held_out));
}

}  // namespace

absl::StatusOr<CorpusFolder> LoadCorpusFolder(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/corpus.textproto");
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return absl::NotFoundError(absl::StrCat("corpus ", folder, ": want a folder with a corpus.textproto, got ",
                                            std::filesystem::is_directory(folder, error) ? "a folder without one"
                                            : std::filesystem::exists(folder, error)     ? "a file"
                                                                                         : "nothing there"));
  }
  Corpus corpus;
  RETORT_RETURN_IF_ERROR(LoadText(path, PluginCatalogue::Global(), &corpus));
  if (corpus.file_size() == 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": want at least one file {...}, got none"));
  }
  CorpusFolder result;
  result.spec.name = folder;
  for (int i = 0; i < corpus.file_size(); ++i) {
    const std::string place = absl::StrCat(path, ": file[", i, "]");
    const CorpusFile& file = corpus.file(i);
    if (file.path().empty()) return absl::InvalidArgumentError(absl::StrCat(place, ".path: want a file, got none"));
    const std::string text = (std::filesystem::path(folder) / file.path()).string();
    if (!std::filesystem::exists(text, error)) {
      return absl::NotFoundError(
          absl::StrCat(place, ".path: want a file in the folder, got \"", file.path(), "\": no ", text));
    }
    RETORT_ASSIGN_OR_RETURN(const DocumentBoundary boundary, Boundary(place, file.document()));
    if (file.has_most_bytes() && file.most_bytes() <= 0) {
      return absl::InvalidArgumentError(absl::StrCat(place, ".most_bytes: want > 0, got ", file.most_bytes()));
    }
    result.spec.files.push_back({text, boundary, {file.most_bytes(), absl::StrCat("most_bytes in ", place)}});
  }
  if (corpus.has_select_share()) result.select_share = corpus.select_share();
  if (corpus.has_report_share()) result.report_share = corpus.report_share();
  RETORT_RETURN_IF_ERROR(CheckShares(path, result));
  return result;
}

}  // namespace retort
