#ifndef RETORT_FRAMEWORK_DATA_SQUAD_SQUAD_WINDOWS_H_
#define RETORT_FRAMEWORK_DATA_SQUAD_SQUAD_WINDOWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "framework/batch/step_batch.h"
#include "framework/data/squad/context_pieces.h"
#include "framework/data/squad/squad_reader.h"
#include "framework/text/sequence_template.h"
#include "framework/text/tokenizer.h"

namespace retort {

// How questions and contexts are cut, in pieces. The defaults are those of BERT's script for SQuAD.
struct SquadCut {
  int64_t length = 384;          // Positions of a window, with question and special ids.
  int64_t stride = 128;          // From one window's first piece of the context to the next one's.
  int64_t question_length = 64;  // Longer questions lose their ends. At most length - kBesideQuestion.

  // Positions that a window keeps for special ids and context, of which families have at most 4.
  static constexpr int64_t kBesideQuestion = 8;
};

// A question with a part of its context: [CLS] question [SEP] part [SEP].
struct SquadWindow {
  int64_t question = 0;       // Place among the questions.
  int64_t first_piece = 0;    // Of the context's pieces.
  int64_t pieces = 0;         // Of the context.
  int64_t context_begin = 0;  // Position of the first of them in the window.
  Span answer;                // Positions in the window. {0, 0}, [CLS], where the answer is not in it or there is none;
                              // kNoLabel where the file does not say.

  int64_t context_end() const { return context_begin + pieces; }
};

// The windows of questions, in their order; every question has one or more, next to each other. Immutable and
// thread-safe. Sequences are put together when they are asked for, since windows overlap: the memory is that of the
// texts' pieces and of a record per window.
class SquadWindows {
 public:
  // Errors, with the question's id: those of Tokenizer::Encode. REQUIRES: `cut` is as SquadCut says, and the template
  // of the tokenizer has at most four ids around two texts.
  static absl::StatusOr<SquadWindows> Create(Squad squad, const SquadCut& cut, const Tokenizer& tokenizer);

  int64_t size() const { return static_cast<int64_t>(windows_.size()); }
  const std::vector<SquadWindow>& windows() const { return windows_; }
  const std::vector<SquadQuestion>& questions() const { return squad_.questions; }

  // Places of the windows of a question: from first_window(question) to before first_window(question + 1).
  int64_t first_window(int64_t question) const { return first_windows_[question]; }

  // A window as the input of a model. Token types are those of the tokenizer's template, none if it has only 0. The
  // span is the first answer that stands in the context; sample_id is the window's place.
  StepSequence Sequence(int64_t window) const;

  // The sequences of these windows, in this order, as one step.
  StepBatch Step(absl::Span<const int64_t> windows, int64_t epoch) const;

  // Positions of each window.
  std::vector<int32_t> Lengths() const;

  // What of the original context stands from one position to another, both included. REQUIRES: positions of the context
  // in the window, first <= last.
  absl::string_view Text(const SquadWindow& window, int64_t first, int64_t last) const;

  // Whether of all windows that hold the piece at this position this one shows the most of what is around it: the
  // smaller of the pieces to its left and right, and a hundredth of the window's pieces of the context; of equal ones
  // the first. REQUIRES: a position of the context.
  bool HasMostContext(int64_t window, int64_t position) const;

  // Whether every question has an answer or is impossible.
  bool labelled() const;

  uint64_t content_hash() const { return content_hash_; }  // Of ids, token types and spans.
  uint64_t text_hash() const { return text_hash_; }        // Of texts, answers and the cut: of no tokenizer.

  // What was left out or cut.
  const std::vector<std::string>& notes() const { return squad_.notes; }

 private:
  friend class SquadCutter;

  SquadWindows() = default;

  Squad squad_;
  std::vector<ContextPieces> contexts_;
  std::vector<std::vector<int32_t>> questions_;
  std::vector<SquadWindow> windows_;
  std::vector<int64_t> first_windows_;
  SequenceTemplate template_;
  int32_t pad_id_ = 0;
  uint64_t content_hash_ = 0;
  uint64_t text_hash_ = 0;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_SQUAD_SQUAD_WINDOWS_H_
