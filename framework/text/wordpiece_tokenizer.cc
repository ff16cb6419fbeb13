#include "framework/text/wordpiece_tokenizer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "framework/base/status_macros.h"
#include "framework/text/unicode_classes.h"
#include "glog/logging.h"
#include "xxhash.h"

namespace retort {
namespace {

constexpr int kMaxCharactersPerWord = 100;
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

}  // namespace

// Direct-mapped: a run's bytes to its ids. One entry is one cache line.
struct WordPieceTokenizer::WordCache : Tokenizer::Scratch {
  static constexpr size_t kMaxBytes = 23;
  static constexpr int kMaxIds = 9;
  static constexpr size_t kEntries = 1 << 15;

  // The run's folded bytes, zeros, and in the last byte the run's length.
  struct Key {
    uint64_t words[3];

    friend bool operator==(const Key& a, const Key& b) {
      return ((a.words[0] ^ b.words[0]) | (a.words[1] ^ b.words[1]) | (a.words[2] ^ b.words[2])) == 0;
    }
  };
  struct alignas(64) Entry {
    Key key = {};  // a length of 0 is no run's
    int32_t count;
    int32_t ids[kMaxIds];
  };
  static_assert(sizeof(Entry) == 64);

  explicit WordCache(const WordPieceTokenizer* owner) : owner(owner), entries(kEntries) {}

  Entry& Slot(const Key& key) {
    constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;
    const uint64_t mixed = ((key.words[0] * kOdd) ^ (key.words[1] + (key.words[2] << 7))) * kOdd;
    return entries[(mixed ^ (mixed >> 29)) * kOdd >> 49];
  }

  const WordPieceTokenizer* owner;
  std::vector<Entry> entries;
};

namespace {

// Lower-cases the ASCII letters among eight bytes.
uint64_t FoldEight(uint64_t bytes) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHigh = kOnes * 0x80;
  const uint64_t low = bytes & ~kHigh;
  const uint64_t from_a = low + kOnes * (0x80 - 'A');
  const uint64_t beyond_z = low + kOnes * (0x80 - 'Z' - 1);
  return bytes | ((from_a & ~beyond_z & ~bytes & kHigh) >> 2);
}

// The first `size` of eight bytes, zeros after them.
uint64_t KeepFirst(uint64_t bytes, size_t size) {
  if (size >= 8) return bytes;
  return bytes & ((uint64_t{1} << (8 * size)) - 1);
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
      options_(options),
      normalizer_(options.lower_case),
      special_pieces_({special_ids.pad, special_ids.unk, special_ids.cls, special_ids.sep, special_ids.mask}) {
  for (int id = 0; id < vocabulary_.size(); ++id) {
    absl::string_view piece = vocabulary_.Piece(id);
    const bool inner = absl::ConsumePrefix(&piece, kInnerMark);
    (inner ? inner_ : initial_)[piece] = id;
    longest_piece_ = std::max(longest_piece_, piece.size());
  }
  for (int c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    folded_[c] = options_.lower_case ? absl::ascii_tolower(byte) : byte;
    punctuation_id_[c] = vocabulary_.Id(absl::string_view(&byte, 1)).value_or(special_ids_.unk);
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
  CHECK(cache == nullptr || cache->owner == this) << "a scratch of another tokenizer";
  size_t begin = 0;  // of what is not encoded yet
  for (size_t at = 0; options_.special_pieces_in_text;) {
    at = text.find('[', at);
    if (at == absl::string_view::npos) break;
    const auto special = std::find_if(special_pieces_.begin(), special_pieces_.end(), [&](int32_t id) {
      return absl::StartsWith(text.substr(at), vocabulary_.Piece(id));
    });
    if (special == special_pieces_.end()) {
      ++at;
      continue;
    }
    RETORT_RETURN_IF_ERROR(EncodeOrdinary(text.substr(begin, at - begin), begin, cache, ids));
    ids->push_back(*special);
    at += vocabulary_.Piece(*special).size();
    begin = at;
  }
  return EncodeOrdinary(text.substr(begin), begin, cache, ids);
}

absl::Status WordPieceTokenizer::EncodeOrdinary(absl::string_view text, size_t offset, WordCache* cache,
                                                std::vector<int32_t>* ids) const {
  const auto class_at = [&](size_t i) { return byte_classes_[static_cast<uint8_t>(text[i])]; };
  size_t next = 0;
  while (next < text.size()) {
    uint8_t classes = class_at(next);
    if (classes == kSpace) {
      ++next;
    } else if (classes == kPunctuation) {
      ids->push_back(punctuation_id_[static_cast<uint8_t>(text[next])]);
      ++next;
    } else {
      // Neither decomposition nor any other step reaches across ASCII spaces
      // and punctuation.
      const size_t begin = next;
      for (++next; next < text.size() && (class_at(next) & (kWord | kOther)); ++next) classes |= class_at(next);
      RETORT_RETURN_IF_ERROR(
          EncodeRun(text.substr(begin, next - begin), text.size() - begin, classes, offset + begin, cache, ids));
    }
  }
  return absl::OkStatus();
}

absl::Status WordPieceTokenizer::EncodeRun(absl::string_view run, size_t readable, uint8_t classes, size_t offset,
                                           WordCache* cache, std::vector<int32_t>* ids) const {
  if (cache == nullptr || run.size() > WordCache::kMaxBytes) {
    return EncodeRunUncached(run, classes, offset, ids);
  }
  WordCache::Key key;
  char copy[sizeof(key)] = {};
  const char* bytes = run.data();
  if (readable < sizeof(key)) {
    bytes = static_cast<const char*>(std::memcpy(copy, run.data(), run.size()));
  }
  for (size_t i = 0; i < 3; ++i) {
    uint64_t word;
    std::memcpy(&word, bytes + 8 * i, sizeof(word));
    word = KeepFirst(word, run.size() > 8 * i ? run.size() - 8 * i : 0);
    key.words[i] = options_.lower_case ? FoldEight(word) : word;
  }
  key.words[2] |= static_cast<uint64_t>(run.size()) << 56;

  WordCache::Entry& entry = cache->Slot(key);
  if (entry.key == key) {
    if (entry.count == 1) {
      ids->push_back(entry.ids[0]);
    } else {
      ids->insert(ids->end(), entry.ids, entry.ids + entry.count);
    }
    return absl::OkStatus();
  }
  const size_t before = ids->size();
  RETORT_RETURN_IF_ERROR(EncodeRunUncached(run, classes, offset, ids));
  if (ids->size() - before <= WordCache::kMaxIds) {
    entry.key = key;
    entry.count = static_cast<int32_t>(ids->size() - before);
    std::copy(ids->begin() + before, ids->end(), entry.ids);
  }
  return absl::OkStatus();
}

absl::Status WordPieceTokenizer::EncodeRunUncached(absl::string_view run, uint8_t classes, size_t offset,
                                                   std::vector<int32_t>* ids) const {
  if (classes == kWord) {
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
  bool spelled = CountCharacters(word) <= kMaxCharactersPerWord;
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

std::string WordPieceTokenizer::Decode(absl::Span<const int32_t> ids) const {
  std::string text;
  for (const int32_t id : ids) {
    absl::string_view piece = vocabulary_.Piece(id);
    const bool inner = absl::ConsumePrefix(&piece, kInnerMark);
    absl::StrAppend(&text, inner || text.empty() ? "" : " ", piece);
  }
  return text;
}

uint64_t WordPieceTokenizer::Fingerprint() const {
  const uint64_t parts[] = {kAlgorithmVersion, vocabulary_.hash(), options_.lower_case,
                            options_.special_pieces_in_text};
  return XXH3_64bits(parts, sizeof(parts));
}

}  // namespace retort
