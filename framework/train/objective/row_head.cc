#include "framework/train/objective/row_head.h"

#include <algorithm>
#include <optional>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/full_like.h"
#include "ATen/ops/index_select.h"
#include "ATen/ops/ne.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "ATen/ops/zeros_like.h"
#include "framework/base/device/to_device.h"
#include "framework/base/status_macros.h"
#include "framework/ops/column_sum/column_sum.h"
#include "framework/ops/matmul/matmul.h"
#include "framework/ops/row_loss/row_loss.h"
#include "torch/csrc/autograd/autograd.h"

namespace retort {
namespace {

constexpr double kPaddedLogit = -10000;  // Its probability is 0, and it is finite in every type.

at::Tensor SelectRows(const at::Tensor& hidden, const at::Tensor& rows) {
  return hidden.reshape({-1, hidden.size(-1)}).index_select(0, rows);
}

// The layer from a width to the vocabulary, with its matrix ready for products.
struct Decoder {
  Decoder(const Head& head, const ParameterSet& parameters) {
    const at::Tensor weight = head.Matrix(parameters);
    columns = weight.size(0);
    matrix = ops::PadRows(ops::Factor(weight));
    if (!head.bias().empty()) bias = ops::PadRows(parameters.Get(head.bias()));
  }

  // [c, W], of which the first V are logits, and the rest 0.
  at::Tensor WideLogits(const at::Tensor& input) const { return ops::Linear(input, matrix, bias); }

  at::Tensor Logits(const at::Tensor& wide) const { return wide.narrow(1, 0, columns); }

  // The gradient as wide as the matrix; `wide` are the logits, which it may have the place of.
  at::Tensor WideGradient(const at::Tensor& gradient, const at::Tensor& wide) const {
    if (wide.size(1) == columns) return gradient;
    if (!gradient.is_alias_of(wide)) Logits(wide).copy_(gradient);
    return wide;
  }

  int64_t columns;    // V
  at::Tensor matrix;  // [W, d], W >= V
  at::Tensor bias;    // [W], or undefined
};

// Which row terms the fused kernel computes, and its coefficients. Terms join as long as they agree on what the kernel
// has one of: the temperature and the rows of the soft losses.
struct Fusion {
  ops::RowLossScales scales;
  std::vector<std::optional<FusedRowLoss>> terms;  // By term of the objective; none: not in the kernel.
  std::optional<RowSet> soft_rows;
};

bool Join(const RowLossTerm& term, const FusedRowLoss& fused, double scale, Fusion* fusion) {
  const bool soft = fused.kl != 0 || fused.mse != 0;
  if (soft && fusion->soft_rows && *fusion->soft_rows != term.rows()) return false;
  if (fused.kl != 0 && fusion->scales.kl_scale != 0 && fusion->scales.temperature != fused.temperature) return false;
  if (soft) fusion->soft_rows = term.rows();
  if (fused.kl != 0) fusion->scales.temperature = fused.temperature;
  fusion->scales.kl_scale += scale * fused.kl;
  fusion->scales.ce_scale += scale * fused.ce;
  fusion->scales.mse_scale += scale * fused.mse;
  return true;
}

Fusion NoFusion(const Objective& objective) {
  Fusion fusion;
  fusion.terms.resize(objective.terms().size());
  return fusion;
}

Fusion FuseTerms(const Objective& objective, const RowGroup& group, absl::Span<const double> scales) {
  Fusion fusion = NoFusion(objective);
  for (size_t i : group.terms) {
    const RowLossTerm& term = *objective.terms()[i].row;
    const std::optional<FusedRowLoss> fused = term.fused();
    if (fused && Join(term, *fused, scales[i], &fusion)) fusion.terms[i] = fused;
  }
  return fusion;
}

// One chunk of rows on its way through the terms.
struct Chunk {
  at::Tensor student;                         // [c, O]
  at::Tensor teacher;                         // [c, O] or undefined
  at::Tensor labels;                          // [c]
  at::Tensor labelled;                        // [c] bool
  RowSet rows;                                // What the chunk's rows are of.
  at::Tensor scores = {};                     // [c], or undefined
  std::vector<int64_t> labelled_places = {};  // Of the rows with labels, where the chunk's are all real positions.
};

// Those of the places among a batch's rows that lie in [begin, begin + count), counted from `begin`.
std::vector<int64_t> PlacesIn(const std::vector<int64_t>& places, int64_t begin, int64_t count) {
  std::vector<int64_t> within;
  for (auto place = std::lower_bound(places.begin(), places.end(), begin);
       place != places.end() && *place < begin + count; ++place) {
    within.push_back(*place - begin);
  }
  return within;
}

// The rows of the chunk that a term reads.
LogitRows RowsOf(const Chunk& chunk, const at::Tensor& student, RowSet wanted) {
  if (wanted == chunk.rows) return {student, chunk.teacher, chunk.labels, chunk.scores};
  const at::Tensor subset = ToDevice(at::tensor(chunk.labelled_places, at::kLong), student.device());
  return {at::index_select(student, 0, subset),
          chunk.teacher.defined() ? at::index_select(chunk.teacher, 0, subset) : at::Tensor(),
          at::index_select(chunk.labels, 0, subset)};
}

// Adds the value of one term that is not in the fused kernel to `sum`, and returns its scaled gradient, [c, O].
absl::StatusOr<at::Tensor> RunPlainTerm(const RowLossTerm& term, double scale, const Chunk& chunk, at::Tensor* sum) {
  at::AutoGradMode with_gradient(true);
  at::Tensor leaf = chunk.student.detach().set_requires_grad(true);
  RETORT_ASSIGN_OR_RETURN(at::Tensor value, term.SumRows(RowsOf(chunk, leaf, term.rows())));
  *sum = *sum + value.detach().to(at::kDouble);
  if (!value.requires_grad()) return at::Tensor();
  return torch::autograd::grad({value * scale}, {leaf})[0];
}

void AddFused(const ops::RowLossSums& sums, const FusedRowLoss& fused, at::Tensor* sum) {
  if (fused.kl != 0) *sum = *sum + fused.kl * sums.kl;
  if (fused.ce != 0) *sum = *sum + fused.ce * sums.ce;
  if (fused.mse != 0) *sum = *sum + fused.mse * sums.mse;
}

// Adds the terms' values on the chunk to `sums`; returns the gradient of its logits, [c, O].
absl::StatusOr<at::Tensor> RunChunk(const Objective& objective, const RowGroup& group, absl::Span<const double> scales,
                                    const Fusion& fusion, const Chunk& chunk, std::vector<at::Tensor>* sums) {
  std::optional<at::Tensor> gradient;
  bool fused = false;
  for (size_t i : group.terms) {
    fused = fused || fusion.terms[i];
    if (fusion.terms[i]) continue;
    RETORT_ASSIGN_OR_RETURN(at::Tensor part, RunPlainTerm(*objective.terms()[i].row, scales[i], chunk, &(*sums)[i]));
    if (part.defined()) gradient = gradient ? *gradient + part : part;
  }
  if (fused) {
    const bool all_soft = !fusion.soft_rows || *fusion.soft_rows == chunk.rows;
    const ops::RowLossSums values =
        ops::RowLossGradient(fusion.scales, chunk.student, chunk.teacher, chunk.labels,
                             all_soft ? at::Tensor() : chunk.labelled, chunk.student.size(1));
    for (size_t i = 0; i < sums->size(); ++i) {
      if (fusion.terms[i]) AddFused(values, *fusion.terms[i], &(*sums)[i]);
    }
    gradient = gradient ? *gradient + chunk.student : chunk.student;
  }
  return gradient ? *gradient : at::zeros(chunk.student.sizes(), chunk.student.options());
}

// Adds the decoder's share of a chunk: Gᵀ x to its matrix, Σ G to its bias.
void AddDecoderGradient(const Head& head, const at::Tensor& gradient, const at::Tensor& input,
                        const ParameterSet& parameters) {
  head.AddMatrixGradient(gradient, input, parameters);
  if (head.bias().empty()) return;
  parameters.Gradient(head.bias()).add_(ops::ColumnSum(gradient));
}

// What the decoder reads of some rows, [n, H].
at::Tensor DecoderInput(const Head& head, const ParameterSet& parameters, const Batch& batch,
                        const at::Tensor& last_hidden, RowSet rows) {
  return head.Transform(parameters, SelectRows(last_hidden, batch.rows(rows)));
}

ops::LinearRows DecoderRows(const Head& head, const ParameterSet& parameters, const at::Tensor& input) {
  const at::Tensor bias = head.bias().empty() ? at::Tensor() : parameters.Get(head.bias());
  return {input, head.Matrix(parameters), bias};
}

// The logits of a head whose rows are sequences, laid out as LogitRows says, [n, O].
at::Tensor SequenceLogits(const Head& head, const ParameterSet& parameters, const Batch& batch,
                          const at::Tensor& last_hidden, std::optional<Dropout> dropout) {
  const at::Tensor logits = head.BatchLogits(parameters, batch, last_hidden, dropout);
  if (head.spec().kind != HeadKind::kSpans) return logits;
  const at::Tensor padding = batch.valid.logical_not().unsqueeze(-1);
  return logits.masked_fill(padding, kPaddedLogit).transpose(1, 2).reshape({-1, batch.positions()});
}

// What the rows of a head are labelled with.
at::Tensor LabelsOf(HeadKind head, const Batch& batch, const at::Tensor& rows) {
  switch (head) {
    case HeadKind::kVocabulary:
      return batch.labels.reshape({-1}).index_select(0, rows);
    case HeadKind::kClasses:
      return batch.classes;
    case HeadKind::kSpans:
      return batch.spans.reshape({-1});
    case HeadKind::kScore:
      break;
  }
  return at::full_like(batch.classes, kNoLabel);
}

// The part of RunRowHead for a head whose rows are sequences.
absl::StatusOr<RowHeadResult> RunSequenceHead(const Head& head, const ParameterSet& parameters, const Batch& batch,
                                              const at::Tensor& last_hidden, const Objective& objective,
                                              const RowGroup& group, const LogitChunks& teacher,
                                              absl::Span<const double> scales, std::optional<Dropout> dropout) {
  RowHeadResult result;
  result.root = SequenceLogits(head, parameters, batch, last_hidden, dropout);
  result.sums.assign(objective.terms().size(), at::zeros({}, result.root.options().dtype(at::kDouble)));
  at::NoGradGuard no_grad;
  Chunk chunk{result.root.detach(), {}, LabelsOf(group.rows.head, batch, {}), {}, group.rows.rows};
  if (group.rows.head == HeadKind::kScore) chunk.scores = batch.scores;
  if (!teacher.empty()) chunk.teacher = teacher.front();
  RETORT_ASSIGN_OR_RETURN(result.root_gradient,
                          RunChunk(objective, group, scales, NoFusion(objective), chunk, &result.sums));
  return result;
}

}  // namespace

LogitChunks TeacherLogits(const Encoder& teacher, const ParameterSet& parameters, const Batch& batch,
                          const at::Tensor& last_hidden, HeadRows rows, int64_t chunk_rows) {
  at::NoGradGuard no_grad;
  const Head head = teacher.head(rows.head);
  if (rows.head != HeadKind::kVocabulary) return {SequenceLogits(head, parameters, batch, last_hidden, std::nullopt)};
  const at::Tensor input = DecoderInput(head, parameters, batch, last_hidden, rows.rows);
  const Decoder decoder(head, parameters);
  LogitChunks chunks;
  for (int64_t begin = 0; begin < input.size(0); begin += chunk_rows) {
    const int64_t count = std::min(chunk_rows, input.size(0) - begin);
    chunks.push_back(decoder.Logits(decoder.WideLogits(input.narrow(0, begin, count))));
  }
  return chunks;
}

ops::LinearRows TeacherDecoderRows(const Encoder& teacher, const ParameterSet& parameters, const Batch& batch,
                                   const at::Tensor& last_hidden, RowSet rows) {
  at::NoGradGuard no_grad;
  const Head head = teacher.head(HeadKind::kVocabulary);
  return DecoderRows(head, parameters, DecoderInput(head, parameters, batch, last_hidden, rows));
}

RowHeadResult RunGramHead(const Encoder& student, const ParameterSet& parameters, const Batch& batch,
                          const at::Tensor& last_hidden, const Objective& objective, const RowGroup& group,
                          const ops::LinearRows& teacher, absl::Span<const double> scales) {
  const Head head = student.head(HeadKind::kVocabulary);
  RowHeadResult result;
  result.root = DecoderInput(head, parameters, batch, last_hidden, group.rows.rows);

  at::NoGradGuard no_grad;
  const auto factor = [&](size_t term) { return objective.terms()[term].row->fused()->mse; };
  double scale = 0;
  for (size_t term : group.terms) scale += scales[term] * factor(term);
  const ops::GramError error =
      ops::GramErrorGradient(DecoderRows(head, parameters, result.root.detach()), teacher, scale);
  result.root_gradient = error.input_gradient.to(result.root.scalar_type());
  head.AddMatrixGradient(error.matrix_gradient_left, error.matrix_gradient_right, parameters);
  if (!head.bias().empty()) parameters.Gradient(head.bias()).add_(error.bias_gradient);
  result.sums.assign(objective.terms().size(), at::zeros_like(error.sum));
  for (size_t term : group.terms) result.sums[term] = error.sum * factor(term);
  return result;
}

absl::StatusOr<RowHeadResult> RunRowHead(const Encoder& student, const ParameterSet& parameters, const Batch& batch,
                                         const at::Tensor& last_hidden, const Objective& objective,
                                         const RowGroup& group, const LogitChunks& teacher,
                                         absl::Span<const double> scales, int64_t chunk_rows,
                                         std::optional<Dropout> dropout) {
  const Head head = student.head(group.rows.head);
  if (group.rows.head != HeadKind::kVocabulary) {
    return RunSequenceHead(head, parameters, batch, last_hidden, objective, group, teacher, scales, dropout);
  }
  const at::Tensor row_indices = batch.rows(group.rows.rows);
  RowHeadResult result;
  result.root = DecoderInput(head, parameters, batch, last_hidden, group.rows.rows);
  result.sums.assign(objective.terms().size(), at::zeros({}, result.root.options().dtype(at::kDouble)));

  at::NoGradGuard no_grad;
  const Fusion fusion = FuseTerms(objective, group, scales);
  const at::Tensor input = result.root.detach();
  const Decoder decoder(head, parameters);
  const at::Tensor labels = LabelsOf(group.rows.head, batch, row_indices);
  result.root_gradient = at::zeros(input.sizes(), input.options());
  for (int64_t begin = 0; begin < input.size(0); begin += chunk_rows) {
    const int64_t count = std::min(chunk_rows, input.size(0) - begin);
    const at::Tensor chunk_input = input.narrow(0, begin, count);
    const at::Tensor wide = decoder.WideLogits(chunk_input);
    Chunk chunk{decoder.Logits(wide), {}, labels.narrow(0, begin, count), {}, group.rows.rows};
    if (!teacher.empty()) chunk.teacher = teacher[begin / chunk_rows];
    chunk.labelled = at::ne(chunk.labels, kNoLabel);
    if (chunk.rows == RowSet::kReal) chunk.labelled_places = PlacesIn(batch.labelled_places, begin, count);
    RETORT_ASSIGN_OR_RETURN(const at::Tensor gradient, RunChunk(objective, group, scales, fusion, chunk, &result.sums));
    result.root_gradient.narrow(0, begin, count)
        .copy_(ops::MatMul(decoder.WideGradient(gradient, wide), decoder.matrix));
    AddDecoderGradient(head, gradient, chunk_input, parameters);
  }
  return result;
}

}  // namespace retort
