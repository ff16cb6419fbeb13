#ifndef RETORT_FRAMEWORK_DATA_PAIRS_SENTENCE_PAIRS_H_
#define RETORT_FRAMEWORK_DATA_PAIRS_SENTENCE_PAIRS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "framework/batch/step_batch.h"
#include "framework/data/pairs/line_documents.h"
#include "framework/text/sequence_template.h"
#include "framework/text/tokenizer.h"

namespace retort {

struct SentencePairOptions {
  int64_t length = 128;      // Positions of the longest pair, special ids included.
  double short_share = 0.1;  // Of the pairs that are to be short.
  uint64_t seed = 0;         // Of all draws.
};

// Pairs of texts for next-sentence prediction (Devlin et al. 2019, arXiv:1810.04805, section 3.1 and A.2), as BERT's
// create_pretraining_data.py makes them of lines, which hold a sentence each:
//
//   - The lines of each document are packed, one after the other, until they have as many ids as a pair is to have: as
//     many as fit beside the special ids, or with probability short_share a number drawn from 2 to that.
//   - Text A is the first lines of such a pack, as many as are drawn. With probability 1/2 text B is the rest of the
//     pack, and follows A: class 0, "IsNext". Else B begins at a line drawn from another document, also drawn, and has
//     lines until the pair is as long as it is to be: class 1, "NotNext". A pack of one line always has such a B.
//   - Where A and B do not fit, ids are taken from the longer one, from the front or from the end with probability 1/2.
//
// Which lines make up a pack follows from the seed alone, and all else from seed, epoch and pair: each epoch has new
// pairs, and each pair is at hand without the others. That is where this departs from BERT's script, which writes a
// file of pairs: it draws a length per document and not per pack, and where B is random it gives the lines that B would
// have had to the next pack. Here they wait for another epoch.
//
// A pair is named by its number, from 0 in the order of the corpus: its sample id. Immutable, so thread-safe. 16 bytes
// of memory per pair beside the documents.
class SentencePairs {
 public:
  // Special ids and token types are those of the tokenizer's template for two texts: [CLS] A [SEP] B [SEP]. The
  // tokenizer is not kept. Errors: InvalidArgument, with a way out, for a length below the special ids and 2, for less
  // than two documents, of which none can be drawn, and where no document has two lines, one of which follows the
  // other.
  static absl::StatusOr<std::shared_ptr<const SentencePairs>> Create(std::shared_ptr<const LineDocuments> documents,
                                                                     const SentencePairOptions& options,
                                                                     const Tokenizer& tokenizer);

  int64_t size() const { return static_cast<int64_t>(packs_.size()); }

  // Positions of a pair in an epoch, without reading ids. 0 <= pair < size().
  int64_t Length(int64_t epoch, int64_t pair) const;

  // These pairs in this order, as sequences with token types and a class; all labels of positions are kNoLabel.
  StepBatch Read(int64_t epoch, absl::Span<const int64_t> pairs) const;

  // Special ids of a pair.
  int64_t specials() const {
    return static_cast<int64_t>(template_.before.size() + template_.between.size() + template_.behind.size());
  }

  const LineDocuments& documents() const { return *documents_; }

  // Follows from the lines, and from which of them make up which pack.
  uint64_t content_hash() const { return content_hash_; }

 private:
  // The lines [begin, end) of a document, of which a pair is made that is to have `target` ids.
  struct Pack {
    uint32_t document, begin, end, target;
  };
  // The lines [begin, end) of a document, of whose `length` ids those from `cut` on are kept.
  struct Text {
    int64_t document, begin, end, length, cut, kept;
  };
  struct Pair {
    Text first, second;
    bool is_next;
  };

  SentencePairs(std::shared_ptr<const LineDocuments> documents, const SentencePairOptions& options,
                const Tokenizer& tokenizer);

  absl::Status Check() const;
  void AddPacks(int64_t document);
  uint64_t HashContent() const;

  int64_t most() const { return options_.length - specials(); }  // Ids of a pair beside the special ones.
  Text Lines(int64_t document, int64_t begin, int64_t end) const;
  Text RandomText(int64_t epoch, int64_t pair, int64_t target) const;
  Pair DrawPair(int64_t epoch, int64_t pair) const;
  void Cut(int64_t epoch, int64_t pair, int side, int64_t kept, Text* text) const;
  void Append(const Text& text, int32_t type, StepSequence* sequence) const;

  std::shared_ptr<const LineDocuments> documents_;
  SentencePairOptions options_;
  SequenceTemplate template_;
  int32_t pad_id_;
  std::vector<Pack> packs_;
  uint64_t content_hash_ = 0;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_PAIRS_SENTENCE_PAIRS_H_
