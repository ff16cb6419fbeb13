#include "framework/testing/loss_conformance_inputs.h"

#include <utility>

#include "ATen/TensorOperators.h"
#include "framework/base/status_macros.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/loss_conformance.h"

namespace retort::testing {
namespace {

std::vector<at::Tensor> MakeParameterLeaves(std::map<std::string, at::Tensor>* parameters) {
  std::vector<at::Tensor> leaves;
  for (auto& [name, values] : *parameters) {
    values = values.detach().clone().set_requires_grad(true);
    leaves.push_back(values);
  }
  return leaves;
}

}  // namespace

const StepBatch& ConformanceStep() {
  static const auto* step = new StepBatch(RandomStepBatch({9, 9, 6, 3, 1}, 3));
  return *step;
}

const RowLossTerm* AsRowTerm(const LossTerm& term) { return dynamic_cast<const RowLossTerm*>(&term); }

// LossTermInputs that `round` can hold, in type `type`.
LossTermInputs MakeLossTermInputs(const LossTerm& term, at::ScalarType type, at::ScalarType round) {
  auto converted = [&](const at::Tensor& values) { return values.to(round).to(type); };
  auto convert = [&](ModelOutputs* outputs) {
    for (auto& [layer, hidden] : outputs->hidden) hidden = converted(hidden);
    for (auto& [layer, state] : outputs->attention) {
      state = AttentionState(converted(state.query()), converted(state.key()), converted(state.value()), state.valid(),
                             state.causal());
    }
  };
  LossTermInputs inputs;
  inputs.batch = WholeBatch(ConformanceStep());
  inputs.student = RandomOutputs(ConformanceStudent(), inputs.batch, term.student(), 1);
  inputs.teacher = RandomOutputs(ConformanceTeacher(), inputs.batch, term.teacher(), 2);
  convert(&inputs.student);
  convert(&inputs.teacher);
  if (const RowLossTerm* row_term = AsRowTerm(term)) {
    inputs.rows = RandomLogitRows(inputs.batch, row_term->rows(), ConformanceStudent().vocabulary_size, 4);
    inputs.rows.student = converted(inputs.rows.student);
    inputs.rows.teacher = converted(inputs.rows.teacher);
  }
  for (const ParameterSpec& spec : term.parameters()) {
    inputs.parameters[spec.name] = converted(RandomTensor(spec.shape, 77 + inputs.parameters.size()));
  }
  return inputs;
}

LossTermInputs SliceInputs(const LossTerm& term, const LossTermInputs& whole, int64_t begin, int64_t end) {
  LossTermInputs slice;
  slice.batch = ConformanceStep().Slice(begin, end, at::kCPU);
  slice.student = SliceOutputs(whole.student, begin, end);
  slice.teacher = SliceOutputs(whole.teacher, begin, end);
  slice.parameters = whole.parameters;
  const RowLossTerm* row_term = AsRowTerm(term);
  if (row_term == nullptr) return slice;
  const int64_t first = begin == 0 ? 0 : ConformanceStep().Masks(0, begin).Rows(row_term->rows());
  const int64_t count = slice.batch.masks.Rows(row_term->rows());
  slice.rows = {whole.rows.student.narrow(0, first, count), whole.rows.teacher.narrow(0, first, count),
                whole.rows.labels.narrow(0, first, count)};
  return slice;
}

absl::StatusOr<at::Tensor> SumOf(const LossTerm& term, const LossTermInputs& inputs) {
  if (const RowLossTerm* row_term = AsRowTerm(term)) return row_term->SumRows(inputs.rows);
  return dynamic_cast<const TensorLossTerm&>(term).Sum(
      {inputs.batch, inputs.student, &inputs.teacher, inputs.parameters});
}

absl::StatusOr<double> ValueOf(const LossTerm& term, const LossTermInputs& inputs) {
  RETORT_ASSIGN_OR_RETURN(const at::Tensor sum, SumOf(term, inputs));
  return sum.item<double>();
}

std::vector<at::Tensor> MakeLeaves(ModelOutputs* outputs, at::Tensor* logits) {
  std::vector<at::Tensor> leaves;
  auto leaf = [&](const at::Tensor& values) {
    leaves.push_back(values.detach().clone().set_requires_grad(true));
    return leaves.back();
  };
  Replace([&](const at::Tensor& values, const auto&) { return leaf(values); }, outputs);
  if (logits->defined()) *logits = leaf(*logits);
  return leaves;
}

absl::StatusOr<Evaluation> Evaluate(const LossTerm& term, LossTermInputs inputs) {
  const std::vector<at::Tensor> student = MakeLeaves(&inputs.student, &inputs.rows.student);
  const std::vector<at::Tensor> parameters = MakeParameterLeaves(&inputs.parameters);
  RETORT_ASSIGN_OR_RETURN(const at::Tensor sum, SumOf(term, inputs));
  if (sum.requires_grad()) sum.backward();
  Evaluation evaluation;
  evaluation.value = sum.item<double>();
  for (const at::Tensor& leaf : student) evaluation.student.push_back(leaf.grad());
  for (const at::Tensor& leaf : parameters) evaluation.parameters.push_back(leaf.grad());
  return evaluation;
}

}  // namespace retort::testing
