#include "framework/ops/score_kl/score_kl.h"

#include "framework/ops/score_kl/score_kl_host.h"
#include "framework/ops/score_kl/score_kl_reference.h"

namespace retort::ops {

at::Tensor ScoreKl(const QueryKey& student, const QueryKey& teacher, const at::Tensor& valid, bool causal) {
  if (!student.query.device().is_cpu()) return ScoreKlReference(student, teacher, valid, causal);
  return DifferentiableLoss(student, [&](const QueryKey& heads, bool with_gradient) {
    return ScoreKlOnHost(heads, teacher, valid, causal, with_gradient);
  });
}

}  // namespace retort::ops
