#ifndef RETORT_FRAMEWORK_TEXT_BPE_BYTE_BPE_TOKENIZER_H_
#define RETORT_FRAMEWORK_TEXT_BPE_BYTE_BPE_TOKENIZER_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/added_pieces.h"
#include "framework/text/bpe/byte_pair_merges.h"
#include "framework/text/sequence_template.h"
#include "framework/text/tokenizer.h"
#include "framework/text/vocabulary.h"
#include "framework/text/word_cache.h"

namespace retort {

struct ByteBpeOptions {
  // Text that does not begin with a space is read as if it did, and so is what
  // stands behind an added piece.
  bool add_prefix_space = false;
};

// All that a byte-level BPE consists of.
struct ByteBpeParts {
  Vocabulary vocabulary;
  BytePairMerges merges;
  // Searched one list after the other: what the first finds, the second never
  // sees. Contents are pieces of the vocabulary.
  std::vector<std::vector<AddedPiece>> added;
  SpecialIds special_ids;
  SequenceTemplate sequence_template;
};

// Fills `added`, `special_ids` and `sequence_template` from the vocabulary: with
// <s>, <pad>, </s>, <unk> and <mask> it is RoBERTa's kind, where <mask> takes
// the space before it along; one with <|endoftext|> is GPT-2's kind. Errors: a
// vocabulary of neither kind. `where` begins messages.
absl::Status FillRolesByName(absl::string_view where, ByteBpeParts* parts);

// Byte-level BPE of GPT-2 (Radford et al. 2019) and RoBERTa (Liu et al. 2019):
// words of GPT-2's pattern, each one's UTF-8 bytes merged by rank. A byte that
// the vocabulary lacks is left out, as Hugging Face's library does; ids are
// those of that library.
class ByteBpeTokenizer : public Tokenizer {
 public:
  // Reads vocab.json (an object from piece to id) and merges.txt. Errors: files
  // that cannot be read, ids that are not 0, 1, 2 ... once each, and those of
  // FillRolesByName and BytePairMerges.
  static absl::StatusOr<std::unique_ptr<ByteBpeTokenizer>> Load(const std::string& vocabulary_path,
                                                                const std::string& merges_path,
                                                                const ByteBpeOptions& options = {});

  static std::unique_ptr<ByteBpeTokenizer> Create(ByteBpeParts parts, const ByteBpeOptions& options = {});

  using Tokenizer::Encode;
  std::unique_ptr<Scratch> NewScratch() const override;
  // At text that is not UTF-8 nothing is appended.
  absl::Status Encode(absl::string_view text, Scratch* scratch, std::vector<int32_t>* ids) const override;

  // The pieces' bytes. What is not UTF-8 becomes U+FFFD, one for each longest
  // beginning of a character. No clean-up is made.
  using Tokenizer::Decode;
  std::string Decode(absl::Span<const int32_t> ids, const DecodeOptions& options) const override;

  const Vocabulary& vocabulary() const override { return parts_.vocabulary; }
  const SpecialIds& special_ids() const override { return parts_.special_ids; }
  const SequenceTemplate& sequence_template() const override { return parts_.sequence_template; }
  uint64_t Fingerprint() const override;

  // White space is one word across lines, and a prefix space belongs to the
  // beginning of the text.
  bool SplitsAtNewlines() const override { return false; }

 private:
  ByteBpeTokenizer(ByteBpeParts parts, const ByteBpeOptions& options);

  // Text without what added_[0 .. stage) finds.
  absl::Status EncodeStage(size_t stage, absl::string_view text, WordCache* cache, std::vector<int32_t>* ids) const;
  absl::Status EncodeOrdinary(absl::string_view text, WordCache* cache, std::vector<int32_t>* ids) const;
  void AppendMerged(absl::string_view word, std::vector<int32_t>* ids) const;

  ByteBpeParts parts_;
  ByteBpeOptions options_;
  std::vector<AddedPieces> added_;
  absl::flat_hash_set<int32_t> skipped_;  // by a decoding without special pieces
  std::array<int32_t, 256> byte_ids_;     // kNoId for a byte the vocabulary lacks
  std::vector<std::string> piece_bytes_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_BPE_BYTE_BPE_TOKENIZER_H_
