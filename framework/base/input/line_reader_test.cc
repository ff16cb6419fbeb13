#include "framework/base/input/line_reader.h"

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Lines(LineReader reader) {
  std::vector<std::string> lines;
  std::string line;
  while (reader.Next(&line).value()) lines.push_back(line);
  return lines;
}

// From a source that gives `step` bytes at a time.
std::vector<std::string> LinesBy(size_t step, absl::string_view text) {
  return Lines(LineReader([step, text](char* bytes, size_t most) mutable -> absl::StatusOr<size_t> {
    const size_t got = text.copy(bytes, std::min(step, most));
    text.remove_prefix(got);
    return got;
  }));
}

TEST(LineReader, EndsLinesAsPythonDoes) {
  for (const size_t step : {1, 2, 3, 100}) {
    EXPECT_THAT(LinesBy(step, ""), IsEmpty());
    EXPECT_THAT(LinesBy(step, "a"), ElementsAre("a"));
    EXPECT_THAT(LinesBy(step, "a\nb\n"), ElementsAre("a", "b"));
    EXPECT_THAT(LinesBy(step, "a\r\nb\r\n"), ElementsAre("a", "b"));
    EXPECT_THAT(LinesBy(step, "a\rb\r"), ElementsAre("a", "b"));
    EXPECT_THAT(LinesBy(step, "a\r\rb\r\r\r"), ElementsAre("a", "", "b", "", ""));
    EXPECT_THAT(LinesBy(step, "\n\r\n\rx"), ElementsAre("", "", "", "x"));
    EXPECT_THAT(LinesBy(step, "a \t\nb"), ElementsAre("a \t", "b"));
  }
}

TEST(LineReader, ConvertedTwiceIsOneEnd) { EXPECT_THAT(LinesBy(1, "a\r\r\nb\r\r\n"), ElementsAre("a", "b")); }

TEST(LineReader, CountsLinesAndBytes) {
  LineReader reader(absl::string_view("one\r\ntwo"));
  std::string line;
  ASSERT_TRUE(*reader.Next(&line));
  EXPECT_EQ(reader.offset(), 0);
  EXPECT_EQ(reader.number(), 1);
  ASSERT_TRUE(*reader.Next(&line));
  EXPECT_EQ(line, "two");
  EXPECT_EQ(reader.offset(), 5);
  EXPECT_EQ(reader.number(), 2);
  EXPECT_FALSE(*reader.Next(&line));
}

TEST(LineReader, PassesErrorsOn) {
  LineReader reader([](char*, size_t) -> absl::StatusOr<size_t> { return absl::DataLossError("torn"); });
  std::string line;
  EXPECT_EQ(reader.Next(&line).status(), absl::DataLossError("torn"));
}

TEST(LineReader, LinesHaveALimit) {
  LineReader reader([](char* bytes, size_t most) -> absl::StatusOr<size_t> {
    std::fill_n(bytes, most, 'x');
    return most;
  });
  std::string line;
  const absl::Status status = reader.Next(&line).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("line 1: want at most 268435456 bytes in a line, got more"));
}

TEST(LineText, IsWithoutMarksAndBlanks) {
  EXPECT_EQ(LineText("\xEF\xBB\xBF a b \t\r\v\f"), " a b");
  EXPECT_EQ(LineText("\xEF\xBB\xBF\xEF\xBB\xBFx"), "x");
  EXPECT_EQ(LineText("a\xC2\xA0\xE3\x80\x80 \x1f"), "a");
  EXPECT_EQ(LineText("a\xE2\x80\x8B"), "a\xE2\x80\x8B") << "a zero-width space is no blank to Python either";
  EXPECT_EQ(LineText(" \xC2\x85 "), "");
  EXPECT_EQ(LineText("\xA0"), "\xA0") << "no UTF-8";
}

}  // namespace
}  // namespace retort
