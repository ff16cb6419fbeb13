#include "plugins/evaluation/sentence_similarity/sentence_pairs.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "framework/base/input/line_reader.h"
#include "framework/base/status_macros.h"
#include "framework/text/sequences/encode_sequence.h"
#include "framework/text/unicode/utf8.h"
#include "xxhash.h"

namespace retort {
namespace {

constexpr size_t kFewestPairs = 3;

using Columns = std::vector<std::string>;

// Where sentence1, sentence2 and score stand.
struct Heading {
  size_t columns = 0, first = 0, second = 0, score = 0;
};

absl::StatusOr<Heading> ParseHeading(const std::string& path, const Columns& names) {
  Heading heading;
  heading.columns = names.size();
  for (const auto& [name, place] : {std::pair("sentence1", &heading.first), std::pair("sentence2", &heading.second),
                                    std::pair("score", &heading.score)}) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":1: want a heading with the column ", name, ", got ", absl::StrJoin(names, ", ")));
    }
    *place = static_cast<size_t>(found - names.begin());
  }
  return heading;
}

absl::StatusOr<SentencePair> ParsePair(const Heading& heading, const std::string& place, const Columns& columns) {
  if (columns.size() != heading.columns) {
    return absl::InvalidArgumentError(
        absl::StrCat(place, "want the ", heading.columns, " columns of the heading, got ", columns.size()));
  }
  SentencePair pair{columns[heading.first], columns[heading.second]};
  if (absl::SimpleAtod(columns[heading.score], &pair.score) && std::isfinite(pair.score)) return pair;
  return absl::InvalidArgumentError(absl::StrCat(place, "score: want a number, got \"", columns[heading.score], "\""));
}

// At least one; without those at the end that are blank.
absl::StatusOr<std::vector<std::string>> ReadLines(const std::string& path, const UnpackLimit& limit) {
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadUnpacked(path, limit));
  LineReader reader{absl::string_view(text)};
  std::vector<std::string> lines;
  std::string line;
  while (true) {
    const absl::StatusOr<bool> more = reader.Next(&line);
    if (!more.ok()) return absl::Status(more.status().code(), absl::StrCat(path, ": ", more.status().message()));
    if (!*more) break;
    if (const std::optional<size_t> bad = FindInvalidUtf8(line)) {
      return absl::InvalidArgumentError(absl::StrFormat("%s:%d: want UTF-8, got 0x%02x at its byte %d", path,
                                                        reader.number(), static_cast<uint8_t>(line[*bad]), *bad));
    }
    lines.push_back(line);
  }
  while (!lines.empty() && LineText(lines.back()).empty()) lines.pop_back();
  if (lines.empty()) lines.emplace_back();
  return lines;
}

Columns ColumnsOf(absl::string_view line) {
  Columns columns;
  for (const absl::string_view column : absl::StrSplit(line, '\t')) columns.emplace_back(LineText(column));
  return columns;
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
  RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> lines, ReadLines(path, limit));
  RETORT_ASSIGN_OR_RETURN(const Heading heading, ParseHeading(path, ColumnsOf(lines.front())));
  std::vector<SentencePair> pairs;
  for (size_t i = 1; i < lines.size(); ++i) {
    RETORT_ASSIGN_OR_RETURN(SentencePair pair,
                            ParsePair(heading, absl::StrCat(path, ":", i + 1, ": "), ColumnsOf(lines[i])));
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
