#ifndef RETORT_FRAMEWORK_AUGMENT_MASKED_TEST_WORD_MODEL_H_
#define RETORT_FRAMEWORK_AUGMENT_MASKED_TEST_WORD_MODEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"
#include "framework/text/wordpiece/wordpiece_tokenizer.h"

namespace retort::testing {

// Of the pieces [PAD], [UNK], [CLS], [SEP], [MASK] (0 to 4), "good", "bad", "film", "plot" (5 to 8), "play", "##ing",
// "##s" (9 to 11), "the", "a", "." (12 to 14).
std::unique_ptr<WordPieceTokenizer> WordTokenizer(const WordPieceOptions& options = {});

// A masked language model of these pieces, of two layers and 16 positions.
struct WordModel {
  Encoder encoder;
  ParameterSet parameters;
};

WordModel RandomWordModel(uint64_t seed);

// One whose likeliest pieces are these in this order, whatever it reads.
WordModel ConstantWordModel(const std::vector<std::string>& likeliest);

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_AUGMENT_MASKED_TEST_WORD_MODEL_H_
