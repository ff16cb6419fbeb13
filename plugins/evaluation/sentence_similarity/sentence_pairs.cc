#include "plugins/evaluation/sentence_similarity/sentence_pairs.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/data/task/table_file.h"
#include "framework/text/sequences/encode_sequence.h"
#include "xxhash.h"

namespace retort {
namespace {

constexpr size_t kFewestPairs = 3;

absl::StatusOr<SentencePair> ParsePair(TableCells cells, const std::string& place) {
  SentencePair pair{*std::move(cells[0]), *std::move(cells[1])};
  if (absl::SimpleAtod(*cells[2], &pair.score) && std::isfinite(pair.score)) return pair;
  return absl::InvalidArgumentError(absl::StrCat(place, ": score: want a number, got \"", *cells[2], "\""));
}

absl::Status CheckScores(const std::vector<double>& scores) {
  if (scores.size() < kFewestPairs) {
    return absl::InvalidArgumentError(
        absl::StrCat("pairs: want at least ", kFewestPairs, " sentence pairs for a correlation, got ", scores.size()));
  }
  const auto is_first = [&](double score) { return score == scores.front(); };
  if (!std::all_of(scores.begin(), scores.end(), is_first)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("pairs: want scores that differ, for a correlation with them, got ",
                                                 scores.front(), " for all ", scores.size(), " pairs"));
}

uint64_t HashContent(const TokenizedPairs& pairs) {
  uint64_t hash = XXH3_64bits(pairs.scores.data(), pairs.scores.size() * sizeof(double));
  for (const std::vector<int32_t>& ids : pairs.sentences) {
    hash = XXH3_64bits_withSeed(ids.data(), ids.size() * sizeof(int32_t), hash);
  }
  return hash;
}

uint64_t HashText(const SentencePair& pair, uint64_t seed) {
  for (const std::string* text : {&pair.first, &pair.second}) {
    seed = XXH3_64bits_withSeed(text->data(), text->size(), seed);
  }
  return XXH3_64bits_withSeed(&pair.score, sizeof(pair.score), seed);
}

}  // namespace

absl::StatusOr<std::vector<SentencePair>> ReadSentencePairs(const std::string& path, const UnpackLimit& limit) {
  TableLayout layout;
  layout.columns = {{"sentence1"}, {"sentence2"}, {"score"}};
  layout.limit = limit;
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<TableFile> file, TableFile::Open(path, std::move(layout)));
  std::vector<SentencePair> pairs;
  TableCells cells;
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const bool more, file->Next(&cells));
    if (!more) break;
    RETORT_ASSIGN_OR_RETURN(SentencePair pair, ParsePair(std::move(cells), file->place()));
    pairs.push_back(std::move(pair));
  }
  if (pairs.empty()) return absl::InvalidArgumentError(absl::StrCat(path, ": want sentence pairs, got none"));
  return pairs;
}

absl::StatusOr<TokenizedPairs> TokenizePairs(const std::vector<std::string>& paths, const Tokenizer& tokenizer,
                                             const SentenceReading& reading, const UnpackLimit& limit) {
  TokenizedPairs tokenized;
  tokenized.pad_id = tokenizer.special_ids().pad;
  SequenceOptions options;
  options.truncation = Truncation::kOnlyFirst;
  options.max_length = reading.length;
  tokenized.text_hash = static_cast<uint64_t>(reading.length);
  const auto scratch = tokenizer.NewScratch();
  for (const std::string& path : paths) {
    RETORT_ASSIGN_OR_RETURN(std::vector<SentencePair> pairs, ReadSentencePairs(path, limit));
    for (size_t i = 0; i < pairs.size(); ++i) {
      for (std::string* sentence : {&pairs[i].first, &pairs[i].second}) {
        *sentence = TextOfSentence(*sentence, reading);
      }
      tokenized.text_hash = HashText(pairs[i], tokenized.text_hash);
      for (const std::string* sentence : {&pairs[i].first, &pairs[i].second}) {
        absl::StatusOr<EncodedSequence> encoded =
            EncodeSequence(tokenizer, *sentence, std::nullopt, options, scratch.get());
        if (!encoded.ok()) {
          return absl::InvalidArgumentError(absl::StrCat(path, ":", i + 2, ": ", encoded.status().message()));
        }
        if (encoded->ids.empty()) {
          return absl::InvalidArgumentError(
              absl::StrCat(path, ":", i + 2, ": want a sentence of at least one piece, got none"));
        }
        tokenized.sentences.push_back(std::move(encoded->ids));
      }
      tokenized.scores.push_back(pairs[i].score);
    }
  }
  RETORT_RETURN_IF_ERROR(CheckScores(tokenized.scores));
  tokenized.content_hash = HashContent(tokenized);
  return tokenized;
}

}  // namespace retort
