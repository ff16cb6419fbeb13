#include "framework/text/bpe/byte_bpe_tokenizer.h"

#include <unicode/utf8.h>

#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/base/status_macros.h"
#include "framework/text/bpe/byte_alphabet.h"
#include "framework/text/bpe/gpt2_words.h"
#include "framework/text/bpe/vocabulary_json.h"
#include "framework/text/unicode/utf8.h"
#include "glog/logging.h"
#include "xxhash.h"

namespace retort {
namespace {

// Change it when ids of the same text, vocabulary and options change, those in
// stored corpora too.
constexpr uint64_t kAlgorithmVersion = 3;

constexpr const char* kRobertaPieces[] = {"<s>", "<pad>", "</s>", "<unk>", "<mask>"};
constexpr const char* kEndOfText = "<|endoftext|>";

bool FillRoberta(ByteBpeParts* parts) {
  std::vector<AddedPiece> added;
  for (const char* piece : kRobertaPieces) {
    const std::optional<int32_t> id = parts->vocabulary.Id(piece);
    if (!id.has_value()) return false;
    added.push_back({piece, *id});
  }
  added.back().strip_left = true;
  SpecialIds& special = parts->special_ids;
  special = {/*pad=*/added[1].id,        /*unk=*/added[3].id,  /*cls=*/added[0].id,
             /*sep=*/added[2].id,        /*mask=*/added[4].id,
             /*end_of_text=*/added[2].id};
  parts->sequence_template = {{special.cls}, {special.sep, special.sep}, {special.sep}, /*second_type=*/0};
  parts->added = {std::move(added)};
  return true;
}

bool FillGpt2(ByteBpeParts* parts) {
  const std::optional<int32_t> id = parts->vocabulary.Id(kEndOfText);
  if (!id.has_value()) return false;
  parts->special_ids = {*id, *id, *id, *id, kNoId, *id};
  parts->sequence_template.second_type = 1;
  parts->added = {{{kEndOfText, *id}}};
  return true;
}

// Replaces what is not UTF-8.
std::string Readable(absl::string_view bytes) {
  if (!FindInvalidUtf8(bytes).has_value()) return std::string(bytes);
  const auto* units = reinterpret_cast<const uint8_t*>(bytes.data());
  const auto size = static_cast<int64_t>(bytes.size());
  std::string text;
  for (int64_t next = 0; next < size;) {
    const int64_t begin = next;
    UChar32 c;
    U8_NEXT(units, next, size, c);
    absl::StrAppend(&text, c < 0 ? "\uFFFD" : bytes.substr(begin, next - begin));
  }
  return text;
}

}  // namespace

absl::Status FillRolesByName(absl::string_view where, ByteBpeParts* parts) {
  if (FillRoberta(parts) || FillGpt2(parts)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      where, ": want the special pieces <s>, <pad>, </s>, <unk> and <mask>, or <|endoftext|>, got neither"));
}

absl::StatusOr<std::unique_ptr<ByteBpeTokenizer>> ByteBpeTokenizer::Load(const std::string& vocabulary_path,
                                                                         const std::string& merges_path,
                                                                         const ByteBpeOptions& options) {
  RETORT_ASSIGN_OR_RETURN(Vocabulary vocabulary, LoadVocabularyJson(vocabulary_path));
  RETORT_ASSIGN_OR_RETURN(const std::vector<BytePairMerges::Pair> pairs, BytePairMerges::LoadText(merges_path));
  RETORT_ASSIGN_OR_RETURN(BytePairMerges merges, BytePairMerges::Create(pairs, vocabulary, merges_path));
  ByteBpeParts parts{std::move(vocabulary), std::move(merges), {}, {}, {}};
  RETORT_RETURN_IF_ERROR(FillRolesByName(vocabulary_path, &parts));
  return Create(std::move(parts), options);
}

std::unique_ptr<ByteBpeTokenizer> ByteBpeTokenizer::Create(ByteBpeParts parts, const ByteBpeOptions& options) {
  return absl::WrapUnique(new ByteBpeTokenizer(std::move(parts), options));
}

ByteBpeTokenizer::ByteBpeTokenizer(ByteBpeParts parts, const ByteBpeOptions& options)
    : parts_(std::move(parts)), options_(options) {
  for (const std::vector<AddedPiece>& list : parts_.added) {
    added_.emplace_back(list);
    for (const AddedPiece& piece : list) {
      if (piece.special) skipped_.insert(piece.id);
    }
  }
  for (int byte = 0; byte < 256; ++byte) byte_ids_[byte] = vocabulary().Id(ByteCharacter(byte)).value_or(kNoId);
  piece_bytes_.reserve(vocabulary().size());
  for (int id = 0; id < vocabulary().size(); ++id) {
    const std::string& piece = vocabulary().Piece(id);
    piece_bytes_.push_back(BytesOfCharacters(piece).value_or(piece));
  }
}

std::unique_ptr<Tokenizer::Scratch> ByteBpeTokenizer::NewScratch() const { return std::make_unique<WordCache>(this); }

absl::Status ByteBpeTokenizer::Encode(absl::string_view text, Scratch* scratch, std::vector<int32_t>* ids) const {
  auto* cache = static_cast<WordCache*>(scratch);
  CHECK(cache == nullptr || cache->owner() == this) << "a scratch of another tokenizer";
  if (const std::optional<size_t> invalid = FindInvalidUtf8(text)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("byte %d: want UTF-8, got 0x%02x", *invalid, static_cast<uint8_t>(text[*invalid])));
  }
  return EncodeStage(0, text, cache, ids);
}

absl::Status ByteBpeTokenizer::EncodeStage(size_t stage, absl::string_view text, WordCache* cache,
                                           std::vector<int32_t>* ids) const {
  if (stage == added_.size()) return EncodeOrdinary(text, cache, ids);
  return WalkAddedPieces(
      added_[stage], text,
      [&](size_t begin, size_t end) { return EncodeStage(stage + 1, text.substr(begin, end - begin), cache, ids); },
      [&](int32_t id) { ids->push_back(id); });
}

absl::Status ByteBpeTokenizer::EncodeOrdinary(absl::string_view text, WordCache* cache,
                                              std::vector<int32_t>* ids) const {
  if (text.empty()) return absl::OkStatus();
  std::string with_space;
  if (options_.add_prefix_space && text[0] != ' ') {
    with_space = absl::StrCat(" ", text);
    text = with_space;
  }
  const auto as_it_is = [](uint64_t eight) { return eight; };
  const auto encode = [&](absl::string_view word) {
    AppendMerged(word, ids);
    return absl::OkStatus();
  };
  WordBatch batch(cache, ids);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = EndOfGpt2Word(text, begin);
    batch.Add(text.substr(begin, end - begin), text.size() - begin, as_it_is);
    if (batch.full()) RETORT_RETURN_IF_ERROR(batch.Flush(encode));
    begin = end;
  }
  return batch.Flush(encode);
}

void ByteBpeTokenizer::AppendMerged(absl::string_view word, std::vector<int32_t>* ids) const {
  const size_t before = ids->size();
  for (const char c : word) {
    const int32_t id = byte_ids_[static_cast<uint8_t>(c)];
    if (id != kNoId) ids->push_back(id);
  }
  ids->resize(before + parts_.merges.Apply(absl::MakeSpan(*ids).subspan(before)));
}

std::string ByteBpeTokenizer::Decode(absl::Span<const int32_t> ids, const DecodeOptions& options) const {
  std::string bytes;
  for (const int32_t id : ids) {
    CHECK(id >= 0 && id < vocabulary_size()) << "id " << id << " of " << vocabulary_size();
    if (!options.skip_special || !skipped_.contains(id)) bytes += piece_bytes_[id];
  }
  return Readable(bytes);
}

uint64_t ByteBpeTokenizer::Fingerprint() const {
  std::string parts =
      absl::StrCat("byte-bpe ", kAlgorithmVersion, " ", vocabulary().hash(), " ", parts_.merges.hash(), " ",
                   options_.add_prefix_space, " ", special_ids().pad, ",", special_ids().unk, ",", special_ids().cls,
                   ",", special_ids().sep, ",", special_ids().mask, " ", SequenceTemplateText(sequence_template()));
  for (const std::vector<AddedPiece>& list : parts_.added) {
    for (const AddedPiece& piece : list) absl::StrAppend(&parts, " ", AddedPieceText(piece));
    absl::StrAppend(&parts, ";");
  }
  return XXH3_64bits(parts.data(), parts.size());
}

}  // namespace retort
