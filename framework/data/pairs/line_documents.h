#ifndef RETORT_FRAMEWORK_DATA_PAIRS_LINE_DOCUMENTS_H_
#define RETORT_FRAMEWORK_DATA_PAIRS_LINE_DOCUMENTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/data/data_cache.h"
#include "framework/data/sequences/sequence_set.h"
#include "framework/data/tokens/token_store.h"
#include "framework/text/tokenizer.h"

namespace retort {

struct LineDocumentsOptions {
  std::string corpus;  // For messages.
  Split split = Split::kTrain;
  double select_share = 0.02;
  double report_share = 0.02;
  int32_t line_end = kNoId;  // What stands behind each line in the store.
};

// The documents of one part of a corpus, line by line: those of a token store with ends of lines. A document is in the
// part that SequenceSet has it in. Documents and lines without ids are left out; both are numbered from 0 in the order
// of the corpus. Immutable, so thread-safe. 8 bytes of memory per line and 12 per document beside the store.
class LineDocuments {
 public:
  // Reads all ids of the part. Errors: InvalidArgument if no document has a line, naming corpus, split and what was
  // there.
  static absl::StatusOr<std::shared_ptr<const LineDocuments>> Create(std::shared_ptr<const TokenStore> store,
                                                                     const LineDocumentsOptions& options);

  int64_t size() const { return static_cast<int64_t>(documents_.size()); }
  int64_t lines() const { return static_cast<int64_t>(lines_.size()); }  // Of all documents.

  // Lines of a document, at least one.
  int64_t LinesOf(int64_t document) const {
    return static_cast<int64_t>(first_lines_[document + 1] - first_lines_[document]);
  }

  // Ids of a line of a document, at least one.
  int64_t LengthOf(int64_t document, int64_t line) const { return lines_[first_lines_[document] + line].length; }

  // Appends the ids of a line.
  void AppendLine(int64_t document, int64_t line, std::vector<int32_t>* ids) const;

  const LineDocumentsOptions& options() const { return options_; }

  // Follows from the lines' ids and from which of them make up which document of the part.
  uint64_t content_hash() const { return content_hash_; }

 private:
  struct Line {
    uint32_t begin;  // In its document's ids in the store.
    uint32_t length;
  };

  LineDocuments(std::shared_ptr<const TokenStore> store, const LineDocumentsOptions& options)
      : store_(std::move(store)), options_(options) {}

  void AddDocument(int64_t document);
  uint64_t HashContent() const;

  std::shared_ptr<const TokenStore> store_;
  LineDocumentsOptions options_;
  std::vector<uint32_t> documents_;          // Their numbers in the store.
  std::vector<uint64_t> first_lines_ = {0};  // Of each document in lines_, and the end.
  std::vector<Line> lines_;
  uint64_t content_hash_ = 0;
};

// How often each piece of a vocabulary stands in the lines. Ids are below `vocabulary_size`. Reads all of them.
std::vector<int64_t> PieceCounts(const LineDocuments& documents, int64_t vocabulary_size);

// The documents of a part of a corpus, a folder with a corpus.textproto, tokenized once and made once per cache. Lines
// are those of the corpus's files. Errors: those of corpora and of LineDocuments.
absl::StatusOr<std::shared_ptr<const LineDocuments>> OpenLineDocuments(const std::string& corpus, Split split,
                                                                       const Tokenizer& tokenizer, DataCache* cache);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_PAIRS_LINE_DOCUMENTS_H_
