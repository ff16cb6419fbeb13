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
constexpr uint64_t kAlgorithmVersion = 3;

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

std::vector<BertNormalizerOptions> Sequence(const WordPieceOptions& options) {
  if (options.sequence.has_value()) return *options.sequence;
  return {{options.clean_text, options.handle_chinese_chars, options.strip_accents.value_or(options.lower_case),
           options.lower_case}};
}

// Whether the step does the same to a text as to its runs between ASCII spaces and punctuation. Composition makes one
// character of "=" and a stroke behind it, and Strip asks where a text ends.
bool StaysInRuns(const BertNormalizerOptions& step) {
  return step.form != UnicodeForm::kNfc && step.form != UnicodeForm::kNfkc && !step.strip_left && !step.strip_right;
}

// Gives the pieces the texts that are searched for.
absl::Status Normalize(const BertNormalizer& normalizer, std::vector<AddedPiece>* pieces) {
  absl::flat_hash_set<std::string> known;
  for (AddedPiece& piece : *pieces) {
    RETORT_ASSIGN_OR_RETURN(std::string text, normalizer.Normalize(piece.text, 0));
    if (text.empty() || !known.insert(text).second) {
      return absl::InvalidArgumentError(absl::StrCat("added piece \"", piece.text.substr(0, 100),
                                                     "\": want one that is left by the normalizer, and as no other is, "
                                                     "got \"",
                                                     text.substr(0, 100), "\""));
    }
    piece.text = std::move(text);
  }
  return absl::OkStatus();
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
  SpecialIds special_ids;
  if (options.special_ids.has_value()) {
    special_ids = *options.special_ids;
  } else {
    RETORT_ASSIGN_OR_RETURN(special_ids, FindSpecialIds(vocabulary));
  }
  const std::vector<AddedPiece> added =
      options.added.has_value() ? *options.added : SpecialPieces(vocabulary, special_ids);
  std::vector<AddedPiece> raw, normalized;
  for (const AddedPiece& piece : added) (piece.normalized ? normalized : raw).push_back(piece);
  RETORT_RETURN_IF_ERROR(Normalize(BertNormalizer(Sequence(options)), &normalized));
  return absl::WrapUnique(
      new WordPieceTokenizer(std::move(vocabulary), special_ids, std::move(raw), std::move(normalized), options));
}

WordPieceTokenizer::WordPieceTokenizer(Vocabulary vocabulary, const SpecialIds& special_ids,
                                       std::vector<AddedPiece> raw, std::vector<AddedPiece> normalized,
                                       const WordPieceOptions& options)
    : vocabulary_(std::move(vocabulary)),
      special_ids_(special_ids),
      template_(options.sequence_template.value_or(
          SequenceTemplate{{special_ids.cls}, {special_ids.sep}, {special_ids.sep}, /*second_type=*/1})),
      options_(options),
      normalizer_(Sequence(options)),
      added_(std::move(raw)),
      normalized_(std::move(normalized)) {
  const std::vector<BertNormalizerOptions> sequence = Sequence(options);
  lower_case_ = std::any_of(sequence.begin(), sequence.end(), [](const auto& step) { return step.lower_case; });
  by_runs_ = std::all_of(sequence.begin(), sequence.end(), StaysInRuns);
  absl::flat_hash_set<int32_t> not_in_model;
  for (const AddedPieces* list : {&added_, &normalized_}) {
    for (const AddedPiece& piece : list->pieces()) {
      if (piece.special) skipped_.insert(piece.id);
      if (!piece.in_model) not_in_model.insert(piece.id);
    }
  }
  for (int id = 0; id < vocabulary_.size(); ++id) {
    if (not_in_model.contains(id) || vocabulary_.IsHole(id)) continue;
    absl::string_view piece = vocabulary_.Piece(id);
    const bool inner = absl::ConsumePrefix(&piece, kInnerMark);
    (inner ? inner_ : initial_)[piece] = id;
    longest_piece_ = std::max(longest_piece_, piece.size());
  }
  ClassifyBytes();
}

void WordPieceTokenizer::ClassifyBytes() {
  for (int c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    folded_[c] = lower_case_ ? absl::ascii_tolower(byte) : byte;
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
  const auto append = [&](int32_t id) { ids->push_back(id); };
  const auto ordinary = [&](size_t begin, size_t end) {
    const absl::string_view part = text.substr(begin, end - begin);
    if (by_runs_ && normalized_.pieces().empty()) return EncodeOrdinary(part, begin, cache, ids);
    return WalkNormalized(
        part, begin, [&](const std::string& word) { AppendPieces(word, ids); }, append);
  };
  return WalkAddedPieces(added_, text, ordinary, append);
}

absl::Status WordPieceTokenizer::EncodeWords(absl::string_view text, std::vector<PiecedWord>* words) const {
  const auto append_word = [&](std::string word) {
    PiecedWord pieced;
    AppendPieces(word, &pieced.ids);
    pieced.text = std::move(word);
    words->push_back(std::move(pieced));
  };
  const auto append_added = [&](int32_t id) { words->push_back({vocabulary_.Piece(id), {id}}); };
  const auto ordinary = [&](size_t begin, size_t end) {
    return WalkNormalized(text.substr(begin, end - begin), begin, append_word, append_added);
  };
  return WalkAddedPieces(added_, text, ordinary, append_added);
}

template <typename Word, typename Added>
absl::Status WordPieceTokenizer::WalkNormalized(absl::string_view text, size_t offset, const Word& word,
                                                const Added& added) const {
  RETORT_ASSIGN_OR_RETURN(const std::string whole, normalizer_.Normalize(text, offset));
  const auto ordinary = [&](size_t begin, size_t end) {
    std::vector<std::string> words;
    BertNormalizer::AppendWordsOfNormalized(absl::string_view(whole).substr(begin, end - begin), &words);
    for (std::string& found : words) word(std::move(found));
    return absl::OkStatus();
  };
  return WalkAddedPieces(normalized_, whole, ordinary, added);
}

absl::Status WordPieceTokenizer::EncodeOrdinary(absl::string_view text, size_t offset, WordCache* cache,
                                                std::vector<int32_t>* ids) const {
  const auto class_at = [&](size_t i) { return byte_classes_[static_cast<uint8_t>(text[i])]; };
  const auto fold = [this](uint64_t eight) { return lower_case_ ? FoldEight(eight) : eight; };
  const auto encode = [&](absl::string_view run) {
    return EncodeRun(run, offset + static_cast<size_t>(run.data() - text.data()), ids);
  };
  WordBatch batch(cache, ids);
  for (size_t next = 0; next < text.size();) {
    const size_t begin = next++;
    if (class_at(begin) == kSpace) continue;
    // No step reaches across ASCII spaces and punctuation.
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
  const SpecialIds& special = special_ids_;
  std::string parts = absl::StrCat(
      "wordpiece ", kAlgorithmVersion, " ", vocabulary_.hash(), " ", options_.max_characters_per_word, " ", special.pad,
      ",", special.unk, ",", special.cls, ",", special.sep, ",", special.mask, " ", SequenceTemplateText(template_));
  for (const BertNormalizerOptions& step : Sequence(options_)) {
    absl::StrAppend(&parts, " ", step.lower_case, step.strip_accents, step.handle_chinese_chars, step.clean_text,
                    static_cast<int>(step.form), step.strip_marks);
    if (step.strip_left || step.strip_right) absl::StrAppend(&parts, " strip", step.strip_left, step.strip_right);
  }
  for (const AddedPieces* list : {&added_, &normalized_}) {
    for (const AddedPiece& piece : list->pieces()) absl::StrAppend(&parts, " ", AddedPieceText(piece));
  }
  return XXH3_64bits(parts.data(), parts.size());
}

bool WordPieceTokenizer::SplitsAtNewlines() const {
  const auto spans = [](const AddedPiece& piece, const char* blanks) {
    return piece.text.find_first_of(blanks) != std::string::npos;
  };
  const std::vector<AddedPiece>&raw = added_.pieces(), &normalized = normalized_.pieces();
  return std::none_of(raw.begin(), raw.end(), [&](const AddedPiece& piece) { return spans(piece, "\n"); }) &&
         // A newline is a space once it is normalised.
         std::none_of(normalized.begin(), normalized.end(),
                      [&](const AddedPiece& piece) { return spans(piece, "\n "); });
}

}  // namespace retort
