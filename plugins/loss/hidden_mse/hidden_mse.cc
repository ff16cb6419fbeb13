#include "plugins/loss/hidden_mse/hidden_mse.h"

#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/core/Reduction.h"
#include "ATen/ops/mse_loss.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/loss/term_support.h"
#include "framework/ops/matmul/matmul.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(HiddenMseLoss, HiddenMseConfig);

}  // namespace

at::Tensor HiddenMseSum(const at::Tensor& student, const at::Tensor& teacher, const at::Tensor& weight,
                        const at::Tensor& bias) {
  const at::Tensor projected = weight.defined() ? ops::Linear(student, weight, bias) : student;
  return Total(at::mse_loss(projected, teacher.detach(), at::Reduction::None));
}

absl::StatusOr<std::unique_ptr<LossTerm>> HiddenMseLoss::Create(const HiddenMseConfig& config,
                                                                const LossContext& context) {
  RETORT_RETURN_IF_ERROR(RequireTeacher(context, "HiddenMseConfig"));
  if (!config.has_mapping() && !config.embeddings()) {
    return absl::InvalidArgumentError("HiddenMseConfig: want a mapping, embeddings: true or both, got neither");
  }
  if (config.projection() == HiddenMseConfig::NONE) {
    RETORT_RETURN_IF_ERROR(
        RequireSameWidth(context, "HiddenMseConfig", "; projection: SHARED or PER_LAYER bridges them"));
    if (config.bias() && context.warnings != nullptr) {
      context.warnings->push_back("HiddenMseConfig.bias: there is no projection that could have a bias");
    }
  }
  std::vector<LayerPair> pairs;
  if (config.embeddings()) pairs.push_back(LayerPair{0, 0, 1});
  if (config.has_mapping()) {
    RETORT_ASSIGN_OR_RETURN(const std::vector<LayerPair> mapped,
                            MapContextLayers(context, config.mapping().plugin(), "HiddenMseConfig.mapping"));
    pairs.insert(pairs.end(), mapped.begin(), mapped.end());
  }
  Options options;
  options.projection = config.projection();
  options.bias = config.bias() && config.projection() != HiddenMseConfig::NONE;
  options.padding_included = config.padding() == HiddenMseConfig::INCLUDED;
  options.student_width = context.student.hidden_size;
  options.teacher_width = context.teacher->hidden_size;
  return std::make_unique<HiddenMseLoss>(std::move(pairs), options);
}

Capture HiddenMseLoss::student() const { return StudentHidden(pairs_); }

Capture HiddenMseLoss::teacher() const {
  Capture capture = TeacherHidden(pairs_);
  capture.padding = options_.padding_included;
  return capture;
}

std::string HiddenMseLoss::ParameterName(const LayerPair& pair, const char* part) const {
  if (options_.projection == HiddenMseConfig::SHARED) return absl::StrCat("projection.", part);
  return absl::StrCat("projection.", pair.student, ".", part);
}

std::vector<ParameterSpec> HiddenMseLoss::parameters() const {
  std::vector<ParameterSpec> specs;
  if (options_.projection == HiddenMseConfig::NONE) return specs;
  for (const LayerPair& pair : pairs_) {
    specs.push_back(
        {ParameterName(pair, "weight"), {options_.teacher_width, options_.student_width}, ParameterKind::kWeight});
    if (options_.bias) specs.push_back({ParameterName(pair, "bias"), {options_.teacher_width}, ParameterKind::kBias});
    if (options_.projection == HiddenMseConfig::SHARED) break;
  }
  return specs;
}

double HiddenMseLoss::Count(const BatchMasks& masks) const {
  const int64_t positions =
      options_.padding_included ? masks.sequences() * masks.padded_length : masks.Rows(RowSet::kReal);
  return static_cast<double>(positions) * static_cast<double>(options_.teacher_width);
}

at::Tensor HiddenMseLoss::Rows(const at::Tensor& hidden, const Batch& batch) const {
  if (options_.padding_included) return InLossType(hidden.reshape({-1, hidden.size(-1)}));
  return RealRows(hidden, batch);
}

absl::StatusOr<at::Tensor> HiddenMseLoss::Sum(const LossInputs& inputs) const {
  return WeightedSum(pairs_, [&](const LayerPair& pair) {
    const at::Tensor student = Rows(HiddenAt(inputs.student, pair.student), inputs.batch);
    const at::Tensor teacher = Rows(HiddenAt(*inputs.teacher, pair.teacher), inputs.batch);
    at::Tensor weight, bias;
    if (options_.projection != HiddenMseConfig::NONE) {
      weight = inputs.parameters.at(ParameterName(pair, "weight")).to(student.scalar_type());
      if (options_.bias) bias = inputs.parameters.at(ParameterName(pair, "bias")).to(student.scalar_type());
    }
    return HiddenMseSum(student, teacher, weight, bias);
  });
}

}  // namespace retort
