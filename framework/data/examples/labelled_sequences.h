#ifndef RETORT_FRAMEWORK_DATA_EXAMPLES_LABELLED_SEQUENCES_H_
#define RETORT_FRAMEWORK_DATA_EXAMPLES_LABELLED_SEQUENCES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "framework/batch/step_batch.h"
#include "framework/data/examples/task_reader.h"
#include "framework/text/tokenizer.h"

namespace retort {

// The examples of one split as a model's input, in the order of the file.
struct LabelledSequences {
  std::vector<StepSequence> sequences;  // With class_label or score; sample_id is the place here.
  std::vector<std::string> ids;         // What the file calls the examples.
  std::vector<std::string> classes;     // In the order of the labels; empty of scores.
  int32_t pad_id = 0;
  bool labelled = true;            // All of them have a label or a score.
  uint64_t content_hash = 0;       // Of ids, token types and labels.
  uint64_t text_hash = 0;          // Of texts, names of labels and length: of no tokenizer.
  std::vector<std::string> notes;  // What was left out or cut.
  // What they are sequences of, by StepSequence.sample_id; null of the training split, whose texts would fill memory.
  std::shared_ptr<const TaskExamples> texts = nullptr;

  int64_t size() const { return static_cast<int64_t>(sequences.size()); }

  // Positions of each sequence.
  std::vector<int32_t> Lengths() const;

  // The sequences of these places, in this order, as one step.
  StepBatch Step(absl::Span<const int64_t> places, int64_t epoch) const;
};

// How examples become sequences.
struct LabellingOptions {
  HeadKind head = HeadKind::kClasses;
  std::vector<std::string> classes;  // Of kClasses.
  int64_t length = 0;                // Positions, with special ids: of longer pairs the longer text gives way first.
};

// A hash of the examples' texts, labels and scores, in their order.
uint64_t HashExamples(const TaskExamples& examples);

// Encodes examples with the special ids of the tokenizer's template: [CLS] A [SEP] or [CLS] A [SEP] B [SEP].
//
// Errors, with the example's place: InvalidArgument for text that is not UTF-8, for one that becomes no pieces, as
// empty text does where the template has no special ids, and for a label that is none of the classes, with all of them.
absl::StatusOr<LabelledSequences> LabelSequences(const TaskExamples& examples, const LabellingOptions& options,
                                                 const Tokenizer& tokenizer);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_EXAMPLES_LABELLED_SEQUENCES_H_
