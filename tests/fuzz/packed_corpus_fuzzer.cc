// Bytes as a file of a corpus, plain or packed, with documents of each kind: errors, or the same lines of text.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "framework/base/input/line_reader.h"
#include "framework/data/corpus/corpus_reader.h"
#include "glog/logging.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/temp_folder.h"

namespace retort::fuzz {
namespace {

constexpr int64_t kMostBytes = 1 << 16;

// The file's lines without blank ones, or an error.
absl::StatusOr<std::string> Read(const std::string& path, DocumentBoundary boundary) {
  absl::StatusOr<std::unique_ptr<CorpusReader>> reader = CorpusReader::Open(path, boundary, {kMostBytes});
  if (!reader.ok()) return reader.status();
  std::string all;
  Document document;
  while (true) {
    const absl::StatusOr<bool> more = (*reader)->Next(&document);
    if (!more.ok()) return more.status();
    if (!*more) break;
    CHECK(!document.text.empty());
    for (const absl::string_view line : absl::StrSplit(document.text, '\n')) {
      CHECK(LineText(line) == line) << line;
      if (!line.empty()) absl::StrAppend(&all, line, "\n");
    }
  }
  CHECK((*reader)->hash() == HashFile(path).value());
  return all;
}

}  // namespace

bool Accepts(const uint8_t* data, size_t size) {
  static const TempFolder folder;
  folder.Put("corpus", data, size);
  const std::string path = folder.path() + "/corpus";
  const absl::StatusOr<std::string> lines = Read(path, DocumentBoundary::kLine);
  for (const DocumentBoundary boundary : {DocumentBoundary::kBlankLine, DocumentBoundary::kFile}) {
    const absl::StatusOr<std::string> same = Read(path, boundary);
    CHECK(same.status() == lines.status()) << same.status() << "\n" << lines.status();
    if (same.ok()) CHECK_EQ(*same, *lines);
  }
  CHECK(lines.ok() || !lines.status().message().empty());
  return lines.ok();
}

}  // namespace retort::fuzz
