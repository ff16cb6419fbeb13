#include "framework/augment/augment_file.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/base/input/input_file.h"
#include "framework/base/input/line_reader.h"
#include "framework/base/partial_file.h"
#include "framework/base/status_macros.h"
#include "framework/data/task/text_lines.h"
#include "framework/json/json_fields.h"
#include "framework/json/strict_json.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;

constexpr absl::string_view kLineBeginning = "{\"example\":";

std::string LineOf(int64_t example, const TaskExample& row) {
  Json json = {{"example", example}, {"id", row.id}, {"first", row.first}};
  if (row.second) json["second"] = *row.second;
  if (!row.label.empty()) json["label"] = row.label;
  if (!std::isnan(row.score)) json["score"] = row.score;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// The number of the example that a line is of; nullopt for what LineOf cannot have written.
std::optional<int64_t> ExampleOf(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, kLineBeginning) || !absl::EndsWith(line, "}")) return std::nullopt;
  int64_t number = 0;
  if (!absl::SimpleAtoi(line.substr(0, line.find(',')), &number)) return std::nullopt;
  return number;
}

// A block of which a partial file has whole lines.
struct KeptBlock {
  int64_t first;   // Of its examples.
  int64_t offset;  // Where its lines begin.
};

// What a partial file holds.
struct Kept {
  std::optional<KeptBlock> last, before;  // The last two blocks.
  int64_t bytes = 0;                      // Up to the end of the last whole line.
};

absl::Status OtherWork(const std::string& path, int64_t example) {
  return absl::FailedPreconditionError(
      absl::StrCat(path,
                   ": want what was begun with these examples, this model and these options, got "
                   "other lines from example ",
                   example, " on; remove it to begin anew"));
}

// An example's lines are taken for its own if the first of them is.
absl::StatusOr<Kept> ReadKept(const std::string& path, absl::Span<const TaskExample> examples, int64_t block_examples) {
  RETORT_ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  LineReader lines([&](char* bytes, size_t most) { return file.Read(bytes, most); });
  Kept kept;
  std::string line;
  for (int64_t last = -1;;) {
    RETORT_ASSIGN_OR_RETURN(const bool more, lines.Next(&line));
    const int64_t end = lines.offset() + static_cast<int64_t>(line.size()) + 1;
    if (!more || end > file.size()) return kept;
    const std::optional<int64_t> example = ExampleOf(line);
    const bool follows = example && (*example == last || *example == last + 1);
    if (!follows || *example >= static_cast<int64_t>(examples.size())) return kept;
    if (*example > last && absl::StrCat(line, "\n") != LineOf(*example, examples[*example])) {
      return OtherWork(path, *example);
    }
    last = *example;
    const int64_t block = last - last % block_examples;
    if (!kept.last || block != kept.last->first) {
      kept.before = std::exchange(kept.last, KeptBlock{block, lines.offset()});
    }
    kept.bytes = end;
  }
}

// Writes the rows of examples in blocks.
class FileAugmentation {
 public:
  FileAugmentation(absl::Span<const TaskExample> examples, const Augmenter& augmenter, const AugmentationHooks& hooks,
                   PartialFile* file)
      : examples_(examples), augmenter_(augmenter), hooks_(hooks), file_(file) {}

  // Says how many examples were augmented.
  absl::StatusOr<int64_t> Run() {
    RETORT_RETURN_IF_ERROR(Resume());
    while (done_ < all()) {
      if (hooks_.stop != nullptr && hooks_.stop->load()) {
        return absl::CancelledError(
            absl::StrCat("interrupted after ", done_, " of ", all(), " examples, which ", file_->path(), " keeps"));
      }
      RETORT_ASSIGN_OR_RETURN(const std::string lines, BlockLines(done_));
      RETORT_RETURN_IF_ERROR(file_->Append(lines));
      BlockDone(done_);
    }
    return augmented_;
  }

 private:
  int64_t all() const { return static_cast<int64_t>(examples_.size()); }

  void BlockDone(int64_t block) {
    done_ = std::min(block + hooks_.block_examples, all());
    if (hooks_.progress) hooks_.progress(done_, all());
  }

  absl::StatusOr<std::string> BlockLines(int64_t block) {
    RETORT_ASSIGN_OR_RETURN(const auto rows,
                            augmenter_.Augment(examples_.subspan(block, hooks_.block_examples), block));
    augmented_ += static_cast<int64_t>(rows.size());
    std::string lines;
    for (size_t i = 0; i < rows.size(); ++i) {
      for (const TaskExample& row : rows[i]) lines += LineOf(block + static_cast<int64_t>(i), row);
    }
    return lines;
  }

  // The lines that a kept block, which ends at `end`, lacks. Errors: FailedPrecondition for one that is not of this
  // work.
  absl::StatusOr<std::string> MissingLines(const KeptBlock& block, int64_t end) {
    RETORT_ASSIGN_OR_RETURN(const InputFile file, InputFile::Open(file_->path()));
    std::string kept(end - block.offset, '\0');
    RETORT_RETURN_IF_ERROR(file.ReadAt(block.offset, kept.data(), kept.size()));
    RETORT_ASSIGN_OR_RETURN(const std::string lines, BlockLines(block.first));
    if (!absl::StartsWith(lines, kept)) return OtherWork(file_->path(), block.first);
    return lines.substr(kept.size());
  }

  // Completes the last block that the file holds, once it is known to be one of this work. A block that is not whole
  // may lack the lines that tell, so the one before it is looked at too.
  absl::Status Resume() {
    RETORT_ASSIGN_OR_RETURN(const Kept kept, ReadKept(file_->path(), examples_, hooks_.block_examples));
    RETORT_RETURN_IF_ERROR(file_->Cut(kept.bytes));
    if (!kept.last) return absl::OkStatus();
    RETORT_ASSIGN_OR_RETURN(const std::string missing, MissingLines(*kept.last, kept.bytes));
    if (!missing.empty() && kept.before) {
      RETORT_ASSIGN_OR_RETURN(const std::string none, MissingLines(*kept.before, kept.last->offset));
      if (!none.empty()) return OtherWork(file_->path(), kept.before->first);
    }
    RETORT_RETURN_IF_ERROR(file_->Append(missing));
    BlockDone(kept.last->first);
    return absl::OkStatus();
  }

  const absl::Span<const TaskExample> examples_;
  const Augmenter& augmenter_;
  const AugmentationHooks& hooks_;
  PartialFile* const file_;
  int64_t augmented_ = 0;  // Examples, in this run.
  int64_t done_ = 0;       // Examples, in this run or an earlier one.
};

absl::StatusOr<TaskExample> RowOf(absl::string_view line, const std::string& place) {
  RETORT_ASSIGN_OR_RETURN(const nlohmann::json json, ParseStrictJson(line, place));
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(json, place, ": "));
  fields.Ignore("example");
  TaskExample row;
  row.place = place;
  RETORT_ASSIGN_OR_RETURN(row.id, fields.String("id"));
  RETORT_ASSIGN_OR_RETURN(row.first, fields.String("first"));
  if (json.contains("second")) {
    RETORT_ASSIGN_OR_RETURN(row.second, fields.String("second"));
  }
  if (json.contains("label")) {
    RETORT_ASSIGN_OR_RETURN(row.label, fields.String("label"));
  }
  RETORT_ASSIGN_OR_RETURN(row.score, fields.Double("score", row.score));
  RETORT_RETURN_IF_ERROR(fields.Finish());
  return row;
}

}  // namespace

absl::StatusOr<int64_t> AugmentToFile(absl::Span<const TaskExample> examples, const Augmenter& augmenter,
                                      const std::string& path, const AugmentationHooks& hooks) {
  RETORT_ASSIGN_OR_RETURN(const auto file, PartialFile::Open(absl::StrCat(path, ".partial")));
  RETORT_ASSIGN_OR_RETURN(const int64_t augmented, FileAugmentation(examples, augmenter, hooks, file.get()).Run());
  RETORT_RETURN_IF_ERROR(file->Commit(path));
  return augmented;
}

absl::StatusOr<TaskExamples> ReadAugmented(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<TextLines> lines, TextLines::Open(path));
  TaskExamples read;
  std::string line;
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const bool more, lines->Next(&line));
    if (!more) return read;
    RETORT_ASSIGN_OR_RETURN(read.examples.emplace_back(), RowOf(line, absl::StrCat(path, ":", lines->number())));
  }
}

}  // namespace retort
