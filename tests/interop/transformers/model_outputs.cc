#include "tests/interop/transformers/model_outputs.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full_like.h>

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/model/capture.h"
#include "framework/model/encoder.h"
#include "framework/model/hugging_face.h"
#include "framework/model/safetensors.h"

namespace retort {
namespace {

// The piece after each position, none at a sequence's end.
at::Tensor NextPieces(const Batch& batch) {
  const at::Tensor pieces = batch.ids.masked_fill(batch.valid.logical_not(), kNoLabel);
  at::Tensor labels = at::full_like(pieces, kNoLabel);
  labels.narrow(1, 0, labels.size(1) - 1).copy_(pieces.narrow(1, 1, labels.size(1) - 1));
  return labels;
}

absl::Status WriteGradients(const std::string& folder, const EncoderConfig& config, const ParameterSet& parameters) {
  ParameterSet gradients(parameters.specs(), at::kFloat, at::kCPU);
  for (const ParameterSpec& spec : parameters.specs()) {
    RETORT_RETURN_IF_ERROR(gradients.Set(spec.name, parameters.Gradient(spec.name)));
  }
  return SaveModel(folder, config, gradients, /*tokenizer=*/{});
}

}  // namespace

absl::Status WriteModelOutputs(const std::string& folder, const EncoderConfig& config, const Batch& batch,
                               ParameterSet* parameters) {
  RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
  const Encoder encoder(config);
  const int layers = static_cast<int>(config.layers);
  Capture capture;
  for (int layer = 0; layer <= layers; ++layer) capture.hidden.insert(layer);
  parameters->EnableGradients();
  const ModelOutputs outputs = encoder.Forward(*parameters, batch, capture, std::nullopt);
  const at::Tensor& last = outputs.hidden.at(layers);

  std::vector<std::pair<std::string, at::Tensor>> tensors = {{"ids", batch.ids}, {"valid", batch.valid}};
  for (const auto& [layer, hidden] : outputs.hidden) {
    tensors.emplace_back(absl::StrCat("hidden.", layer), hidden.detach());
  }
  if (config.pooler) tensors.emplace_back("pooled", encoder.Pooled(*parameters, last).detach());
  if (config.language_model_head) {
    const at::Tensor labels = config.causal ? NextPieces(batch) : batch.labels;
    const at::Tensor logits = encoder.Logits(*parameters, last);
    const at::Tensor loss =
        at::cross_entropy_loss(logits.flatten(0, 1), labels.flatten(), /*weight=*/{}, at::Reduction::Mean, kNoLabel);
    loss.backward();
    RETORT_RETURN_IF_ERROR(WriteGradients(folder + "/gradients", config, *parameters));
    tensors.emplace_back("labels", labels);
    tensors.emplace_back("logits", logits.detach());
    tensors.emplace_back("loss", loss.detach());
  }
  return WriteSafetensors(folder + "/outputs.safetensors", tensors, {});
}

}  // namespace retort
