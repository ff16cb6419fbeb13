#ifndef RETORT_FRAMEWORK_DATA_SEQUENCES_SEQUENCE_SET_H_
#define RETORT_FRAMEWORK_DATA_SEQUENCES_SEQUENCE_SET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/data/sequences/lm_kind.h"
#include "framework/data/tokens/token_store.h"
#include "framework/text/tokenizer.h"

namespace retort {

// Parts of a corpus, by document. A document's part follows from its text alone, so that equal texts never stand in two
// parts and a document keeps its part in any corpus with the same shares.
enum class Split {
  kTrain,
  kSelect,  // selection, early stopping, tuning
  kReport,  // read by final evaluations only
};

// "train", "select" or "report". InvalidArgument for another name.
absl::StatusOr<Split> ParseSplit(absl::string_view name);
absl::string_view SplitName(Split split);

// The part of a document with this TokenStore::TextHash. Shares are of all documents; the rest is kTrain.
Split SplitOf(uint64_t text_hash, double select_share, double report_share);

struct SequenceSetOptions {
  LmKind kind = LmKind::kMasked;  // how documents are cut
  std::string corpus;             // for messages
  Split split = Split::kTrain;
  double select_share = 0.02;
  double report_share = 0.02;
  int length = 128;     // positions of the longest sequences: at least 3, or 2 of a causal model
  int min_length = 12;  // shorter sequences are dropped; not looked at for a causal model, whose are all of one length
  SpecialIds special_ids;
};

// The sequences of one part of a corpus.
//
// Of a masked language model: each document cut into consecutive pieces of length - 2 ids, the last one as long as what
// is left, with [CLS] before and [SEP] behind each. This is how DistilBERT's scripts cut long lines; they also drop
// sequences half of which is [UNK], which is not done here. Length and min_length count [CLS] and [SEP].
//
// Of a causal one: all documents of the part in the order of the corpus, the end-of-text id behind each, as one stream
// that is cut into blocks of exactly `length` ids; less than a block at its end is left out. This is how GPT-2 was
// trained (Radford et al. 2019). DistilBERT's scripts, of which DistilGPT2 is, take lines one by one instead, with
// <|endoftext|> before and behind each, cut those that are too long and fill those that are short.
//
// A sequence is named by its number in the set, from 0 in the order of the corpus: its sample id. Immutable, so
// thread-safe. 8 bytes of memory per sequence beside the store.
class SequenceSet {
 public:
  // Errors: InvalidArgument if there is no sequence, naming corpus, split and what was there; for lengths out of range;
  // for a causal model without an end-of-text id.
  static absl::StatusOr<std::shared_ptr<const SequenceSet>> Create(std::shared_ptr<const TokenStore> store,
                                                                   const SequenceSetOptions& options);

  int64_t size() const { return static_cast<int64_t>(pieces_.size()); }

  // Positions of a sequence. 0 <= sample < size().
  int64_t Length(int64_t sample) const;
  std::vector<int32_t> Lengths() const;

  // Positions of all sequences.
  int64_t tokens() const { return tokens_; }

  // [CLS], the piece, [SEP]; or the block.
  std::vector<int32_t> Ids(int64_t sample) const;

  const SequenceSetOptions& options() const { return options_; }

  // Follows from the corpus's ids and from which of them make up which sequence of which kind.
  uint64_t content_hash() const { return content_hash_; }

 private:
  // Where a sequence begins.
  struct Piece {
    uint32_t document;
    uint32_t number;  // masked: among the document's pieces; causal: of the document's ids, or at the end-of-text id
  };

  SequenceSet(std::shared_ptr<const TokenStore> store, const SequenceSetOptions& options);
  static absl::Status CheckLengths(const SequenceSetOptions& options);
  bool InSplit(int64_t document) const;
  void AddPieces(int64_t document);
  void AddBlocks(int64_t document, int64_t stream_begin);
  int64_t PieceLength(const Piece& piece) const;
  std::vector<int32_t> BlockIds(const Piece& piece) const;
  std::string WayOut() const;
  absl::Status EmptyError(int64_t documents, int64_t tokens) const;
  uint64_t HashContent() const;

  std::shared_ptr<const TokenStore> store_;
  SequenceSetOptions options_;
  std::vector<Piece> pieces_;
  int64_t tokens_ = 0;
  uint64_t content_hash_ = 0;
};

// How often each piece of a vocabulary stands in the sequences of a masked model's set, [CLS] and [SEP] around them
// aside. Ids are below `vocabulary_size`. Reads the whole set.
std::vector<int64_t> PieceCounts(const SequenceSet& sequences, int64_t vocabulary_size);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_SEQUENCES_SEQUENCE_SET_H_
