// Bytes as the corpus.textproto of a folder with two texts: an error, or files that are there and shares that make
// sense.

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "framework/data/corpus/corpus_folder.h"
#include "glog/logging.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/temp_folder.h"

namespace retort::fuzz {

bool Accepts(const uint8_t* data, size_t size) {
  static const TempFolder folder;
  const uint8_t text[] = {'a', '\n'};
  folder.Put("a.txt", text, sizeof(text));
  folder.Put("b.txt", text, sizeof(text));
  folder.Put("corpus.textproto", data, size);
  const absl::StatusOr<CorpusFolder> corpus = LoadCorpusFolder(folder.path());
  if (!corpus.ok()) {
    CHECK(!corpus.status().message().empty());
    return false;
  }
  CHECK(!corpus->spec.files.empty());
  CHECK(corpus->select_share >= 0 && corpus->report_share >= 0 && corpus->select_share + corpus->report_share < 1);
  return true;
}

}  // namespace retort::fuzz
