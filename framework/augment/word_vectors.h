#ifndef RETORT_FRAMEWORK_AUGMENT_WORD_VECTORS_H_
#define RETORT_FRAMEWORK_AUGMENT_WORD_VECTORS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "framework/augment/vector_lines.h"

namespace retort {

// Words and their vectors, of GloVe (Pennington et al. 2014, https://aclanthology.org/D14-1162) or the like, for words
// of similar meaning. Remembers the neighbours that it was asked for. Thread-safe.
class WordVectors {
 public:
  // Reads the first `words` words of a file in GloVe's text format (framework/augment/vector_lines.h), plain or packed.
  // The file is read as far as these and a line at a time, so that time and memory depend on `words` alone. Of equal
  // words the last one counts.
  //
  // Errors: those of VectorLines; InvalidArgument, beginning with the path, for a file without words. REQUIRES:
  // words > 0.
  static absl::StatusOr<WordVectors> Read(const std::string& path, int64_t words);

  // The errors of Read, in its time, with one line in memory.
  static absl::Status Check(const std::string& path, int64_t words);

  int64_t size() const { return static_cast<int64_t>(words_.size()); }  // Words, equal ones each.
  int64_t dimension() const { return dimension_; }

  // The `count` words, or all there are, with the largest cosine to the word, itself left out, the nearest first; of
  // equally near ones the first in the file. None for a word that is not there. A vector of zeros, and that of <unk>,
  // is near to nothing. The neighbours of a word in title case ("Film") come in title case.
  std::vector<std::string> Neighbours(absl::string_view word, int count) const;

 private:
  // What was found before: the rows of neighbours by row and count.
  struct Memory {
    absl::Mutex mutex;
    absl::flat_hash_map<std::pair<int64_t, int>, std::vector<int64_t>> found ABSL_GUARDED_BY(mutex);
  };

  WordVectors() = default;

  void Add(const WordVector& vector);
  // The rows of the nearest words, the same remembered.
  std::vector<int64_t> Nearest(int64_t row, int count) const;
  std::vector<int64_t> RememberedNearest(int64_t row, int count) const;

  int64_t dimension_ = 0;
  std::vector<std::string> words_;
  std::vector<float> vectors_;        // [words, dimension], of the file's numbers.
  std::vector<double> inverse_norm_;  // [words]; 0: near to nothing.
  absl::flat_hash_map<std::string, int64_t> index_;
  std::unique_ptr<Memory> memory_ = std::make_unique<Memory>();
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_AUGMENT_WORD_VECTORS_H_
