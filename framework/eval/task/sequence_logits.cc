#include "framework/eval/task/sequence_logits.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/tensor.h"
#include "absl/types/span.h"
#include "framework/batch/step_batch.h"
#include "framework/model/capture.h"
#include "framework/model/config/encoder_config.h"

namespace retort {
namespace {

std::vector<int64_t> LongestFirst(const std::vector<int32_t>& lengths) {
  std::vector<int64_t> order(lengths.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return lengths[a] > lengths[b]; });
  return order;
}

at::Tensor LogitsOf(const EvaluatedModel& model, HeadKind head, const Batch& batch) {
  Capture capture;
  capture.logits.insert({head, RowSet::kSequences});
  const ModelOutputs outputs = model.encoder->Forward(*model.parameters, batch, capture, std::nullopt);
  const at::Tensor& last = outputs.hidden.at(model.encoder->config().depth());
  return model.encoder->head(head).BatchLogits(*model.parameters, batch, last, std::nullopt).to(at::kCPU, at::kDouble);
}

}  // namespace

std::vector<at::Tensor> SequenceLogits(const std::vector<EvaluatedModel>& models, HeadKind head,
                                       const LabelledSequences& examples, c10::Device device, int64_t most_positions) {
  at::NoGradGuard no_grad;
  std::vector<at::Tensor> logits;
  for (const EvaluatedModel& model : models) {
    const EncoderConfig& config = model.encoder->config();
    logits.push_back(at::empty({examples.size(), config.outputs(*FindHead(config, head))}, at::kDouble));
  }
  const std::vector<int32_t> lengths = examples.Lengths();
  const std::vector<int64_t> order = LongestFirst(lengths);
  for (size_t begin = 0, count = 0; begin < order.size(); begin += count) {
    const int64_t longest = std::max(1, lengths[order[begin]]);
    count = std::clamp<size_t>(static_cast<size_t>(most_positions / longest), 1, order.size() - begin);
    const absl::Span<const int64_t> places = absl::MakeConstSpan(order).subspan(begin, count);
    const Batch batch = examples.Step(places, /*epoch=*/0).Slice(0, static_cast<int64_t>(count), device);
    const at::Tensor rows = at::tensor(at::ArrayRef<int64_t>(places.data(), places.size()));
    for (size_t m = 0; m < models.size(); ++m) logits[m].index_copy_(0, rows, LogitsOf(models[m], head, batch));
  }
  return logits;
}

}  // namespace retort
