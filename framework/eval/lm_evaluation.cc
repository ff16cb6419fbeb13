#include "framework/eval/lm_evaluation.h"

#include <algorithm>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/argmax.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/eq.h"
#include "ATen/ops/exp.h"
#include "ATen/ops/gather.h"
#include "ATen/ops/index_select.h"
#include "ATen/ops/log_softmax.h"
#include "ATen/ops/sum.h"
#include "absl/strings/str_cat.h"

namespace retort {
namespace {

// The last hidden states of the labelled rows, [n, H].
at::Tensor LabelledRows(const EvaluatedModel& model, const Batch& batch) {
  Capture capture;
  capture.logits.insert({HeadKind::kVocabulary, RowSet::kLabelled});
  capture.read_rows_only = true;
  const ModelOutputs outputs = model.encoder->Forward(*model.parameters, batch, capture, std::nullopt);
  const at::Tensor& hidden = outputs.hidden.at(model.encoder->config().depth());
  return hidden.reshape({-1, hidden.size(-1)}).index_select(0, batch.labelled_rows);
}

// log p of every piece, [n, V] float32.
at::Tensor LogProbabilities(const EvaluatedModel& model, const at::Tensor& rows) {
  return at::log_softmax(model.encoder->head(HeadKind::kVocabulary).Logits(*model.parameters, rows).to(at::kFloat), -1);
}

// The metrics of one model's labelled rows, in pieces of [c].
struct RowScores {
  std::vector<at::Tensor> cross_entropy;
  std::vector<at::Tensor> accuracy;
  std::vector<at::Tensor> divergence;

  void Add(const at::Tensor& log_p, const at::Tensor& teacher_log_p, const at::Tensor& labels) {
    cross_entropy.push_back(-at::gather(log_p, 1, labels.unsqueeze(1)).squeeze(1));
    accuracy.push_back(at::eq(at::argmax(log_p, 1), labels));
    if (!teacher_log_p.defined()) return;
    divergence.push_back(at::sum(at::exp(teacher_log_p) * (teacher_log_p - log_p), {1}));
  }
};

// Adds the values of the batch's labelled rows to the sequences they belong to.
void Append(const std::vector<at::Tensor>& row_values, const BatchMasks& masks, ExampleScores* scores) {
  at::Tensor values;
  const double* next = nullptr;
  if (!row_values.empty()) {
    values = at::cat(row_values).to(at::kCPU, at::kDouble).contiguous();
    next = values.data_ptr<double>();
  }
  for (int64_t count : masks.labelled_counts) {
    double sum = 0;
    for (int64_t i = 0; i < count; ++i) sum += *next++;
    scores->sum.push_back(sum);
    scores->count.push_back(static_cast<double>(count));
  }
}

}  // namespace

std::string LmMetric(LmKind kind, absl::string_view metric) { return absl::StrCat(LmKindName(kind), "/", metric); }

void ScoreLmBatch(const std::vector<EvaluatedModel>& models, const std::optional<EvaluatedModel>& teacher, LmKind kind,
                  const Batch& batch, std::vector<MetricScores>* scores) {
  const at::Tensor labels = batch.labels.reshape({-1}).index_select(0, batch.labelled_rows);
  const at::Tensor teacher_rows = teacher ? LabelledRows(*teacher, batch) : at::Tensor();
  std::vector<at::Tensor> rows;
  for (const EvaluatedModel& model : models) rows.push_back(LabelledRows(model, batch));
  std::vector<RowScores> row_scores(models.size());
  for (int64_t begin = 0; begin < labels.size(0); begin += kRowsAtOnce) {
    const int64_t count = std::min(kRowsAtOnce, labels.size(0) - begin);
    const auto chunk = [&](const at::Tensor& values) { return values.narrow(0, begin, count); };
    const at::Tensor teacher_log_p = teacher ? LogProbabilities(*teacher, chunk(teacher_rows)) : at::Tensor();
    for (size_t i = 0; i < models.size(); ++i) {
      row_scores[i].Add(LogProbabilities(models[i], chunk(rows[i])), teacher_log_p, chunk(labels));
    }
  }
  for (size_t i = 0; i < models.size(); ++i) {
    MetricScores& of_model = (*scores)[i];
    Append(row_scores[i].cross_entropy, batch.masks, &of_model[LmMetric(kind, kCrossEntropy)]);
    Append(row_scores[i].accuracy, batch.masks, &of_model[LmMetric(kind, kAccuracy)]);
    if (teacher) Append(row_scores[i].divergence, batch.masks, &of_model[LmMetric(kind, kKlToTeacher)]);
  }
}

std::vector<MetricScores> EvaluateLm(const std::vector<EvaluatedModel>& models,
                                     const std::optional<EvaluatedModel>& teacher, const HeldOut& held_out,
                                     c10::Device device, int64_t chunk_sequences) {
  at::NoGradGuard no_grad;
  std::vector<MetricScores> scores(models.size());
  for (int64_t begin = 0; begin < held_out.size(); begin += chunk_sequences) {
    const StepBatch step = held_out.Read(begin, std::min(begin + chunk_sequences, held_out.size()));
    const int64_t sequences = static_cast<int64_t>(step.sequences.size());
    const int64_t at_once = std::max<int64_t>(1, kPositionsAtOnce / step.padded_length());
    for (int64_t first = 0; first < sequences; first += at_once) {
      const Batch batch = step.Slice(first, std::min(first + at_once, sequences), device);
      ScoreLmBatch(models, teacher, held_out.kind(), batch, &scores);
    }
  }
  return scores;
}

}  // namespace retort
