#include "framework/data/squad/squad_windows.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "glog/logging.h"
#include "xxhash.h"

namespace retort {
namespace {

template <typename T>
uint64_t HashValues(const std::vector<T>& values, uint64_t seed) {
  return XXH3_64bits_withSeed(values.data(), values.size() * sizeof(T), seed);
}

uint64_t HashText(const std::string& text, uint64_t seed) {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

uint64_t HashNumbers(const std::vector<int64_t>& numbers, uint64_t seed) { return HashValues(numbers, seed); }

uint64_t HashSequence(const StepSequence& sequence, uint64_t seed) {
  seed = HashValues(sequence.token_types, HashValues(sequence.ids, seed));
  return HashNumbers({sequence.span.first, sequence.span.last}, seed);
}

uint64_t HashTexts(const Squad& squad, const SquadCut& cut) {
  uint64_t hash = HashNumbers({cut.length, cut.stride, cut.question_length}, 0);
  for (const SquadQuestion& question : squad.questions) {
    hash = HashText(question.text, HashText(squad.contexts[question.context], hash));
    for (const SquadAnswer& answer : question.answers) {
      hash = HashNumbers({answer.begin.value_or(-1)}, HashText(answer.text, hash));
    }
    hash = HashNumbers({question.impossible ? 1 : 0, static_cast<int64_t>(question.answers.size())}, hash);
  }
  return hash;
}

// The first and the last of the pieces that hold a part of these bytes; none if no piece does.
std::optional<Span> PiecesOf(const ContextPieces& context, const ByteRange& bytes) {
  const auto begin = context.ranges.begin();
  const auto first = std::partition_point(begin, context.ranges.end(),
                                          [&](const ByteRange& range) { return range.end <= bytes.begin; });
  const auto behind = std::partition_point(first, context.ranges.end(),
                                           [&](const ByteRange& range) { return range.begin < bytes.end; });
  if (first == behind) return std::nullopt;
  return Span{first - begin, behind - begin - 1};
}

// The pieces of the first answer that stands in the context.
std::optional<Span> AnswerOf(const SquadQuestion& question, const ContextPieces& context) {
  for (const SquadAnswer& answer : question.answers) {
    if (!answer.begin) continue;
    const auto size = static_cast<int64_t>(answer.text.size());
    return PiecesOf(context, {*answer.begin, *answer.begin + size});
  }
  return std::nullopt;
}

// `answer`: pieces of the context.
Span AnswerIn(const SquadWindow& window, bool impossible, const std::optional<Span>& answer) {
  if (!impossible && !answer) return {};
  const bool inside =
      answer && answer->first >= window.first_piece && answer->last < window.first_piece + window.pieces;
  if (!inside) return {0, 0};
  const int64_t shift = window.context_begin - window.first_piece;
  return {answer->first + shift, answer->last + shift};
}

void AppendSpecial(const std::vector<int32_t>& ids, const std::vector<int32_t>& types, int32_t otherwise,
                   StepSequence* sequence) {
  sequence->ids.insert(sequence->ids.end(), ids.begin(), ids.end());
  if (types.empty()) {
    sequence->token_types.resize(sequence->ids.size(), otherwise);
  } else {
    sequence->token_types.insert(sequence->token_types.end(), types.begin(), types.end());
  }
}

}  // namespace

// Makes the windows of one question after the other.
class SquadCutter {
 public:
  SquadCutter(Squad squad, const SquadCut& cut, const Tokenizer& tokenizer)
      : cut_(cut), tokenizer_(tokenizer), scratch_(tokenizer.NewScratch()) {
    made_.squad_ = std::move(squad);
    made_.template_ = tokenizer.sequence_template();
    made_.pad_id_ = tokenizer.special_ids().pad;
  }

  absl::StatusOr<SquadWindows> Cut() {
    made_.contexts_.resize(made_.squad_.contexts.size());
    for (size_t q = 0; q < made_.squad_.questions.size(); ++q) {
      const SquadQuestion& question = made_.squad_.questions[q];
      if (const absl::Status status = Encode(question); !status.ok()) {
        return absl::InvalidArgumentError(absl::StrCat("question ", question.id, ": ", status.message()));
      }
      made_.first_windows_.push_back(made_.size());
      AddWindows(static_cast<int64_t>(q));
    }
    made_.first_windows_.push_back(made_.size());
    for (int64_t w = 0; w < made_.size(); ++w) {
      made_.content_hash_ = HashSequence(made_.Sequence(w), made_.content_hash_);
    }
    made_.text_hash_ = HashTexts(made_.squad_, cut_);
    if (shortened_ > 0) {
      made_.squad_.notes.push_back(absl::StrCat(shortened_, " of ", made_.squad_.questions.size(), " questions cut to ",
                                                cut_.question_length, " pieces"));
    }
    return std::move(made_);
  }

 private:
  // Of a context its pieces are made for the first of its questions.
  absl::Status Encode(const SquadQuestion& question) {
    std::vector<int32_t>& ids = made_.questions_.emplace_back();
    RETORT_RETURN_IF_ERROR(tokenizer_.Encode(absl::StripAsciiWhitespace(question.text), scratch_.get(), &ids));
    if (static_cast<int64_t>(ids.size()) > cut_.question_length) {
      ids.resize(cut_.question_length);
      ++shortened_;
    }
    ContextPieces& context = made_.contexts_[question.context];
    if (!context.ids.empty()) return absl::OkStatus();
    RETORT_ASSIGN_OR_RETURN(context,
                            EncodeContext(made_.squad_.contexts[question.context], tokenizer_, scratch_.get()));
    return absl::OkStatus();
  }

  void AddWindows(int64_t q) {
    const SquadQuestion& question = made_.squad_.questions[q];
    const ContextPieces& context = made_.contexts_[question.context];
    const std::optional<Span> answer = AnswerOf(question, context);
    const SequenceTemplate& ids = made_.template_;
    SquadWindow window;
    window.question = q;
    window.context_begin = static_cast<int64_t>(ids.before.size() + made_.questions_[q].size() + ids.between.size());
    const int64_t room = cut_.length - window.context_begin - static_cast<int64_t>(ids.behind.size());
    CHECK_GT(room, 0) << "special ids";
    const auto pieces = static_cast<int64_t>(context.ids.size());
    while (true) {
      window.pieces = std::min(room, pieces - window.first_piece);
      window.answer = AnswerIn(window, question.impossible, answer);
      made_.windows_.push_back(window);
      if (window.first_piece + window.pieces >= pieces) return;
      window.first_piece += std::min(room, cut_.stride);
    }
  }

  const SquadCut cut_;
  const Tokenizer& tokenizer_;
  const std::unique_ptr<Tokenizer::Scratch> scratch_;
  SquadWindows made_;
  int64_t shortened_ = 0;
};

absl::StatusOr<SquadWindows> SquadWindows::Create(Squad squad, const SquadCut& cut, const Tokenizer& tokenizer) {
  return SquadCutter(std::move(squad), cut, tokenizer).Cut();
}

StepSequence SquadWindows::Sequence(int64_t place) const {
  const SquadWindow& window = windows_[place];
  const std::vector<int32_t>& question = questions_[window.question];
  const std::vector<int32_t>& context = contexts_[squad_.questions[window.question].context].ids;
  const auto part = context.begin() + window.first_piece;
  StepSequence sequence;
  sequence.sample_id = place;
  AppendSpecial(template_.before, {}, 0, &sequence);
  AppendSpecial(question, {}, 0, &sequence);
  AppendSpecial(template_.between, template_.between_types, 0, &sequence);
  AppendSpecial({part, part + window.pieces}, {}, template_.second_type, &sequence);
  AppendSpecial(template_.behind, template_.behind_types, template_.second_type, &sequence);
  const std::vector<int32_t>& types = sequence.token_types;
  if (std::all_of(types.begin(), types.end(), [](int32_t type) { return type == 0; })) sequence.token_types.clear();
  sequence.labels.assign(sequence.ids.size(), static_cast<int32_t>(kNoLabel));
  sequence.span = window.answer;
  return sequence;
}

StepBatch SquadWindows::Step(absl::Span<const int64_t> windows, int64_t epoch) const {
  StepBatch step;
  step.epoch = epoch;
  step.pad_id = pad_id_;
  step.sequences.reserve(windows.size());
  for (const int64_t window : windows) step.sequences.push_back(Sequence(window));
  return step;
}

std::vector<int32_t> SquadWindows::Lengths() const {
  std::vector<int32_t> lengths;
  lengths.reserve(windows_.size());
  for (const SquadWindow& window : windows_) {
    lengths.push_back(static_cast<int32_t>(window.context_end() + static_cast<int64_t>(template_.behind.size())));
  }
  return lengths;
}

absl::string_view SquadWindows::Text(const SquadWindow& window, int64_t first, int64_t last) const {
  const int64_t context = squad_.questions[window.question].context;
  const int64_t shift = window.first_piece - window.context_begin;
  const ByteRange& begin = contexts_[context].ranges[first + shift];
  const ByteRange& end = contexts_[context].ranges[last + shift];
  return absl::string_view(squad_.contexts[context]).substr(begin.begin, end.end - begin.begin);
}

bool SquadWindows::HasMostContext(int64_t place, int64_t position) const {
  const int64_t question = windows_[place].question;
  const int64_t piece = windows_[place].first_piece + position - windows_[place].context_begin;
  int64_t best = place;
  double most = -std::numeric_limits<double>::infinity();
  for (int64_t w = first_windows_[question]; w < first_windows_[question + 1]; ++w) {
    const SquadWindow& window = windows_[w];
    const int64_t left = piece - window.first_piece;
    const int64_t right = window.pieces - 1 - left;
    if (left < 0 || right < 0) continue;
    const double shown = static_cast<double>(std::min(left, right)) + 0.01 * static_cast<double>(window.pieces);
    if (shown > most) {
      most = shown;
      best = w;
    }
  }
  return best == place;
}

bool SquadWindows::labelled() const {
  return std::all_of(squad_.questions.begin(), squad_.questions.end(),
                     [](const SquadQuestion& question) { return question.impossible || !question.answers.empty(); });
}

}  // namespace retort
