#include "tools/profile/sequences.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/input/line_reader.h"
#include "framework/base/status_macros.h"
#include "framework/text/sequences/encode_sequence.h"

namespace retort {

absl::StatusOr<LinesOfText> ReadLinesOfText(const std::string& path, const UnpackLimit& limit) {
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<UnpackedFile> file, UnpackedFile::Open(path, limit));
  LineReader reader([&](char* bytes, size_t most) { return file->Read(bytes, most); });
  LinesOfText text;
  std::string line;
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const bool more, reader.Next(&line));
    if (!more) break;
    const absl::string_view said = LineText(line);
    if (!said.empty()) text.lines.push_back({std::string(said), absl::StrCat(path, ":", reader.number())});
  }
  if (text.lines.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": want a text with a sequence per line, got one without any; choose another"));
  }
  text.hash = file->hash();
  return text;
}

absl::StatusOr<std::vector<std::vector<int32_t>>> TokenizeLines(const std::vector<TextLine>& lines,
                                                                const Tokenizer& tokenizer, int length) {
  SequenceOptions options;
  options.truncation = Truncation::kOnlyFirst;
  options.max_length = length;
  const auto scratch = tokenizer.NewScratch();
  std::vector<std::vector<int32_t>> sequences;
  for (const TextLine& line : lines) {
    absl::StatusOr<EncodedSequence> encoded =
        EncodeSequence(tokenizer, line.text, std::nullopt, options, scratch.get());
    if (!encoded.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(line.place, ": ", encoded.status().message()));
    }
    if (encoded->ids.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(line.place, ": want a text of at least one piece, got none; leave the line out"));
    }
    sequences.push_back(std::move(encoded->ids));
  }
  return sequences;
}

}  // namespace retort
