#ifndef RETORT_FRAMEWORK_AUGMENT_VECTOR_LINES_H_
#define RETORT_FRAMEWORK_AUGMENT_VECTOR_LINES_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/data/task/text_lines.h"

namespace retort {

struct WordVector {
  std::string word;
  std::vector<double> numbers;
};

// The words and vectors of a file in GloVe's text format, plain or packed, one after the other: a word and its numbers,
// parted by blanks. Words may have blanks inside, as ". . ." in glove.840B.300d.txt: how many numbers there are tells
// the first line whose word has none, which is to be among the first 100. Blank lines are passed over. Holds these
// lines in memory at most. One thread at a time.
class VectorLines {
 public:
  // Errors: those of TextLines.
  static absl::StatusOr<VectorLines> Open(const std::string& path);

  // The next word, or false after the last one.
  //
  // Errors: those of TextLines; InvalidArgument, beginning with "FILE:LINE: ", for a word without numbers, a number
  // that is none or not finite as a float, a line of another count of numbers, and word2vec's heading, "400000 300".
  absl::StatusOr<bool> Next(WordVector* vector);

 private:
  struct Line {
    std::string text;
    int64_t number = 0;
  };

  explicit VectorLines(std::unique_ptr<TextLines> lines) : lines_(std::move(lines)) {}

  // The next line of the file that is not blank; false: there is none.
  absl::StatusOr<bool> Read(Line* line);
  // Reads ahead until a line tells how many numbers there are.
  absl::Status FindDimension();

  std::unique_ptr<TextLines> lines_;
  std::deque<Line> ahead_;  // Lines that were read and are not given yet.
  int64_t dimension_ = -1;  // -1: nothing is read.
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_AUGMENT_VECTOR_LINES_H_
