#include "framework/data/pairs/test_lines.h"

#include <atomic>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/file.h"
#include "framework/data/data_cache.h"
#include "framework/data/sequences/test_store.h"
#include "glog/logging.h"
#include "gtest/gtest.h"

namespace retort::testing {

std::string WriteLineCorpus(const std::vector<std::string>& documents, double report_share) {
  static std::atomic<int> corpora{0};
  const std::string folder = absl::StrCat(::testing::TempDir(), "/lines/", corpora++);
  CHECK(MakeDirectories(folder).ok());
  CHECK(AtomicWriteFile(folder + "/text.txt", absl::StrJoin(documents, "\n\n")).ok());
  CHECK(AtomicWriteFile(folder + "/corpus.textproto",
                        absl::StrCat("file { path: \"text.txt\" document: BLANK_LINE }\nselect_share: 0\n",
                                     "report_share: ", report_share, "\n"))
            .ok());
  return folder;
}

std::shared_ptr<const LineDocuments> LinesOf(const std::vector<std::string>& documents) {
  const std::string folder = WriteLineCorpus(documents);
  DataCache cache(folder + "/tokens", /*threads=*/1);
  auto lines = OpenLineDocuments(folder, Split::kTrain, *LetterTokenizer(), &cache);
  CHECK(lines.ok()) << lines.status();
  return *std::move(lines);
}

std::vector<std::string> OneLetterDocuments(int count, int lines) {
  CHECK_LE(count, 26);
  std::vector<std::string> documents;
  for (int d = 0; d < count; ++d) {
    const std::string letter(1, static_cast<char>('a' + d));
    std::vector<std::string> texts;
    for (int line = 0; line < lines; ++line) {
      texts.push_back(absl::StrJoin(std::vector<std::string>(2 + (d + line) % 3, letter), " "));
    }
    documents.push_back(absl::StrJoin(texts, "\n"));
  }
  return documents;
}

}  // namespace retort::testing
