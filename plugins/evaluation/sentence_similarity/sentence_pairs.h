#ifndef RETORT_PLUGINS_EVALUATION_SENTENCE_SIMILARITY_SENTENCE_PAIRS_H_
#define RETORT_PLUGINS_EVALUATION_SENTENCE_SIMILARITY_SENTENCE_PAIRS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/data/corpus/unpacked_file.h"
#include "framework/eval/sentences/sentence_reading.h"
#include "framework/text/tokenizer.h"

namespace retort {

// Two sentences and how alike people found them.
struct SentencePair {
  std::string first, second;
  double score = 0;
};

// Reads a file of tab-separated columns whose heading line names sentence1, sentence2 and score among them, in any
// order, as the STS benchmark (Cer et al. 2017, arXiv:1708.00055) has them. A quotation mark is a character like
// others. The file may be packed; line ends, a byte order mark, blanks at the end of a column and blank lines at the
// file's end are no text.
//
// Errors: those of TableFile; InvalidArgument naming the line for a score that is not a finite number, and for a file
// without pairs.
absl::StatusOr<std::vector<SentencePair>> ReadSentencePairs(const std::string& path, const UnpackLimit& limit = {});

// Sentence pairs as ids, with the special ids of the tokenizer's template around each sentence.
struct TokenizedPairs {
  std::vector<std::vector<int32_t>> sentences;  // [2 E]: the two of pair e are 2e and 2e + 1.
  std::vector<double> scores;                   // [E]
  int32_t pad_id = 0;
  uint64_t content_hash = 0;  // Of ids and scores.
  uint64_t text_hash = 0;     // Of texts as read, scores and the length at which they give way: of no tokenizer.

  int64_t size() const { return static_cast<int64_t>(scores.size()); }
};

// Tokenizes the pairs of files, one after the other. What is longer than reading.length ids gives way at its end.
//
// Errors: those of ReadSentencePairs; InvalidArgument for text that is not UTF-8, for a sentence without ids, which has
// no embedding; for fewer than 3 pairs in all, and for scores that are all equal, of which no correlation follows.
absl::StatusOr<TokenizedPairs> TokenizePairs(const std::vector<std::string>& paths, const Tokenizer& tokenizer,
                                             const SentenceReading& reading, const UnpackLimit& limit = {});

}  // namespace retort

#endif  // RETORT_PLUGINS_EVALUATION_SENTENCE_SIMILARITY_SENTENCE_PAIRS_H_
