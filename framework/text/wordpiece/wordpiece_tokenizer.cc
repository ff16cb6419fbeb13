#include "framework/text/wordpiece/wordpiece_tokenizer.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "framework/base/status_macros.h"
#include "framework/text/unicode/unicode_classes.h"
#include "glog/logging.h"
#include "xxhash.h"

namespace retort {
namespace {

constexpr absl::string_view kInnerMark = "##";

// Change it when ids of the same text, vocabulary and options change.
constexpr uint64_t kAlgorithmVersion = 1;

bool IsContinuationByte(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

int CountCharacters(absl::string_view word) {
  return static_cast<int>(std::count_if(word.begin(), word.end(), [](char c) { return !IsContinuationByte(c); }));
}

absl::StatusOr<SpecialIds> FindSpecialIds(const Vocabulary& vocabulary) {
  SpecialIds ids;
  const std::pair<const char*, int32_t*> wanted[] = {
      {"[PAD]", &ids.pad}, {"[UNK]", &ids.unk}, {"[CLS]", &ids.cls}, {"[SEP]", &ids.sep}, {"[MASK]", &ids.mask}};
  for (const auto& [piece, id] : wanted) {
    const std::optional<int32_t> found = vocabulary.Id(piece);
    if (!found.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("vocabulary of ", vocabulary.size(), " pieces: want the special piece ", piece, ", got none"));
    }
    *id = *found;
  }
  return ids;
}

// Lower-cases the ASCII letters among eight bytes.
uint64_t FoldEight(uint64_t bytes) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHigh = kOnes * 0x80;
  const uint64_t low = bytes & ~kHigh;
  const uint64_t from_a = low + kOnes * (0x80 - 'A');
  const uint64_t beyond_z = low + kOnes * (0x80 - 'Z' - 1);
  return bytes | ((from_a & ~beyond_z & ~bytes & kHigh) >> 2);
}

std::vector<AddedPiece> SpecialPieces(const Vocabulary& vocabulary, const SpecialIds& ids) {
  std::vector<AddedPiece> pieces;
  for (const int32_t id : {ids.pad, ids.unk, ids.cls, ids.sep, ids.mask}) pieces.push_back({vocabulary.Piece(id), id});
  return pieces;
}

// What the library's decoder does to each piece.
void CleanUp(std::string* piece) {
  constexpr std::pair<absl::string_view, absl::string_view> kReplacements[] = {
      {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},   {" n't", "n't"},
      {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& replacement : kReplacements) *piece = absl::StrReplaceAll(*piece, {replacement});
}

}  // namespace

absl::StatusOr<std::unique_ptr<WordPieceTokenizer>> WordPieceTokenizer::Load(const std::string& vocabulary_path,
                                                                             const WordPieceOptions& options) {
  RETORT_ASSIGN_OR_RETURN(Vocabulary vocabulary, Vocabulary::Load(vocabulary_path));
  absl::StatusOr<std::unique_ptr<WordPieceTokenizer>> tokenizer = Create(std::move(vocabulary), options);
  if (tokenizer.ok()) return tokenizer;
  return absl::Status(tokenizer.status().code(), absl::StrCat(vocabulary_path, ": ", tokenizer.status().message()));
}

absl::StatusOr<std::unique_ptr<WordPieceTokenizer>> WordPieceTokenizer::Create(Vocabulary vocabulary,
                                                                               const WordPieceOptions& options) {
  RETORT_ASSIGN_OR_RETURN(const SpecialIds special_ids, FindSpecialIds(vocabulary));
  return absl::WrapUnique(new WordPieceTokenizer(std::move(vocabulary), special_ids, options));
}

WordPieceTokenizer::WordPieceTokenizer(Vocabulary vocabulary, const SpecialIds& special_ids,
                                       const WordPieceOptions& options)
    : vocabulary_(std::move(vocabulary)),
      special_ids_(special_ids),
      template_(options.sequence_template.value_or(
          SequenceTemplate{{special_ids.cls}, {special_ids.sep}, {special_ids.sep}, /*second_type=*/1})),
      options_(options),
      normalizer_({options.clean_text, options.handle_chinese_chars, options.strip_accents.value_or(options.lower_case),
                   options.lower_case}),
      added_(options.added.has_value() ? *options.added : SpecialPieces(vocabulary_, special_ids)) {
  absl::flat_hash_set<int32_t> not_in_model;
  for (const AddedPiece& piece : added_.pieces()) {
    if (piece.special) skipped_.insert(piece.id);
    if (!piece.in_model) not_in_model.insert(piece.id);
  }
  for (int id = 0; id < vocabulary_.size(); ++id) {
    if (not_in_model.contains(id)) continue;
    absl::string_view piece = vocabulary_.Piece(id);
    const bool inner = absl::ConsumePrefix(&piece, kInnerMark);
    (inner ? inner_ : initial_)[piece] = id;
    longest_piece_ = std::max(longest_piece_, piece.size());
  }
  for (int c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    folded_[c] = options_.lower_case ? absl::ascii_tolower(byte) : byte;
    if (c >= 0x80) {
      byte_classes_[c] = kOther;
    } else if (absl::ascii_isalnum(byte)) {
      byte_classes_[c] = kWord;
    } else if (IsPunctuation(c)) {
      byte_classes_[c] = kPunctuation;
    } else {
      byte_classes_[c] = IsSpace(c) ? kSpace : kOther;
    }
  }
}

std::unique_ptr<Tokenizer::Scratch> WordPieceTokenizer::NewScratch() const { return std::make_unique<WordCache>(this); }

absl::Status WordPieceTokenizer::Encode(absl::string_view text, Scratch* scratch, std::vector<int32_t>* ids) const {
  auto* cache = static_cast<WordCache*>(scratch);
  CHECK(cache == nullptr || cache->owner() == this) << "a scratch of another tokenizer";
  const auto ordinary = [&](size_t begin, size_t end) {
    return EncodeOrdinary(text.substr(begin, end - begin), begin, cache, ids);
  };
  return WalkAddedPieces(added_, text, ordinary, [&](int32_t id) { ids->push_back(id); });
}

absl::Status WordPieceTokenizer::EncodeOrdinary(absl::string_view text, size_t offset, WordCache* cache,
                                                std::vector<int32_t>* ids) const {
  const auto class_at = [&](size_t i) { return byte_classes_[static_cast<uint8_t>(text[i])]; };
  const auto fold = [this](uint64_t eight) { return options_.lower_case ? FoldEight(eight) : eight; };
  const auto encode = [&](absl::string_view run) {
    return EncodeRun(run, offset + static_cast<size_t>(run.data() - text.data()), ids);
  };
  WordBatch batch(cache, ids);
  for (size_t next = 0; next < text.size();) {
    const size_t begin = next++;
    if (class_at(begin) == kSpace) continue;
    // Neither decomposition nor any other step reaches across ASCII spaces and
    // punctuation.
    if (class_at(begin) != kPunctuation) {
      while (next < text.size() && class_at(next) <= kOther) ++next;
    }
    batch.Add(text.substr(begin, next - begin), text.size() - begin, fold);
    if (batch.full()) RETORT_RETURN_IF_ERROR(batch.Flush(encode));
  }
  return batch.Flush(encode);
}

absl::Status WordPieceTokenizer::EncodeRun(absl::string_view run, size_t offset, std::vector<int32_t>* ids) const {
  if (std::all_of(run.begin(), run.end(), [this](char c) { return byte_classes_[static_cast<uint8_t>(c)] == kWord; })) {
    std::string word(run);
    for (char& c : word) c = folded_[static_cast<uint8_t>(c)];
    AppendPieces(word, ids);
    return absl::OkStatus();
  }
  std::vector<std::string> words;
  RETORT_RETURN_IF_ERROR(normalizer_.AppendWords(run, offset, &words));
  for (const std::string& word : words) AppendPieces(word, ids);
  return absl::OkStatus();
}

void WordPieceTokenizer::AppendPieces(absl::string_view word, std::vector<int32_t>* ids) const {
  const size_t before = ids->size();
  bool spelled = CountCharacters(word) <= options_.max_characters_per_word;
  for (size_t begin = 0; spelled && begin < word.size();) {
    const auto& pieces = begin == 0 ? initial_ : inner_;
    size_t length = std::min(longest_piece_, word.size() - begin);
    for (; length > 0; --length) {
      const bool whole_characters = begin + length == word.size() || !IsContinuationByte(word[begin + length]);
      if (!whole_characters) continue;
      const auto found = pieces.find(word.substr(begin, length));
      if (found == pieces.end()) continue;
      ids->push_back(found->second);
      break;
    }
    begin += length;
    spelled = length > 0;
  }
  if (!spelled) {
    ids->resize(before);
    ids->push_back(special_ids_.unk);
  }
}

std::string WordPieceTokenizer::Decode(absl::Span<const int32_t> ids, const DecodeOptions& options) const {
  std::string text;
  bool first = true;
  for (const int32_t id : ids) {
    if (options.skip_special && skipped_.contains(id)) continue;
    absl::string_view piece = vocabulary_.Piece(id);
    const bool inner = !first && absl::ConsumePrefix(&piece, kInnerMark);
    std::string part = absl::StrCat(first || inner ? "" : " ", piece);
    if (options.clean_up) CleanUp(&part);
    text += part;
    first = false;
  }
  return text;
}

uint64_t WordPieceTokenizer::Fingerprint() const {
  std::string parts = absl::StrCat("wordpiece ", kAlgorithmVersion, " ", vocabulary_.hash(), " ", options_.lower_case,
                                   options_.strip_accents.value_or(options_.lower_case), options_.handle_chinese_chars,
                                   options_.clean_text, " ", options_.max_characters_per_word);
  for (const AddedPiece& piece : added_.pieces()) absl::StrAppend(&parts, " ", AddedPieceText(piece));
  return XXH3_64bits(parts.data(), parts.size());
}

bool WordPieceTokenizer::SplitsAtNewlines() const {
  const std::vector<AddedPiece>& added = added_.pieces();
  return std::none_of(added.begin(), added.end(),
                      [](const AddedPiece& piece) { return piece.text.find('\n') != std::string::npos; });
}

}  // namespace retort
