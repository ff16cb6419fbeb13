#include "framework/sweep/plan/teacher_notes.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/eval/sentences/sentence_pooling.h"
#include "framework/eval/sentences/sentence_reading.h"

namespace retort {

std::string DescribeTeacher(const std::string& path, const LoadedModel& model) {
  std::vector<std::string> heads, aside = model.left_aside;
  for (const HeadSpec& head : model.config.heads) heads.push_back(HeadKindName(head.kind));
  if (model.padding_rows > 0) {
    aside.push_back(absl::StrCat(model.padding_rows, " rows beyond the ", model.config.vocabulary_size,
                                 " pieces of its tokenizer"));
  }
  return absl::StrCat(
      path, ": ",
      model.architectures.empty() ? "a model that names no class," : absl::StrJoin(model.architectures, ", "),
      heads.empty() ? " without a head" : absl::StrCat(" with a head of ", absl::StrJoin(heads, " and of ")),
      aside.empty() ? "" : absl::StrCat("; left aside: ", absl::StrJoin(aside, ", ")));
}

std::string SentencesNotExported(const std::string& folder) {
  constexpr char kNotExported[] = "; students are exported without, and read as plain models";
  const absl::StatusOr<FolderPooling> pooling = ReadFolderPooling(folder);
  const absl::StatusOr<FolderReading> reading = ReadFolderReading(folder);
  for (const absl::Status& status : {pooling.status(), reading.status()}) {
    if (!status.ok()) return absl::StrCat(status.message(), kNotExported);
  }
  std::vector<std::string> files, flags;
  const auto add = [&](const std::string& file, const std::string& flag) {
    if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
    flags.push_back(flag);
  };
  if (pooling->pooling != SentencePooling::kMean) {
    add(pooling->file, absl::StrCat("--pooling=", SentencePoolingName(pooling->pooling)));
  }
  if (!reading->prompt_file.empty()) {
    add(reading->prompt_file, absl::StrCat("--prompt='", reading->reading.prompt, "'"));
  }
  if (!reading->lower_case_file.empty()) add(reading->lower_case_file, "--lower_case");
  if (files.empty()) return "";
  return absl::StrCat(absl::StrJoin(files, " and "), " says how sentences are read and pooled", kNotExported,
                      ": name it where they are read, as in embed ", absl::StrJoin(flags, " "));
}

}  // namespace retort
