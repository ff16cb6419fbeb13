#include "plugins/loss/cosine/cosine.h"

#include <utility>

#include "ATen/TensorOperators.h"
#include "absl/status/status.h"
#include "framework/base/status_macros.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(CosineLoss, CosineConfig);

constexpr double kEpsilon = 1e-12;

absl::StatusOr<std::vector<LayerPair>> Pairs(const CosineConfig& config, const LossContext& context) {
  if (config.layers() == CosineConfig::MAPPED) {
    if (!config.has_mapping()) {
      return absl::InvalidArgumentError("CosineConfig.mapping: want a mapping for layers: MAPPED, got none");
    }
    return MapContextLayers(context, config.mapping().plugin(), "CosineConfig.mapping");
  }
  if (config.has_mapping()) {
    return absl::InvalidArgumentError("CosineConfig.mapping: want none for layers: LAST, got one; say layers: MAPPED");
  }
  LayerPair last;
  last.student = context.student.depth();
  last.teacher = context.teacher->depth();
  return std::vector<LayerPair>{last};
}

}  // namespace

at::Tensor CosineSum(const at::Tensor& student, const at::Tensor& teacher) {
  const at::Tensor target = teacher.detach();
  const at::Tensor product = (student * target).sum(-1);
  const at::Tensor norms = ((student * student).sum(-1) + kEpsilon) * ((target * target).sum(-1) + kEpsilon);
  return Total(1 - product / norms.sqrt());
}

absl::StatusOr<std::unique_ptr<LossTerm>> CosineLoss::Create(const CosineConfig& config, const LossContext& context) {
  RETORT_RETURN_IF_ERROR(RequireSameWidth(context, "CosineConfig", "; hidden_mse can project"));
  RETORT_ASSIGN_OR_RETURN(std::vector<LayerPair> pairs, Pairs(config, context));
  if (config.embeddings()) pairs.insert(pairs.begin(), LayerPair{0, 0, 1});
  return std::make_unique<CosineLoss>(std::move(pairs));
}

Capture CosineLoss::student() const { return StudentHidden(pairs_); }

Capture CosineLoss::teacher() const { return TeacherHidden(pairs_); }

double CosineLoss::Count(const BatchMasks& masks) const { return static_cast<double>(masks.Rows(RowSet::kReal)); }

absl::StatusOr<at::Tensor> CosineLoss::Sum(const LossInputs& inputs) const {
  return WeightedSum(pairs_, [&](const LayerPair& pair) {
    const at::Tensor student = RealRows(HiddenAt(inputs.student, pair.student), inputs.batch);
    const at::Tensor teacher = RealRows(HiddenAt(*inputs.teacher, pair.teacher), inputs.batch);
    return CosineSum(student, teacher);
  });
}

}  // namespace retort
