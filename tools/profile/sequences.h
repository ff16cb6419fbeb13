#ifndef RETORT_TOOLS_PROFILE_SEQUENCES_H_
#define RETORT_TOOLS_PROFILE_SEQUENCES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/data/corpus/unpacked_file.h"
#include "framework/text/tokenizer.h"

// A text of one sequence per line, and what a model reads of it.

namespace retort {

// A line that is no blank one.
struct TextLine {
  std::string text;
  std::string place;  // "<path>:<number>", for messages
};

struct LinesOfText {
  std::vector<TextLine> lines;
  FileHash hash;  // of the file as it lies on the disk
};

// Reads a text, plain or packed; line ends, byte order marks and blanks at the ends of lines are no text. Errors: those
// of UnpackedFile and LineReader; InvalidArgument for a text without lines. Thread-safe, as is the other.
absl::StatusOr<LinesOfText> ReadLinesOfText(const std::string& path, const UnpackLimit& limit = {});

// The ids of each line, with the special ids of the tokenizer's template, cut at its end to `length`. InvalidArgument,
// with the line's place, for text that is not UTF-8, a length that leaves a text nothing, and a line without ids.
absl::StatusOr<std::vector<std::vector<int32_t>>> TokenizeLines(const std::vector<TextLine>& lines,
                                                                const Tokenizer& tokenizer, int length);

}  // namespace retort

#endif  // RETORT_TOOLS_PROFILE_SEQUENCES_H_
