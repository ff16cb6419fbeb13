#include "tests/interop/transformers/model_outputs.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/mse_loss.h>

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/model/capture.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/model/files/safetensors.h"

namespace retort {
namespace {

constexpr double kPaddedLogit = -10000;

using Tensors = std::vector<std::pair<std::string, at::Tensor>>;

// The piece after each position, none at a sequence's end.
at::Tensor NextPieces(const Batch& batch) {
  const at::Tensor pieces = batch.ids.masked_fill(batch.valid.logical_not(), kNoLabel);
  at::Tensor labels = at::full_like(pieces, kNoLabel);
  labels.narrow(1, 0, labels.size(1) - 1).copy_(pieces.narrow(1, 1, labels.size(1) - 1));
  return labels;
}

at::Tensor LabelsOf(const EncoderConfig& config, HeadKind head, const Batch& batch) {
  switch (head) {
    case HeadKind::kVocabulary:
      return config.causal() ? NextPieces(batch) : batch.labels;
    case HeadKind::kClasses:
      return batch.classes;
    case HeadKind::kSpans:
      return batch.spans;
    case HeadKind::kScore:
      break;
  }
  return batch.scores;
}

at::Tensor CrossEntropy(const at::Tensor& logits, const at::Tensor& labels) {
  return at::cross_entropy_loss(logits, labels, /*weight=*/{}, at::Reduction::Mean, kNoLabel);
}

at::Tensor LossOf(HeadKind head, const at::Tensor& logits, const at::Tensor& labels, const Batch& batch) {
  switch (head) {
    case HeadKind::kVocabulary:
      return CrossEntropy(logits.flatten(0, 1), labels.flatten());
    case HeadKind::kClasses:
      return CrossEntropy(logits, labels);
    case HeadKind::kSpans: {
      const at::Tensor real = logits.masked_fill(batch.valid.logical_not().unsqueeze(-1), kPaddedLogit);
      return CrossEntropy(real.transpose(1, 2).flatten(0, 1), labels.flatten());
    }
    case HeadKind::kScore:
      break;
  }
  return at::mse_loss(logits.squeeze(1), labels);
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
  Capture capture;
  for (int layer = 0; layer <= config.depth(); ++layer) capture.hidden.insert(layer);
  parameters->EnableGradients();
  const ModelOutputs outputs = encoder.Forward(*parameters, batch, capture, std::nullopt);
  const at::Tensor& last = outputs.hidden.at(config.depth());

  Tensors tensors = {{"ids", batch.ids}, {"valid", batch.valid}};
  for (const auto& [layer, hidden] : outputs.hidden) {
    tensors.emplace_back(absl::StrCat("hidden.", layer), hidden.detach());
  }
  if (config.pooler) tensors.emplace_back("pooled", Pooled(*parameters, last).detach());
  for (const HeadSpec& head : config.heads) {
    const std::string kind = HeadKindName(head.kind);
    const at::Tensor logits = encoder.head(head.kind).BatchLogits(*parameters, batch, last, std::nullopt);
    const at::Tensor labels = LabelsOf(config, head.kind, batch);
    const at::Tensor loss = LossOf(head.kind, logits, labels, batch);
    parameters->flat_gradient().zero_();
    loss.backward({}, /*retain_graph=*/true);
    RETORT_RETURN_IF_ERROR(WriteGradients(absl::StrCat(folder, "/gradients/", kind), config, *parameters));
    tensors.emplace_back("labels." + kind, labels.contiguous());
    tensors.emplace_back("logits." + kind, logits.detach().contiguous());
    tensors.emplace_back("loss." + kind, loss.detach());
  }
  return WriteSafetensors(folder + "/outputs.safetensors", tensors, {});
}

}  // namespace retort
