#include "framework/testing/data_conformance.h"

#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"

namespace retort::testing {
namespace {

constexpr double kShareTolerance = 0.1;
constexpr int64_t kMostSteps = 40;

absl::Status Broken(int64_t step, const std::string& what) {
  return absl::FailedPreconditionError(absl::StrCat("step ", step, ": ", what));
}

absl::StatusOr<std::unique_ptr<StepSource>> Open(const TrainingData& data, const Tokenizer& tokenizer,
                                                 const std::string& folder, uint64_t seed) {
  BatchSpec batch;
  batch.set_sequences(2);
  batch.set_micro_batches(1);
  batch.set_group_by_length(true);
  DataCache cache(folder, /*threads=*/1);
  return data.Open({tokenizer, batch, seed, &cache});
}

bool Same(const StepBatch& a, const StepBatch& b) {
  if (a.epoch != b.epoch || a.pad_id != b.pad_id || a.sequences.size() != b.sequences.size()) return false;
  for (size_t i = 0; i < a.sequences.size(); ++i) {
    const StepSequence &x = a.sequences[i], &y = b.sequences[i];
    if (x.sample_id != y.sample_id || x.ids != y.ids || x.labels != y.labels) return false;
    if (x.token_types != y.token_types || x.class_label != y.class_label) return false;
    if (x.span.first != y.span.first || x.span.last != y.span.last) return false;
    if (x.score != y.score && !(std::isnan(x.score) && std::isnan(y.score))) return false;
  }
  return true;
}

absl::Status CheckSequence(const StepSequence& sequence, int64_t step, const ModelNeeds& needs, int64_t vocabulary) {
  if (static_cast<int64_t>(sequence.ids.size()) > needs.longest_sequence) {
    return Broken(step, absl::StrCat("want at most the ", needs.longest_sequence,
                                     " positions that the data needs, got ", sequence.ids.size()));
  }
  if (sequence.labels.size() != sequence.ids.size()) {
    return Broken(step, absl::StrCat("want a label for each of ", sequence.ids.size(), " positions, got ",
                                     sequence.labels.size()));
  }
  for (size_t i = 0; i < sequence.ids.size(); ++i) {
    const bool piece = sequence.ids[i] >= 0 && sequence.ids[i] < vocabulary;
    const bool label = sequence.labels[i] == kNoLabel || (sequence.labels[i] >= 0 && sequence.labels[i] < vocabulary);
    if (!piece || !label) {
      return Broken(step, absl::StrCat("want pieces of the vocabulary, got ", sequence.ids[i], " with label ",
                                       sequence.labels[i]));
    }
  }
  return absl::OkStatus();
}

// What the sequence as a whole is labelled with, of data for a head of classes or scores.
absl::Status CheckLabelOfSequence(const StepSequence& sequence, int64_t step, const ModelNeeds& needs,
                                  int64_t classes) {
  if (needs.heads.count(HeadKind::kClasses) > 0 && (sequence.class_label < 0 || sequence.class_label >= classes)) {
    return Broken(step, absl::StrCat("want one of ", classes, " classes, got ", sequence.class_label));
  }
  if (needs.heads.count(HeadKind::kScore) > 0 && !std::isfinite(sequence.score)) {
    return Broken(step, absl::StrCat("want a score, got ", sequence.score));
  }
  return absl::OkStatus();
}

absl::Status CheckShape(const StepBatch& batch, const StepShape& shape, int64_t step) {
  const int64_t sequences = static_cast<int64_t>(batch.sequences.size());
  if (shape.sequences == sequences && shape.positions == batch.padded_length() && shape.tokens == batch.tokens()) {
    return absl::OkStatus();
  }
  return Broken(step, absl::StrCat("want the shape of the step, ", sequences, " sequences of at most ",
                                   batch.padded_length(), " positions, ", batch.tokens(), " in all, got ",
                                   shape.sequences, ", ", shape.positions, ", ", shape.tokens));
}

}  // namespace

absl::Status CheckTrainingData(const TrainingData& data, const Tokenizer& tokenizer, const std::string& cache) {
  RETORT_ASSIGN_OR_RETURN(const auto source, Open(data, tokenizer, cache, /*seed=*/1));
  RETORT_ASSIGN_OR_RETURN(const auto again, Open(data, tokenizer, cache, /*seed=*/1));
  RETORT_ASSIGN_OR_RETURN(const auto other, Open(data, tokenizer, cache, /*seed=*/2));
  if (source->content_hash() != again->content_hash()) {
    return absl::FailedPreconditionError("want the same content hash of the same data, got two");
  }
  DataCache classes_cache(cache, /*threads=*/1);
  RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> classes, data.Classes(&classes_cache));
  const int64_t epoch = source->steps_per_epoch();
  const int64_t steps = std::min(2 * epoch, kMostSteps);
  std::set<std::pair<int64_t, int64_t>> seen;  // Epoch and sample.
  bool seed_matters = false;
  double tokens = 0, labelled = 0, expected = 0;
  for (int64_t step = steps - 1; step >= 0; --step) {
    const StepBatch batch = source->Step(step);
    if (!Same(batch, source->Step(step)) || !Same(batch, again->Step(step))) {
      return Broken(step, "want the same bits whenever it is read, got others");
    }
    seed_matters = seed_matters || !Same(batch, other->Step(step));
    if (batch.epoch != step / epoch) {
      return Broken(step, absl::StrCat("want epoch ", step / epoch, ", got ", batch.epoch));
    }
    const StepShape shape = source->Shape(step);
    RETORT_RETURN_IF_ERROR(CheckShape(batch, shape, step));
    for (const StepSequence& sequence : batch.sequences) {
      RETORT_RETURN_IF_ERROR(CheckSequence(sequence, step, data.needs(), tokenizer.vocabulary_size()));
      RETORT_RETURN_IF_ERROR(CheckLabelOfSequence(sequence, step, data.needs(), static_cast<int64_t>(classes.size())));
      if (seen.emplace(batch.epoch, sequence.sample_id).second) continue;
      return Broken(step, absl::StrCat("want each sequence once per epoch, got ", sequence.sample_id, " twice"));
    }
    tokens += static_cast<double>(shape.tokens);
    labelled += static_cast<double>(batch.Masks(0, shape.sequences).Rows(RowSet::kLabelled));
    expected += shape.labelled_share * static_cast<double>(shape.tokens);
  }
  if (!seed_matters) return absl::FailedPreconditionError("want other steps with another seed, got the same");
  if (std::abs(labelled - expected) <= kShareTolerance * tokens) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("want about the expected share of labelled positions, ",
                                                    expected / tokens, ", got ", labelled / tokens));
}

}  // namespace retort::testing
