#include "framework/data/examples/labelled_sequences.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/text/sequences/encode_sequence.h"
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

uint64_t HashSequence(const StepSequence& sequence, uint64_t seed) {
  seed = HashValues(sequence.token_types, HashValues(sequence.ids, seed));
  seed = XXH3_64bits_withSeed(&sequence.class_label, sizeof(sequence.class_label), seed);
  return XXH3_64bits_withSeed(&sequence.score, sizeof(sequence.score), seed);
}

uint64_t HashExample(const TaskExample& example, uint64_t seed) {
  seed = HashText(example.second.value_or(""), HashText(example.first, seed));
  seed = HashText(example.label, seed);
  return XXH3_64bits_withSeed(&example.score, sizeof(example.score), seed);
}

absl::StatusOr<int64_t> ClassOf(const TaskExample& example, const std::vector<std::string>& classes) {
  if (example.label.empty()) return kNoLabel;
  const auto found = std::find(classes.begin(), classes.end(), example.label);
  if (found != classes.end()) return found - classes.begin();
  return absl::InvalidArgumentError(absl::StrCat(example.place, ": label: want one of the classes (",
                                                 absl::StrJoin(classes, ", "), "), got \"", example.label, "\""));
}

// Turns examples into sequences one after the other, and counts what it cuts.
class Labeller {
 public:
  Labeller(const LabellingOptions& options, const Tokenizer& tokenizer)
      : options_(options), tokenizer_(tokenizer), scratch_(tokenizer.NewScratch()) {
    encoding_.truncation = Truncation::kLongestFirst;
    encoding_.max_length = static_cast<int>(options.length);
  }

  absl::StatusOr<StepSequence> Label(const TaskExample& example) {
    RETORT_ASSIGN_OR_RETURN(EncodedSequence encoded, Encode(example));
    StepSequence sequence;
    sequence.ids = std::move(encoded.ids);
    sequence.labels.assign(sequence.ids.size(), static_cast<int32_t>(kNoLabel));
    const bool typed = std::any_of(encoded.types.begin(), encoded.types.end(), [](int32_t type) { return type != 0; });
    if (typed) sequence.token_types = std::move(encoded.types);
    if (options_.head == HeadKind::kScore) {
      sequence.score = static_cast<float>(example.score);
    } else {
      RETORT_ASSIGN_OR_RETURN(sequence.class_label, ClassOf(example, options_.classes));
    }
    return sequence;
  }

  int64_t full() const { return full_; }

 private:
  absl::StatusOr<EncodedSequence> Encode(const TaskExample& example) {
    const auto second = example.second ? std::optional<absl::string_view>(*example.second) : std::nullopt;
    absl::StatusOr<EncodedSequence> encoded =
        EncodeSequence(tokenizer_, example.first, second, encoding_, scratch_.get());
    if (!encoded.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(example.place, ": ", encoded.status().message()));
    }
    if (encoded->ids.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(example.place, ": want a text of at least one piece, got none"));
    }
    if (static_cast<int64_t>(encoded->ids.size()) < options_.length) return encoded;
    SequenceOptions whole = encoding_;
    whole.truncation = Truncation::kNone;
    RETORT_ASSIGN_OR_RETURN(const EncodedSequence uncut,
                            EncodeSequence(tokenizer_, example.first, second, whole, scratch_.get()));
    if (uncut.ids.size() > encoded->ids.size()) ++full_;
    return encoded;
  }

  const LabellingOptions& options_;
  const Tokenizer& tokenizer_;
  const std::unique_ptr<Tokenizer::Scratch> scratch_;
  SequenceOptions encoding_;
  int64_t full_ = 0;
};

bool HasLabel(const TaskExample& example, HeadKind head) {
  return head == HeadKind::kScore ? example.score == example.score : !example.label.empty();
}

}  // namespace

std::vector<int32_t> LabelledSequences::Lengths() const {
  std::vector<int32_t> lengths;
  lengths.reserve(sequences.size());
  for (const StepSequence& sequence : sequences) lengths.push_back(static_cast<int32_t>(sequence.ids.size()));
  return lengths;
}

StepBatch LabelledSequences::Step(absl::Span<const int64_t> places, int64_t epoch) const {
  StepBatch step;
  step.epoch = epoch;
  step.pad_id = pad_id;
  step.sequences.reserve(places.size());
  for (const int64_t place : places) step.sequences.push_back(sequences[place]);
  return step;
}

uint64_t HashExamples(const TaskExamples& examples) {
  uint64_t hash = examples.examples.size();
  for (const TaskExample& example : examples.examples) hash = HashExample(example, hash);
  return hash;
}

absl::StatusOr<LabelledSequences> LabelSequences(const TaskExamples& examples, const LabellingOptions& options,
                                                 const Tokenizer& tokenizer) {
  LabelledSequences labelled;
  labelled.classes = options.classes;
  labelled.pad_id = tokenizer.special_ids().pad;
  labelled.notes = examples.notes;
  labelled.text_hash = static_cast<uint64_t>(options.length);
  for (const std::string& name : options.classes) labelled.text_hash = HashText(name, labelled.text_hash);
  Labeller labeller(options, tokenizer);
  for (const TaskExample& example : examples.examples) {
    RETORT_ASSIGN_OR_RETURN(StepSequence sequence, labeller.Label(example));
    sequence.sample_id = labelled.size();
    labelled.content_hash = HashSequence(sequence, labelled.content_hash);
    labelled.text_hash = HashExample(example, labelled.text_hash);
    labelled.labelled = labelled.labelled && HasLabel(example, options.head);
    labelled.sequences.push_back(std::move(sequence));
    labelled.ids.push_back(example.id);
  }
  if (labeller.full() > 0) {
    labelled.notes.push_back(
        absl::StrCat(labeller.full(), " of ", labelled.size(), " examples cut to ", options.length, " pieces"));
  }
  return labelled;
}

}  // namespace retort
