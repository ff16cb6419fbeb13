#include "framework/data/task/folder_reader.h"

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "framework/base/input/line_reader.h"
#include "framework/base/paths/folder.h"
#include "framework/base/status_macros.h"
#include "framework/data/task/text_lines.h"

namespace retort {
namespace {

constexpr char kUnlabelled[] = "unsup";

// The name without .txt and the packing; empty for a file of another kind.
absl::string_view StemOf(absl::string_view name) {
  for (const char* packing : {".gz", ".xz", ".zst"}) {
    if (absl::ConsumeSuffix(&name, packing)) break;
  }
  return absl::ConsumeSuffix(&name, ".txt") ? name : "";
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<TextLines> lines, TextLines::Open(path));
  std::string text, line;
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const bool more, lines->Next(&line));
    if (!more) break;
    absl::StrAppend(&text, LineText(line), "\n");
  }
  return std::string(LineText(absl::StrReplaceAll(text, {{"<br />", " "}})));
}

void AddNote(int64_t files, absl::string_view what, const std::string& folder, TaskExamples* read) {
  if (files == 0) return;
  read->notes.push_back(absl::StrCat(folder, ": left out ", files, files == 1 ? " file " : " files ", what));
}

absl::Status ReadClass(const std::string& folder, const std::string& label, TaskExamples* read) {
  RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(folder));
  int64_t others = 0, empty = 0;
  for (const std::string& name : names) {
    TaskExample example;
    const absl::string_view stem = StemOf(name);
    if (stem.empty()) {
      ++others;
      continue;
    }
    example.id = absl::StrCat(label, "/", stem);
    example.label = label;
    example.place = absl::StrCat(folder, "/", name);
    RETORT_ASSIGN_OR_RETURN(example.first, ReadText(example.place));
    if (example.first.empty()) {
      ++empty;
      continue;
    }
    read->examples.push_back(std::move(example));
  }
  AddNote(others, "of another kind than .txt", folder, read);
  AddNote(empty, "without a text", folder, read);
  return absl::OkStatus();
}

absl::Status NoteUnlabelled(const std::string& folder, TaskExamples* read) {
  RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(folder));
  AddNote(static_cast<int64_t>(names.size()), "without a class", folder, read);
  return absl::OkStatus();
}

}  // namespace

std::string FolderReader::Description() const { return absl::StrCat("folder (", folder_, ")"); }

std::vector<std::string> FolderReader::splits() const {
  std::vector<std::string> names;
  for (const auto& [split, folder] : splits_) names.push_back(split);
  return names;
}

absl::StatusOr<TaskExamples> FolderReader::Read(absl::string_view split) const {
  const std::string folder = absl::StrCat(folder_, "/", splits_.at(std::string(split)));
  RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(folder));
  TaskExamples read;
  bool classes = false;
  for (const std::string& name : names) {
    const std::string path = absl::StrCat(folder, "/", name);
    if (!IsFolder(path)) continue;
    if (name == kUnlabelled) {
      RETORT_RETURN_IF_ERROR(NoteUnlabelled(path, &read));
      continue;
    }
    classes = true;
    RETORT_RETURN_IF_ERROR(ReadClass(path, name, &read));
  }
  if (classes) return read;
  return absl::InvalidArgumentError(
      absl::StrCat(folder, ": want a folder for each class, such as pos and neg, got none"));
}

}  // namespace retort
