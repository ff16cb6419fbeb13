#ifndef RETORT_FRAMEWORK_TEXT_SEQUENCE_TEMPLATE_H_
#define RETORT_FRAMEWORK_TEXT_SEQUENCE_TEMPLATE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace retort {

// The ids around a model's one or two texts, and the token types.
// One text: before A behind. Two: before A between B behind.
struct SequenceTemplate {
  std::vector<int32_t> before;   // BERT: [CLS]          RoBERTa: <s>         GPT-2: none
  std::vector<int32_t> between;  //       [SEP]                   </s></s>
  std::vector<int32_t> behind;   //       [SEP]                   </s>
  int32_t second_type = 0;       // of B and, with two texts, of `behind`; all else has type 0

  // Where the special ids' types with two texts are others: one per id, else empty.
  std::vector<int32_t> between_types = {};
  std::vector<int32_t> behind_types = {};
};

// All that ids and types depend on, as text: a part of tokenizers' fingerprints.
std::string SequenceTemplateText(const SequenceTemplate& sequence);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_SEQUENCE_TEMPLATE_H_
