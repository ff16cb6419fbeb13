#include "framework/data/pairs/sentence_pairs.h"

#include <algorithm>
#include <bitset>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/data/sampling/draw.h"
#include "glog/logging.h"
#include "xxhash.h"

namespace retort {
namespace {

constexpr int64_t kShortest = 2;  // Ids of a pair: one of each text.
constexpr int64_t kIsNext = 0, kNotNext = 1;

// What the draws of a pair in an epoch are for: Draw's position. Those of ends follow, for either text by turns.
constexpr int64_t kClassAndSplit = 0, kRandomText = 1, kEnds = 2;

// How many of the first `count` of 128 bits are 1.
int64_t CountOnes(const PhiloxCounter& bits, int64_t count) {
  int64_t ones = 0;
  for (int64_t word = 0; 32 * word < count; ++word) {
    const std::bitset<32> all(bits[word]);
    const int64_t left = std::min<int64_t>(32, count - 32 * word);
    ones += static_cast<int64_t>((all << (32 - left)).count());
  }
  return ones;
}

}  // namespace

SentencePairs::SentencePairs(std::shared_ptr<const LineDocuments> documents, const SentencePairOptions& options,
                             const Tokenizer& tokenizer)
    : documents_(std::move(documents)),
      options_(options),
      template_(tokenizer.sequence_template()),
      pad_id_(tokenizer.special_ids().pad) {}

absl::StatusOr<std::shared_ptr<const SentencePairs>> SentencePairs::Create(
    std::shared_ptr<const LineDocuments> documents, const SentencePairOptions& options, const Tokenizer& tokenizer) {
  std::shared_ptr<SentencePairs> pairs(new SentencePairs(std::move(documents), options, tokenizer));
  RETORT_RETURN_IF_ERROR(pairs->Check());
  for (int64_t document = 0; document < pairs->documents_->size(); ++document) pairs->AddPacks(document);
  pairs->content_hash_ = pairs->HashContent();
  return std::shared_ptr<const SentencePairs>(std::move(pairs));
}

absl::Status SentencePairs::Check() const {
  const int64_t least = specials() + kShortest;
  if (options_.length < least) {
    return absl::InvalidArgumentError(absl::StrCat("length: want at least ", least,
                                                   " (the special ids and an id of each text), got ", options_.length));
  }
  const LineDocumentsOptions& from = documents_->options();
  const std::string place = absl::StrCat("corpus ", from.corpus, ", split ", SplitName(from.split), ": ");
  const std::string boundary =
      absl::StrCat("documents are parted by blank lines unless ", from.corpus, "/corpus.textproto says otherwise");
  if (documents_->size() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat(place, "want at least 2 documents, so that a text can be followed by one of another, got 1; ",
                     boundary, "; add text or larger shares"));
  }
  if (documents_->lines() > documents_->size()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(place, "want documents of several lines, one of which follows the other, got ", documents_->size(),
                   " of one line each; ", boundary, ", and hold a sentence per line"));
}

void SentencePairs::AddPacks(int64_t document) {
  CHECK_LE(documents_->LinesOf(document), int64_t{std::numeric_limits<uint32_t>::max()});
  const auto lines = static_cast<uint32_t>(documents_->LinesOf(document));
  uint32_t begin = 0;
  for (int64_t number = 0; begin < lines; ++number) {
    const PhiloxCounter bits = Draw(options_.seed, DrawPurpose::kPairLength, document, /*epoch=*/0, number);
    int64_t target = most();
    if (Uniform(bits) < options_.short_share) {
      target = kShortest + UniformBelow(bits[2], static_cast<uint32_t>(most() - kShortest + 1));
    }
    uint32_t end = begin;
    for (int64_t length = 0; end < lines && length < target; ++end) length += documents_->LengthOf(document, end);
    packs_.push_back({static_cast<uint32_t>(document), begin, end, static_cast<uint32_t>(target)});
    begin = end;
  }
}

uint64_t SentencePairs::HashContent() const {
  return XXH3_64bits_withSeed(packs_.data(), packs_.size() * sizeof(Pack), documents_->content_hash());
}

SentencePairs::Text SentencePairs::Lines(int64_t document, int64_t begin, int64_t end) const {
  int64_t length = 0;
  for (int64_t line = begin; line < end; ++line) length += documents_->LengthOf(document, line);
  return {document, begin, end, length, /*cut=*/0, /*kept=*/length};
}

// Lines of another document than the pair's, at least one, until there are `target` ids or the document ends.
SentencePairs::Text SentencePairs::RandomText(int64_t epoch, int64_t pair, int64_t target) const {
  const PhiloxCounter bits = Draw(options_.seed, DrawPurpose::kPair, pair, epoch, kRandomText);
  const int64_t own = packs_[pair].document;
  int64_t document = UniformBelow(bits[0], static_cast<uint32_t>(documents_->size() - 1));
  if (document >= own) ++document;
  const int64_t lines = documents_->LinesOf(document);
  const int64_t begin = UniformBelow(bits[1], static_cast<uint32_t>(lines));
  int64_t end = begin + 1;
  for (int64_t length = documents_->LengthOf(document, begin); end < lines && length < target; ++end) {
    length += documents_->LengthOf(document, end);
  }
  return Lines(document, begin, end);
}

// Of the ids that are too many of a text, each comes from its front with probability 1/2.
void SentencePairs::Cut(int64_t epoch, int64_t pair, int side, int64_t kept, Text* text) const {
  const int64_t too_many = text->length - kept;
  text->kept = kept;
  constexpr int64_t kBits = 128;
  for (int64_t block = 0; block * kBits < too_many; ++block) {
    const PhiloxCounter bits = Draw(options_.seed, DrawPurpose::kPair, pair, epoch, kEnds + 2 * block + side);
    text->cut += CountOnes(bits, std::min(kBits, too_many - block * kBits));
  }
}

SentencePairs::Pair SentencePairs::DrawPair(int64_t epoch, int64_t pair) const {
  const Pack& pack = packs_[pair];
  const PhiloxCounter bits = Draw(options_.seed, DrawPurpose::kPair, pair, epoch, kClassAndSplit);
  const uint32_t lines = pack.end - pack.begin;
  const uint32_t split = pack.begin + (lines < 2 ? 1 : 1 + UniformBelow(bits[2], lines - 1));
  Pair drawn;
  drawn.is_next = lines >= 2 && Uniform(bits) < 0.5;
  drawn.first = Lines(pack.document, pack.begin, split);
  drawn.second = drawn.is_next ? Lines(pack.document, split, pack.end)
                               : RandomText(epoch, pair, int64_t{pack.target} - drawn.first.length);
  const int64_t first = drawn.first.length, second = drawn.second.length;
  if (first + second <= most()) return drawn;
  // What is left where the longer text, the second of equal ones, gives one id after the other.
  const int64_t kept = std::min(first, std::max(most() - second, (most() + 1) / 2));
  Cut(epoch, pair, 0, kept, &drawn.first);
  Cut(epoch, pair, 1, most() - kept, &drawn.second);
  return drawn;
}

int64_t SentencePairs::Length(int64_t epoch, int64_t pair) const {
  const Pair drawn = DrawPair(epoch, pair);
  return drawn.first.kept + drawn.second.kept + specials();
}

void SentencePairs::Append(const Text& text, int32_t type, StepSequence* sequence) const {
  std::vector<int32_t> ids;
  ids.reserve(text.length);
  for (int64_t line = text.begin; line < text.end; ++line) documents_->AppendLine(text.document, line, &ids);
  sequence->ids.insert(sequence->ids.end(), ids.begin() + text.cut, ids.begin() + text.cut + text.kept);
  sequence->token_types.insert(sequence->token_types.end(), text.kept, type);
}

StepBatch SentencePairs::Read(int64_t epoch, absl::Span<const int64_t> pairs) const {
  const auto append_special = [](const std::vector<int32_t>& ids, const std::vector<int32_t>& types, int32_t otherwise,
                                 StepSequence* sequence) {
    sequence->ids.insert(sequence->ids.end(), ids.begin(), ids.end());
    for (size_t i = 0; i < ids.size(); ++i) sequence->token_types.push_back(types.empty() ? otherwise : types[i]);
  };
  StepBatch step;
  step.epoch = epoch;
  step.pad_id = pad_id_;
  step.sequences.reserve(pairs.size());
  for (const int64_t pair : pairs) {
    CHECK(0 <= pair && pair < size()) << pair << " of " << size();
    const Pair drawn = DrawPair(epoch, pair);
    StepSequence& sequence = step.sequences.emplace_back();
    sequence.sample_id = pair;
    append_special(template_.before, {}, 0, &sequence);
    Append(drawn.first, 0, &sequence);
    append_special(template_.between, template_.between_types, 0, &sequence);
    Append(drawn.second, template_.second_type, &sequence);
    append_special(template_.behind, template_.behind_types, template_.second_type, &sequence);
    sequence.labels.assign(sequence.ids.size(), static_cast<int32_t>(kNoLabel));
    sequence.class_label = drawn.is_next ? kIsNext : kNotNext;
  }
  return step;
}

}  // namespace retort
