#include "framework/data/sequences/sequence_set.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "glog/logging.h"
#include "xxhash.h"

namespace retort {
namespace {

constexpr int kAround = 2;  // [CLS] and [SEP]

}  // namespace

absl::StatusOr<Split> ParseSplit(absl::string_view name) {
  for (const Split split : {Split::kTrain, Split::kSelect, Split::kReport}) {
    if (name == SplitName(split)) return split;
  }
  return absl::InvalidArgumentError(absl::StrCat("split: want train, select or report, got \"", name, "\""));
}

absl::string_view SplitName(Split split) {
  switch (split) {
    case Split::kTrain:
      return "train";
    case Split::kSelect:
      return "select";
    case Split::kReport:
      return "report";
  }
  LOG(FATAL) << "no split " << static_cast<int>(split);
}

Split SplitOf(uint64_t text_hash, double select_share, double report_share) {
  const double place = static_cast<double>(text_hash >> 11) * 0x1p-53;
  if (place < select_share) return Split::kSelect;
  if (place < select_share + report_share) return Split::kReport;
  return Split::kTrain;
}

absl::Status SequenceSet::CheckLengths(const SequenceSetOptions& options) {
  if (options.kind == LmKind::kCausal) {
    if (options.length >= 2) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("length: want at least 2 (a piece and the next), got ", options.length));
  }
  if (options.length <= kAround) {
    return absl::InvalidArgumentError(
        absl::StrCat("length: want at least 3 ([CLS], a piece, [SEP]), got ", options.length));
  }
  if (options.min_length <= options.length) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("min_length: want at most the length ", options.length, ", got ", options.min_length));
}

absl::StatusOr<std::shared_ptr<const SequenceSet>> SequenceSet::Create(std::shared_ptr<const TokenStore> store,
                                                                       const SequenceSetOptions& options) {
  CHECK_LE(store->documents(), int64_t{std::numeric_limits<uint32_t>::max()});
  RETORT_RETURN_IF_ERROR(CheckLengths(options));
  if (options.kind == LmKind::kCausal && options.special_ids.end_of_text == kNoId) {
    return absl::InvalidArgumentError(
        "causal_lm: want a vocabulary with an end-of-text piece, as GPT-2's <|endoftext|> and RoBERTa's </s>, got one "
        "without");
  }
  std::shared_ptr<SequenceSet> set(new SequenceSet(std::move(store), options));
  int64_t documents = 0, tokens = 0, stream = 0;
  for (int64_t document = 0; document < set->store_->documents(); ++document) {
    if (!set->InSplit(document)) continue;
    ++documents;
    tokens += set->store_->Length(document);
    if (options.kind == LmKind::kMasked) {
      set->AddPieces(document);
    } else {
      set->AddBlocks(document, stream);
      stream += set->store_->Length(document) + 1;
    }
  }
  if (options.kind == LmKind::kCausal) {
    set->pieces_.resize(stream / options.length);  // The last block may have begun and not ended.
    set->tokens_ = set->size() * options.length;
  }
  if (set->pieces_.empty()) return set->EmptyError(documents, tokens);
  set->content_hash_ = set->HashContent();
  return std::shared_ptr<const SequenceSet>(std::move(set));
}

SequenceSet::SequenceSet(std::shared_ptr<const TokenStore> store, const SequenceSetOptions& options)
    : store_(std::move(store)), options_(options) {}

bool SequenceSet::InSplit(int64_t document) const {
  return SplitOf(store_->TextHash(document), options_.select_share, options_.report_share) == options_.split;
}

void SequenceSet::AddPieces(int64_t document) {
  const int64_t body = options_.length - kAround;
  const int64_t count = (store_->Length(document) + body - 1) / body;
  CHECK_LE(count, int64_t{std::numeric_limits<uint32_t>::max()});
  for (int64_t number = 0; number < count; ++number) {
    const Piece piece = {static_cast<uint32_t>(document), static_cast<uint32_t>(number)};
    const int64_t length = PieceLength(piece) + kAround;
    if (length < options_.min_length) continue;
    pieces_.push_back(piece);
    tokens_ += length;
  }
}

// The blocks that begin within a document whose first id is at `stream_begin` of the stream.
void SequenceSet::AddBlocks(int64_t document, int64_t stream_begin) {
  CHECK_LE(store_->Length(document), int64_t{std::numeric_limits<uint32_t>::max()});
  const int64_t end = stream_begin + store_->Length(document) + 1;
  for (int64_t begin = size() * options_.length; begin < end; begin += options_.length) {
    pieces_.push_back({static_cast<uint32_t>(document), static_cast<uint32_t>(begin - stream_begin)});
  }
}

int64_t SequenceSet::PieceLength(const Piece& piece) const {
  const int64_t body = options_.length - kAround;
  return std::min(body, store_->Length(piece.document) - piece.number * body);
}

// A split is of whole documents: with few of them, some get none.
std::string SequenceSet::WayOut() const {
  constexpr int64_t kFewDocuments = 100;
  if (store_->documents() >= kFewDocuments) return "";
  return absl::StrCat("; whole documents are held out, and documents are parted by blank lines unless ",
                      options_.corpus,
                      "/corpus.textproto says otherwise: where each line is a document, say `document: LINE` there, ",
                      "else add text or larger shares");
}

absl::Status SequenceSet::EmptyError(int64_t documents, int64_t tokens) const {
  const bool causal = options_.kind == LmKind::kCausal;
  return absl::InvalidArgumentError(absl::StrCat(
      "corpus ", options_.corpus, ", split ", SplitName(options_.split), ": want at least one sequence of ",
      causal ? "" : absl::StrCat(options_.min_length, " to "), options_.length, " positions, got none from ", documents,
      " document(s) of ", tokens, " token(s); the corpus has ", store_->documents(), " document(s) of ",
      store_->tokens(), " token(s)", WayOut()));
}

uint64_t SequenceSet::HashContent() const {
  const SpecialIds& special = options_.special_ids;
  const bool causal = options_.kind == LmKind::kCausal;
  const uint64_t facts[] = {store_->content_hash(), static_cast<uint64_t>(causal),
                            static_cast<uint64_t>(options_.length),
                            static_cast<uint64_t>(causal ? special.end_of_text : special.cls),
                            static_cast<uint64_t>(causal ? special.end_of_text : special.sep)};
  return XXH3_64bits_withSeed(pieces_.data(), pieces_.size() * sizeof(Piece), XXH3_64bits(facts, sizeof(facts)));
}

int64_t SequenceSet::Length(int64_t sample) const {
  DCHECK(0 <= sample && sample < size());
  return options_.kind == LmKind::kCausal ? options_.length : PieceLength(pieces_[sample]) + kAround;
}

std::vector<int32_t> SequenceSet::Lengths() const {
  std::vector<int32_t> lengths(pieces_.size());
  for (size_t i = 0; i < pieces_.size(); ++i) lengths[i] = static_cast<int32_t>(Length(static_cast<int64_t>(i)));
  return lengths;
}

std::vector<int32_t> SequenceSet::Ids(int64_t sample) const {
  CHECK(0 <= sample && sample < size()) << sample << " of " << size();
  const Piece& piece = pieces_[sample];
  if (options_.kind == LmKind::kCausal) return BlockIds(piece);
  std::vector<int32_t> ids(PieceLength(piece) + kAround);
  ids.front() = options_.special_ids.cls;
  ids.back() = options_.special_ids.sep;
  store_->Copy(piece.document, int64_t{piece.number} * (options_.length - kAround),
               absl::MakeSpan(ids).subspan(1, ids.size() - kAround));
  return ids;
}

std::vector<int32_t> SequenceSet::BlockIds(const Piece& piece) const {
  std::vector<int32_t> ids(options_.length);
  int64_t document = piece.document, begin = piece.number;
  for (size_t filled = 0; filled < ids.size(); ++document, begin = 0) {
    if (!InSplit(document)) continue;
    const size_t count = std::min(ids.size() - filled, static_cast<size_t>(store_->Length(document) - begin));
    store_->Copy(document, begin, absl::MakeSpan(ids).subspan(filled, count));
    filled += count;
    if (filled < ids.size()) ids[filled++] = options_.special_ids.end_of_text;
  }
  return ids;
}

std::vector<int64_t> PieceCounts(const SequenceSet& sequences, int64_t vocabulary_size) {
  CHECK(sequences.options().kind == LmKind::kMasked);
  std::vector<int64_t> counts(vocabulary_size, 0);
  for (int64_t sample = 0; sample < sequences.size(); ++sample) {
    const std::vector<int32_t> ids = sequences.Ids(sample);
    for (size_t i = 1; i + 1 < ids.size(); ++i) {
      DCHECK_LT(ids[i], vocabulary_size);
      ++counts[ids[i]];
    }
  }
  return counts;
}

}  // namespace retort
