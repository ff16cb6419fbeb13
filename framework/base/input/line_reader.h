#ifndef RETORT_FRAMEWORK_BASE_INPUT_LINE_READER_H_
#define RETORT_FRAMEWORK_BASE_INPUT_LINE_READER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// What of a file is its text, for everything that reads lines: corpora, pairs, standard input.

namespace retort {

// The text without the byte order mark (U+FEFF) that some programs put before it, as often as it is there.
absl::string_view WithoutByteOrderMark(absl::string_view text);

// The text without the blanks at its end: what Python's str.rstrip takes away, so also U+00A0 and U+3000.
absl::string_view WithoutTrailingBlanks(absl::string_view text);

// What of a line is text: all but a byte order mark before it, which stands inside a file where files were put
// together, and the blanks at its end.
inline absl::string_view LineText(absl::string_view line) { return WithoutTrailingBlanks(WithoutByteOrderMark(line)); }

// Bytes in lines. A line ends as Python's open() has it: at LF, CR LF or a lone CR; any CRs before an LF belong to that
// end. Holds one line in memory. One thread at a time.
class LineReader {
 public:
  // Puts at most `most` bytes at `bytes` and says how many; 0 at the end.
  using Source = std::function<absl::StatusOr<size_t>(char* bytes, size_t most)>;

  explicit LineReader(Source source) : source_(std::move(source)) {}
  // Of a text, which has to outlive this.
  explicit LineReader(absl::string_view text);
  // Of standard input, as far as it is there; std::cout is flushed before there is a wait for more, as std::cin does
  // it.
  static LineReader OfStandardInput();

  // The next line without its end into `line`, or false after the last one. Errors: those of the source;
  // ResourceExhausted for a line of more than kMostLineBytes.
  absl::StatusOr<bool> Next(std::string* line);

  // Of the last line's first byte.
  int64_t offset() const { return offset_; }
  // Of the last line, from 1.
  int64_t number() const { return number_; }

  static constexpr size_t kMostLineBytes = size_t{256} << 20;

 private:
  // More bytes into buffer_, whose first one is then the next line's; false at the end.
  absl::StatusOr<bool> Fill();
  void Take(size_t length, size_t with_end, std::string* line);

  Source source_;
  std::string buffer_;
  size_t next_ = 0;       // Of the bytes in buffer_.
  size_t lone_ = 0;       // CRs from next_ on of which each is known to end an empty line.
  int64_t consumed_ = 0;  // Bytes before buffer_.
  int64_t offset_ = 0;
  int64_t number_ = 0;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_INPUT_LINE_READER_H_
