#include "framework/testing/loss_conformance.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/isfinite.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/ops/row_loss/row_loss.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/host_reads.h"
#include "framework/testing/loss_conformance_inputs.h"
#include "torch/csrc/autograd/autograd.h"

namespace retort::testing {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Sums of this size come from some hundred terms of float32: 2^-24 each, taken generously.
constexpr double kFloat32Tolerance = 1e-5;
constexpr double kFloat64Tolerance = 1e-11;

absl::Status Broken(const std::string& what) { return absl::FailedPreconditionError(what); }

bool IsNear(double got, double wanted, double tolerance) {
  return std::abs(got - wanted) <= tolerance * (1 + std::abs(wanted));
}

bool IsFinite(const std::vector<at::Tensor>& gradients) {
  for (const at::Tensor& gradient : gradients) {
    if (gradient.defined() && !gradient.isfinite().all().item<bool>()) return false;
  }
  return true;
}

bool AreEqual(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].defined() != b[i].defined() || (a[i].defined() && !a[i].equal(b[i]))) return false;
  }
  return true;
}

// What was NaN left the value alone and the gradient finite.
absl::Status ExpectNoLeak(const LossTerm& term, const LossTermInputs& clean, const LossTermInputs& poisoned,
                          const std::string& where) {
  RETORT_ASSIGN_OR_RETURN(const double wanted, ValueOf(term, clean));
  RETORT_ASSIGN_OR_RETURN(const Evaluation got, Evaluate(term, poisoned));
  if (!IsNear(got.value, wanted, kFloat64Tolerance)) {
    return Broken(absl::StrCat("NaN in ", where, ": want a sum of ", wanted, " as without, got ", got.value));
  }
  if (!IsFinite(got.student) || !IsFinite(got.parameters)) {
    return Broken(absl::StrCat("NaN in ", where, ": want a finite gradient, got NaN or infinity"));
  }
  return absl::OkStatus();
}

absl::Status IsDeterministic(const LossTerm& term) {
  const LossTermInputs inputs = MakeLossTermInputs(term, at::kFloat);
  RETORT_ASSIGN_OR_RETURN(const Evaluation first, Evaluate(term, inputs));
  RETORT_ASSIGN_OR_RETURN(const Evaluation again, Evaluate(term, inputs));
  if (first.value != again.value) {
    return Broken(absl::StrCat("want the same sum for the same inputs, got ", first.value, " and ", again.value));
  }
  if (!AreEqual(first.student, again.student) || !AreEqual(first.parameters, again.parameters)) {
    return Broken("want the same gradient for the same inputs, got two");
  }
  return absl::OkStatus();
}

absl::Status AddsUpOverAnySplit(const LossTerm& term) {
  const LossTermInputs whole = MakeLossTermInputs(term);
  const int64_t sequences = static_cast<int64_t>(ConformanceStep().sequences.size());
  RETORT_ASSIGN_OR_RETURN(const double sum, ValueOf(term, whole));
  const double count = term.Count(ConformanceStep().Masks(0, sequences));
  if (!(count > 0)) return Broken(absl::StrCat("want a count > 0 for the whole step, got ", count));
  for (int64_t cuts = 1; cuts < (int64_t{1} << (sequences - 1)); ++cuts) {  // Bit b: a cut after sequence b.
    double sum_of_parts = 0, count_of_parts = 0;
    std::string parts;
    for (int64_t begin = 0, end = 1; end <= sequences; ++end) {
      if (end < sequences && (cuts >> (end - 1)) % 2 == 0) continue;
      RETORT_ASSIGN_OR_RETURN(const double part, ValueOf(term, SliceInputs(term, whole, begin, end)));
      sum_of_parts += part;
      count_of_parts += term.Count(ConformanceStep().Masks(begin, end));
      absl::StrAppend(&parts, parts.empty() ? "" : "+", end - begin);
      begin = end;
    }
    if (!IsNear(sum_of_parts, sum, kFloat64Tolerance)) {
      return Broken(absl::StrCat("sequences cut ", parts, ": want sums that add up to ", sum, ", got ", sum_of_parts));
    }
    if (!IsNear(count_of_parts, count, kFloat64Tolerance)) {
      return Broken(
          absl::StrCat("sequences cut ", parts, ": want counts that add up to ", count, ", got ", count_of_parts));
    }
  }
  return absl::OkStatus();
}

absl::Status PaddingDoesNotLeak(const LossTerm& term) {
  const LossTermInputs clean = MakeLossTermInputs(term);
  LossTermInputs poisoned = clean;
  const at::Tensor padding = clean.batch.valid.logical_not();
  auto poison = [&](const at::Tensor& values, const auto& view) { return values.masked_fill(view(padding), kNan); };
  Replace(poison, &poisoned.student);
  Replace(poison, &poisoned.teacher);
  return ExpectNoLeak(term, clean, poisoned, "padding");
}

// [B, S] for hidden states and attention, [n] for rows of logits: no gradient arrives there.
at::Tensor WithoutGradient(const LossTermInputs& inputs, const Evaluation& evaluation) {
  const bool rows = inputs.rows.student.defined();
  at::Tensor moved = rows ? at::zeros({inputs.rows.student.size(0)}, at::kBool) : at::zeros_like(inputs.batch.valid);
  for (const at::Tensor& gradient : evaluation.student) {
    if (!gradient.defined()) continue;
    at::Tensor here = gradient.ne(0).any(-1);
    if (here.dim() == 3) here = here.any(1);  // Any head.
    moved = moved.logical_or(here);
  }
  if (rows) return moved.logical_not();
  // A sequence of one position is read though it moves nothing: its attention is 1.
  return moved.logical_not().logical_and(inputs.batch.valid.sum(1, true).gt(1));
}

// LossTermInputs with other values where `mask` holds: NaN, or random ones for a seed.
LossTermInputs Changed(const LossTermInputs& inputs, const at::Tensor& mask, uint64_t seed, bool nan) {
  LossTermInputs changed = inputs;
  auto change = [&](const at::Tensor& values, const auto& view) {
    const at::Tensor others = nan ? at::full_like(values, kNan) : RandomTensor(values.sizes().vec(), ++seed) * 3;
    return at::where(view(mask), others, values);
  };
  Replace(change, &changed.student);
  Replace(change, &changed.teacher);
  auto row = [](const at::Tensor& rows) { return rows.unsqueeze(-1); };
  if (inputs.rows.student.defined()) {
    changed.rows.student = change(inputs.rows.student, row);
    changed.rows.teacher = change(inputs.rows.teacher, row);
  }
  return changed;
}

absl::Status UnreadRowsDoNotLeak(const LossTerm& term) {
  const LossTermInputs clean = MakeLossTermInputs(term);
  RETORT_ASSIGN_OR_RETURN(const Evaluation evaluation, Evaluate(term, clean));
  const at::Tensor unread = WithoutGradient(clean, evaluation);
  // A row whose gradient happens to be 0 is read: other values in it show.
  for (uint64_t seed : {1000, 2000}) {
    RETORT_ASSIGN_OR_RETURN(const double value, ValueOf(term, Changed(clean, unread, seed, false)));
    if (value != evaluation.value) return absl::OkStatus();
  }
  return ExpectNoLeak(term, clean, Changed(clean, unread, 0, true), "rows that the term does not read");
}

absl::Status GradientStaysWithTheStudent(const LossTerm& term) {
  LossTermInputs inputs = MakeLossTermInputs(term);
  const std::vector<at::Tensor> teacher = MakeLeaves(&inputs.teacher, &inputs.rows.teacher);
  RETORT_ASSIGN_OR_RETURN(const Evaluation evaluation, Evaluate(term, inputs));
  for (const at::Tensor& leaf : teacher) {
    if (leaf.grad().defined()) return Broken("want no gradient to the teacher, got one");
  }
  double moved = 0;
  for (const at::Tensor& gradient : evaluation.student) {
    if (gradient.defined()) moved += gradient.abs().sum().item<double>();
  }
  if (!(moved > 0) || !IsFinite(evaluation.student)) {
    return Broken(absl::StrCat("want a finite gradient to the student that is not 0, got one of size ", moved));
  }
  for (const at::Tensor& gradient : evaluation.parameters) {
    if (!gradient.defined()) return Broken("want a gradient to each parameter of the term, got none");
  }
  if (!IsFinite(evaluation.parameters)) return Broken("want a finite gradient to the term's parameters");
  return absl::OkStatus();
}

absl::Status AgreesInFloat32AndBfloat16(const LossTerm& term) {
  for (at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    RETORT_ASSIGN_OR_RETURN(const double wanted, ValueOf(term, MakeLossTermInputs(term, at::kDouble, type)));
    RETORT_ASSIGN_OR_RETURN(const at::Tensor got, SumOf(term, MakeLossTermInputs(term, type, type)));
    const std::string name = c10::toString(type);
    if (got.scalar_type() != at::kFloat) {
      return Broken(absl::StrCat(name, " inputs: want a float32 sum, got ", c10::toString(got.scalar_type())));
    }
    if (!IsNear(got.item<double>(), wanted, kFloat32Tolerance)) {
      return Broken(absl::StrCat(name, " inputs: want ", wanted, " as in float64 within ", kFloat32Tolerance, ", got ",
                                 got.item<double>()));
    }
  }
  return absl::OkStatus();
}

absl::Status AsksForNoValues(const LossTerm& term) {
  LossTermInputs inputs = MakeLossTermInputs(term, at::kFloat);
  MakeLeaves(&inputs.student, &inputs.rows.student);
  const HostReads reads;
  RETORT_ASSIGN_OR_RETURN(const at::Tensor sum, SumOf(term, inputs));
  if (sum.requires_grad()) torch::autograd::backward({sum});
  if (reads.operations().empty()) return absl::OkStatus();
  return Broken(absl::StrCat("want no operation that waits for values, got ", absl::StrJoin(reads.operations(), ", "),
                             "; rows are chosen without by batch.real_rows, batch.labelled_rows and at::where"));
}

absl::Status FusedFormAgrees(const LossTerm& term) {
  const RowLossTerm* row_term = AsRowTerm(term);
  if (row_term == nullptr || !row_term->fused()) return absl::OkStatus();
  const FusedRowLoss fused = *row_term->fused();
  const LossTermInputs inputs = MakeLossTermInputs(term);
  RETORT_ASSIGN_OR_RETURN(const Evaluation plain, Evaluate(term, inputs));
  at::Tensor gradient = inputs.rows.student.clone();
  const ops::RowLossSums sums = ops::RowLossGradient({fused.kl, fused.temperature, fused.ce, fused.mse}, gradient,
                                                     inputs.rows.teacher, inputs.rows.labels, {}, gradient.size(1));
  const double value = (fused.kl * sums.kl + fused.ce * sums.ce + fused.mse * sums.mse).item<double>();
  if (!IsNear(value, plain.value, kFloat64Tolerance)) {
    return Broken(absl::StrCat("want the fused kernel to give ", plain.value, ", got ", value));
  }
  const at::Tensor difference = gradient - plain.student.back();
  if (!(difference.abs().max().item<double>() < kFloat64Tolerance)) {
    return Broken(absl::StrCat("want the fused kernel's gradient to agree, got differences of up to ",
                               difference.abs().max().item<double>()));
  }
  return absl::OkStatus();
}

}  // namespace

const EncoderConfig& ConformanceStudent() {
  static const auto* config = new EncoderConfig(SmallEncoder(6));
  return *config;
}

const EncoderConfig& ConformanceTeacher() {
  static const auto* config = new EncoderConfig(SmallEncoder(12));
  return *config;
}

const std::vector<LossContract>& LossContracts() {
  static const auto* contracts = new std::vector<LossContract>{
      {"IsDeterministic", IsDeterministic},
      {"AddsUpOverAnySplit", AddsUpOverAnySplit},
      {"PaddingDoesNotLeak", PaddingDoesNotLeak},
      {"UnreadRowsDoNotLeak", UnreadRowsDoNotLeak},
      {"GradientStaysWithTheStudent", GradientStaysWithTheStudent},
      {"AgreesInFloat32AndBfloat16", AgreesInFloat32AndBfloat16},
      {"AsksForNoValues", AsksForNoValues},
      {"FusedFormAgrees", FusedFormAgrees},
  };
  return *contracts;
}

}  // namespace retort::testing
