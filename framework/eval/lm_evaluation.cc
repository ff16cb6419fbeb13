#include "framework/eval/lm_evaluation.h"

#include <algorithm>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/argmax.h"
#include "ATen/ops/eq.h"
#include "ATen/ops/exp.h"
#include "ATen/ops/gather.h"
#include "ATen/ops/index_select.h"
#include "ATen/ops/log_softmax.h"
#include "ATen/ops/sum.h"

namespace retort {
namespace {

// log p of every piece at the labelled rows, [n, V] float32.
at::Tensor LabelledLogProbabilities(const EvaluatedModel& model, const Batch& batch) {
  Capture capture;
  capture.vocabulary_rows.insert(RowSet::kLabelled);
  const ModelOutputs outputs = model.encoder->Forward(*model.parameters, batch, capture, std::nullopt);
  const at::Tensor& hidden = outputs.hidden.at(static_cast<int>(model.encoder->config().layers));
  const at::Tensor rows = hidden.reshape({-1, hidden.size(-1)}).index_select(0, batch.labelled_rows);
  const at::Tensor logits = model.encoder->Logits(*model.parameters, rows);
  return at::log_softmax(logits.to(at::kFloat), -1);
}

// Adds the values of the batch's labelled rows, [n], to the sequences they belong to.
void Append(const at::Tensor& row_values, const BatchMasks& masks, ExampleScores* scores) {
  const at::Tensor values = row_values.to(at::kCPU, at::kDouble).contiguous();
  const double* next = values.data_ptr<double>();
  for (int64_t count : masks.labelled_counts) {
    double sum = 0;
    for (int64_t i = 0; i < count; ++i) sum += *next++;
    scores->sum.push_back(sum);
    scores->count.push_back(static_cast<double>(count));
  }
}

void Score(const at::Tensor& log_p, const at::Tensor& teacher_log_p, const Batch& batch, MetricScores* scores) {
  const at::Tensor labels = batch.labels.reshape({-1}).index_select(0, batch.labelled_rows);
  Append(-at::gather(log_p, 1, labels.unsqueeze(1)).squeeze(1), batch.masks, &(*scores)[kMaskedLmCrossEntropy]);
  Append(at::eq(at::argmax(log_p, 1), labels), batch.masks, &(*scores)[kMaskedLmAccuracy]);
  if (!teacher_log_p.defined()) return;
  const at::Tensor divergence = at::sum(at::exp(teacher_log_p) * (teacher_log_p - log_p), {1});
  Append(divergence, batch.masks, &(*scores)[kMaskedLmKlToTeacher]);
}

}  // namespace

std::vector<MetricScores> EvaluateLm(const std::vector<EvaluatedModel>& models,
                                           const std::optional<EvaluatedModel>& teacher, const HeldOut& held_out,
                                           c10::Device device, int64_t chunk_sequences) {
  at::NoGradGuard no_grad;
  std::vector<MetricScores> scores(models.size());
  for (int64_t begin = 0; begin < held_out.size(); begin += chunk_sequences) {
    const StepBatch step = held_out.Read(begin, std::min(begin + chunk_sequences, held_out.size()));
    const Batch batch = step.Slice(0, static_cast<int64_t>(step.sequences.size()), device);
    const at::Tensor teacher_log_p = teacher ? LabelledLogProbabilities(*teacher, batch) : at::Tensor();
    for (size_t i = 0; i < models.size(); ++i) {
      Score(LabelledLogProbabilities(models[i], batch), teacher_log_p, batch, &scores[i]);
    }
  }
  return scores;
}

}  // namespace retort
