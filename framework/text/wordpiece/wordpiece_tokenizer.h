#ifndef RETORT_FRAMEWORK_TEXT_WORDPIECE_WORDPIECE_TOKENIZER_H_
#define RETORT_FRAMEWORK_TEXT_WORDPIECE_WORDPIECE_TOKENIZER_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/added_pieces.h"
#include "framework/text/sequence_template.h"
#include "framework/text/tokenizer.h"
#include "framework/text/vocabulary.h"
#include "framework/text/word_cache.h"
#include "framework/text/wordpiece/bert_normalizer.h"

namespace retort {

struct WordPieceOptions {
  // For an uncased vocabulary: lower case, accents stripped.
  bool lower_case = true;

  std::optional<bool> strip_accents;  // as lower_case if not set
  bool handle_chinese_chars = true;   // see BertNormalizerOptions
  bool clean_text = true;

  // Instead of these four: normalizers that run one after the other.
  std::optional<std::vector<BertNormalizerOptions>> sequence;

  // A longer word is one [UNK].
  int max_characters_per_word = 100;

  // Written so in a text, they become their ids, as in Hugging Face's library.
  // Instead of the five special pieces; pieces of the vocabulary. Those that
  // are `normalized` are found as they are normalised.
  std::optional<std::vector<AddedPiece>> added;

  // Instead of those of [PAD], [UNK], [CLS], [SEP] and [MASK].
  std::optional<SpecialIds> special_ids;

  // Instead of [CLS] A [SEP] B [SEP].
  std::optional<SequenceTemplate> sequence_template;
};

// A word of BertNormalizer, or an added piece, and the ids that stand for it, at least one.
struct PiecedWord {
  std::string text;
  std::vector<int32_t> ids;
};

// BERT's tokenizer: words of BertNormalizer, each cut into the longest pieces
// of the vocabulary from left to right ("##" marks a piece inside of a word;
// Wu et al. 2016). A word that no pieces spell, or of too many
// characters, is one [UNK]. Ids are those of Hugging Face's BertWordPieceTokenizer.
class WordPieceTokenizer : public Tokenizer {
 public:
  // Errors: those of Vocabulary::Load; without options.special_ids, a vocabulary without one of [PAD], [UNK], [CLS],
  // [SEP], [MASK]; two pieces, or none, that a `normalized` added piece becomes.
  static absl::StatusOr<std::unique_ptr<WordPieceTokenizer>> Load(const std::string& vocabulary_path,
                                                                  const WordPieceOptions& options = {});
  static absl::StatusOr<std::unique_ptr<WordPieceTokenizer>> Create(Vocabulary vocabulary,
                                                                    const WordPieceOptions& options = {});

  using Tokenizer::Encode;
  std::unique_ptr<Scratch> NewScratch() const override;
  absl::Status Encode(absl::string_view text, Scratch* scratch, std::vector<int32_t>* ids) const override;

  // Appends the words of `text`, whose ids, one word's after the other's, are
  // those that Encode gives. Errors: as there.
  absl::Status EncodeWords(absl::string_view text, std::vector<PiecedWord>* words) const;

  // Pieces joined by spaces, without a space before a "##" piece. A first
  // piece keeps its "##".
  using Tokenizer::Decode;
  std::string Decode(absl::Span<const int32_t> ids, const DecodeOptions& options) const override;

  const Vocabulary& vocabulary() const override { return vocabulary_; }
  const SpecialIds& special_ids() const override { return special_ids_; }
  const SequenceTemplate& sequence_template() const override { return template_; }
  uint64_t Fingerprint() const override;
  bool SplitsAtNewlines() const override;

 private:
  // What a byte is to the fast path, which takes ASCII only.
  enum ByteClass : uint8_t {
    kWord,   // letters and digits
    kOther,  // controls and all of UTF-8 beyond ASCII: the full way
    kSpace,
    kPunctuation,
  };

  WordPieceTokenizer(Vocabulary vocabulary, const SpecialIds& special_ids, std::vector<AddedPiece> raw,
                     std::vector<AddedPiece> normalized, const WordPieceOptions& options);

  // Bytes as the fast path sees them.
  void ClassifyBytes();
  // Text without special pieces that starts at byte `offset` of the whole: where pieces are searched for in the
  // normalised text, and where none are. The first calls word(text) for its words and added(id) for the pieces.
  template <typename Word, typename Added>
  absl::Status WalkNormalized(absl::string_view text, size_t offset, const Word& word, const Added& added) const;
  absl::Status EncodeOrdinary(absl::string_view text, size_t offset, WordCache* cache, std::vector<int32_t>* ids) const;
  // A run of kWord and kOther bytes, or one of kPunctuation.
  absl::Status EncodeRun(absl::string_view run, size_t offset, std::vector<int32_t>* ids) const;
  // One normalised word.
  void AppendPieces(absl::string_view word, std::vector<int32_t>* ids) const;

  Vocabulary vocabulary_;
  SpecialIds special_ids_;
  SequenceTemplate template_;
  WordPieceOptions options_;
  BertNormalizer normalizer_;
  std::array<ByteClass, 256> byte_classes_;
  std::array<char, 256> folded_;  // lower case of kWord bytes
  AddedPieces added_;             // found in texts as they are
  AddedPieces normalized_;        // with texts as they are once normalised
  bool lower_case_;
  bool by_runs_;                          // whether texts are normalised run by run
  absl::flat_hash_set<int32_t> skipped_;  // by a decoding without special pieces
  absl::flat_hash_map<std::string, int32_t> initial_;
  absl::flat_hash_map<std::string, int32_t> inner_;  // without their "##"
  size_t longest_piece_ = 0;                         // in bytes
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_WORDPIECE_WORDPIECE_TOKENIZER_H_
