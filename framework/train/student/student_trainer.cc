#include "framework/train/student/student_trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/clamp_max.h"
#include "ATen/ops/isfinite.h"
#include "ATen/ops/logical_and.h"
#include "ATen/ops/lt.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/stack.h"
#include "ATen/ops/where.h"
#include "ATen/ops/zeros.h"
#include "ATen/ops/zeros_like.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/config/frozen.h"
#include "framework/train/phases/phases.h"
#include "framework/train/student/schedule.h"
#include "glog/logging.h"
#include "torch/csrc/autograd/autograd.h"

namespace retort {
namespace {

bool IsFrozen(const Stage& stage, const char* word) {
  return std::find(stage.freeze().begin(), stage.freeze().end(), word) != stage.freeze().end();
}

// The parameters whose names begin so.
std::set<std::string> NamesWith(const std::string& prefix, const std::vector<ParameterSpec>& specs) {
  std::set<std::string> names;
  for (const ParameterSpec& spec : specs) {
    if (absl::StartsWith(spec.name, prefix)) names.insert(spec.name);
  }
  return names;
}

absl::StatusOr<std::vector<ops::AdamWSegment>> MakeSegments(const ParameterSet& parameters, const Stage& stage) {
  RETORT_ASSIGN_OR_RETURN(const std::set<std::string> frozen, FrozenParameters(stage, parameters.specs()));
  std::vector<ops::AdamWSegment> segments;
  for (const ParameterSpec& spec : parameters.specs()) {
    ops::AdamWSegment segment;
    segment.offset = parameters.Offset(spec.name);
    segment.size = spec.size();
    segment.decay = spec.kind == ParameterKind::kWeight;
    segment.trainable = frozen.count(spec.name) == 0;
    segments.push_back(segment);
  }
  return segments;
}

ops::AdamWOptions OptionsOf(const AdamW& config, int64_t step, double learning_rate) {
  ops::AdamWOptions options;
  options.learning_rate = learning_rate;
  options.beta1 = config.beta1();
  options.beta2 = config.beta2();
  options.epsilon = config.epsilon();
  options.weight_decay = config.weight_decay();
  options.step = step;
  options.bias_correction = config.bias_correction();
  return options;
}

}  // namespace

absl::StatusOr<std::set<std::string>> FrozenParameters(const Stage& stage, const std::vector<ParameterSpec>& specs) {
  std::set<std::string> frozen;
  for (const std::string& word : stage.freeze()) {
    const std::vector<std::string> prefixes = FrozenPrefixes(word);
    bool all = !prefixes.empty();
    for (const std::string& prefix : prefixes) {
      const std::set<std::string> names = NamesWith(prefix, specs);
      all = all && !names.empty();
      if (word != kPaddingEmbedding) frozen.insert(names.begin(), names.end());
    }
    if (all) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("freeze: want ", kFreezeWords, " of this student, got \"", word, "\""));
  }
  return frozen;
}

absl::StatusOr<std::unique_ptr<StudentTrainer>> StudentTrainer::Create(const Encoder& encoder, Objective objective,
                                                                       const ParameterSet& initial,
                                                                       StudentOptions options) {
  RETORT_ASSIGN_OR_RETURN(std::vector<ops::AdamWSegment> segments, MakeSegments(initial, options.stage));
  std::unique_ptr<StudentTrainer> student(
      new StudentTrainer(encoder, std::move(objective), initial, std::move(options)));
  student->segments_ = std::move(segments);
  return student;
}

StudentTrainer::StudentTrainer(const Encoder& encoder, Objective objective, const ParameterSet& initial,
                               StudentOptions options)
    : encoder_(encoder),
      objective_(std::move(objective)),
      options_(std::move(options)),
      demands_(objective_.student()),
      master_(initial.To(at::kFloat, options_.device)),
      has_working_copy_(options_.precision == at::kBFloat16),
      freeze_padding_(IsFrozen(options_.stage, kPaddingEmbedding)),
      first_moment_(at::zeros_like(master_.flat())),
      second_moment_(at::zeros_like(master_.flat())),
      all_finite_(at::ones({}, master_.flat().options().dtype(at::kBool))) {
  if (has_working_copy_) working_ = master_.To(options_.precision, options_.device);
  (has_working_copy_ ? working_ : master_).EnableGradients();
  for (const ObjectiveTerm& term : objective_.terms()) {
    std::map<std::string, at::Tensor>& parameters = term_parameters_.emplace_back();
    for (const ParameterSpec& spec : term.term->parameters()) {
      parameters[spec.name] = working().Get(LossParameterName(term.name, spec.name));
    }
  }
}

void StudentTrainer::StartStep(absl::Span<const BatchMasks> micro_batches) {
  RECORD_USER_SCOPE(kOptimizerPhase);
  counts_.clear();
  total_counts_.assign(objective_.terms().size(), 0);
  for (const BatchMasks& masks : micro_batches) {
    counts_.push_back(objective_.Counts(masks));
    for (size_t i = 0; i < total_counts_.size(); ++i) total_counts_[i] += counts_.back()[i];
  }
  sums_.assign(objective_.terms().size(), at::zeros({}, master_.flat().options().dtype(at::kDouble)));
  at::Tensor gradient = working().flat_gradient();
  gradient.zero_();
}

double StudentTrainer::Scale(size_t term, int micro_batch) const {
  const double weight = objective_.terms()[term].weight;
  if (options_.stage.normalization() == PER_MICRO_BATCH) {
    const double count = counts_[micro_batch][term];
    return count == 0 ? 0 : weight / (count * static_cast<double>(counts_.size()));
  }
  return total_counts_[term] == 0 ? 0 : weight / total_counts_[term];
}

absl::StatusOr<RowHeadResult> StudentTrainer::RunGroup(const RowGroup& group, const Batch& batch,
                                                       const ModelOutputs& outputs, const TeacherOutputs* teacher,
                                                       absl::Span<const double> scales) const {
  static const LogitChunks no_logits;
  CHECK(!group.reads_teacher || teacher != nullptr);
  const at::Tensor& last = outputs.hidden.at(encoder_.config().depth());
  if (group.gram) {
    return RunGramHead(encoder_, working(), batch, last, objective_, group, teacher->decoder_rows.at(group.rows.rows),
                       scales);
  }
  return RunRowHead(encoder_, working(), batch, last, objective_, group,
                    group.reads_teacher ? teacher->logits.at(group.rows) : no_logits, scales,
                    options_.stage.row_chunk(), Dropout{options_.seed});
}

absl::Status StudentTrainer::AddRowTerms(const Batch& batch, const ModelOutputs& outputs, const TeacherOutputs* teacher,
                                         absl::Span<const double> scales, std::vector<at::Tensor>* roots,
                                         std::vector<at::Tensor>* gradients) {
  for (const RowGroup& group : objective_.row_groups()) {
    if (batch.masks.Rows(group.rows.rows) == 0) continue;
    RETORT_ASSIGN_OR_RETURN(const RowHeadResult head, RunGroup(group, batch, outputs, teacher, scales));
    roots->push_back(head.root);
    gradients->push_back(head.root_gradient);
    for (size_t i : group.terms) sums_[i] = sums_[i] + head.sums[i];
  }
  return absl::OkStatus();
}

absl::Status StudentTrainer::AddTensorTerms(const Batch& batch, int micro_batch, const ModelOutputs& outputs,
                                            const TeacherOutputs* teacher, absl::Span<const double> scales,
                                            std::vector<at::Tensor>* roots, std::vector<at::Tensor>* gradients) {
  for (size_t i = 0; i < objective_.terms().size(); ++i) {
    const ObjectiveTerm& term = objective_.terms()[i];
    if (term.tensor == nullptr || counts_[micro_batch][i] == 0) continue;
    RETORT_ASSIGN_OR_RETURN(
        const at::Tensor sum,
        term.tensor->Sum({batch, outputs, teacher == nullptr ? nullptr : &teacher->model, term_parameters_[i]}));
    sums_[i] = sums_[i] + sum.detach().to(at::kDouble);
    if (!sum.requires_grad()) continue;
    roots->push_back(sum * scales[i]);
    gradients->push_back(at::Tensor());
  }
  return absl::OkStatus();
}

absl::Status StudentTrainer::AddGradient(const Batch& batch, int micro_batch, const TeacherOutputs* teacher) {
  at::AutoGradMode with_gradient(true);
  const ModelOutputs outputs = InPhase(kForwardPhase, [&] {
    return encoder_.Forward(working(), batch, demands_, Dropout{options_.seed}, freeze_padding_);
  });
  std::vector<double> scales;
  for (size_t i = 0; i < objective_.terms().size(); ++i) scales.push_back(Scale(i, micro_batch));

  std::vector<at::Tensor> roots, gradients;
  RETORT_RETURN_IF_ERROR(InPhase(kLossPhase, [&]() -> absl::Status {
    RETORT_RETURN_IF_ERROR(AddRowTerms(batch, outputs, teacher, scales, &roots, &gradients));
    return AddTensorTerms(batch, micro_batch, outputs, teacher, scales, &roots, &gradients);
  }));
  if (!roots.empty()) InPhase(kBackwardPhase, [&] { torch::autograd::backward(roots, gradients); });
  return absl::OkStatus();
}

void StudentTrainer::SumOverRanks(Collective* ranks) {
  if (ranks->size() == 1) return;
  at::Tensor gradient = working().flat_gradient();
  ranks->Sum(&gradient);
  at::Tensor sums = at::stack(sums_);
  ranks->Sum(&sums);
  for (size_t i = 0; i < sums_.size(); ++i) sums_[i] = sums[static_cast<int64_t>(i)];
}

at::Tensor StudentTrainer::ClipFactors(const at::Tensor& norm) const {
  constexpr double kAdded = 1e-6;  // To the norm of a tensor that is clipped by itself, as by torch's clip_grad_norm_.
  const Stage& stage = options_.stage;
  const auto segments = static_cast<int64_t>(segments_.size());
  if (stage.clip_tensor_norm() > 0) {
    const at::Tensor norms = ops::SegmentNorms(segments_, working().flat_gradient());
    return at::clamp_max(stage.clip_tensor_norm() / (norms + kAdded), 1);
  }
  if (stage.clip_norm() > 0) return at::clamp_max(stage.clip_norm() / norm, 1).expand({segments});
  return at::ones({segments}, norm.options());
}

void StudentTrainer::Update(int64_t step) {
  RECORD_USER_SCOPE(kOptimizerPhase);
  at::NoGradGuard no_grad;
  const at::Tensor norm = ops::GradientNorm(segments_, working().flat_gradient());
  const at::Tensor factors = ClipFactors(norm);
  std::vector<at::Tensor> values = sums_;
  values.push_back(norm);
  values.push_back(at::lt(factors, 1).any().to(at::kDouble));

  const Stage& stage = options_.stage;
  LaunchedUpdate launched;
  launched.result.step = step;
  launched.result.counts = total_counts_;
  launched.result.learning_rate = stage.adamw().learning_rate() * ScheduleFactor(stage, step - 1, options_.total_steps);
  launched.values = at::stack(values);
  all_finite_ = at::logical_and(all_finite_, at::isfinite(launched.values).all());

  const at::Tensor taken = at::where(all_finite_, factors, std::numeric_limits<double>::quiet_NaN());
  ops::AdamW(OptionsOf(stage.adamw(), step, launched.result.learning_rate), segments_, taken.to(at::kFloat),
             master_.flat(), working().flat_gradient(), first_moment_, second_moment_,
             has_working_copy_ ? working_.flat() : at::Tensor());
  launched_.push_back(std::move(launched));
}

UpdateResult StudentTrainer::ResultOf(const LaunchedUpdate& launched, const at::Tensor& values) const {
  UpdateResult result = launched.result;
  const double* value = values.const_data_ptr<double>();
  for (size_t i = 0; i < result.counts.size(); ++i) {
    result.values.push_back(result.counts[i] == 0 ? 0 : *value / result.counts[i]);
    result.loss += objective_.terms()[i].weight * result.values.back();
    ++value;
  }
  result.gradient_norm = *value++;
  result.clipped = *value != 0;
  return result;
}

absl::Status StudentTrainer::CheckFinite(const UpdateResult& result) const {
  for (size_t i = 0; i < result.values.size(); ++i) {
    if (std::isfinite(result.values[i])) continue;
    return absl::AbortedError(absl::StrCat("step ", result.step, ": loss \"", objective_.terms()[i].name,
                                           "\": want a finite value, got ", result.values[i]));
  }
  if (std::isfinite(result.gradient_norm)) return absl::OkStatus();
  return absl::AbortedError(
      absl::StrCat("step ", result.step, ": norm of the gradient: want a finite value, got ", result.gradient_norm));
}

UpdateResults StudentTrainer::FetchResults() {
  RECORD_USER_SCOPE(kOptimizerPhase);
  UpdateResults results;
  if (launched_.empty()) return results;
  std::vector<at::Tensor> values;
  for (const LaunchedUpdate& launched : launched_) values.push_back(launched.values);
  const at::Tensor on_host = at::stack(values).to(at::kCPU);
  for (size_t i = 0; i < launched_.size() && results.status.ok(); ++i) {
    UpdateResult result = ResultOf(launched_[i], on_host[static_cast<int64_t>(i)]);
    results.status = CheckFinite(result);
    if (results.status.ok()) results.steps.push_back(std::move(result));
  }
  launched_.clear();
  return results;
}

void StudentTrainer::Restore(const OptimizerState& state) {
  at::NoGradGuard no_grad;
  launched_.clear();
  all_finite_.fill_(true);
  at::Tensor flat = master_.flat();
  flat.copy_(state.parameters);
  first_moment_.copy_(state.first_moment);
  second_moment_.copy_(state.second_moment);
  if (!has_working_copy_) return;
  at::Tensor working = working_.flat();
  working.copy_(flat);
}

}  // namespace retort
