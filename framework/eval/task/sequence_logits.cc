#include "framework/eval/task/sequence_logits.h"

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/tensor.h"
#include "framework/batch/step_batch.h"
#include "framework/eval/task/batch_logits.h"
#include "framework/model/config/encoder_config.h"

namespace retort {

std::vector<at::Tensor> SequenceLogits(const std::vector<EvaluatedModel>& models, HeadKind head,
                                       const LabelledSequences& examples, c10::Device device, int64_t most_positions) {
  at::NoGradGuard no_grad;
  std::vector<at::Tensor> logits;
  for (const EvaluatedModel& model : models) {
    const EncoderConfig& config = model.encoder->config();
    logits.push_back(at::empty({examples.size(), config.outputs(*FindHead(config, head))}, at::kDouble));
  }
  for (const std::vector<int64_t>& places : LengthBatches(examples.Lengths(), most_positions)) {
    const Batch batch = examples.Step(places, /*epoch=*/0).Slice(0, static_cast<int64_t>(places.size()), device);
    const at::Tensor rows = at::tensor(places);
    for (size_t m = 0; m < models.size(); ++m) logits[m].index_copy_(0, rows, BatchLogits(models[m], head, batch));
  }
  return logits;
}

}  // namespace retort
