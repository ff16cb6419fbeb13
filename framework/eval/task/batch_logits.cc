#include "framework/eval/task/batch_logits.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "framework/model/capture.h"
#include "framework/model/config/encoder_config.h"

namespace retort {

std::vector<std::vector<int64_t>> LengthBatches(const std::vector<int32_t>& lengths, int64_t most_positions) {
  std::vector<int64_t> order(lengths.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return lengths[a] > lengths[b]; });
  std::vector<std::vector<int64_t>> batches;
  for (size_t begin = 0, count = 0; begin < order.size(); begin += count) {
    const int64_t longest = std::max(1, lengths[order[begin]]);
    count = std::clamp<size_t>(static_cast<size_t>(most_positions / longest), 1, order.size() - begin);
    const auto first = order.begin() + static_cast<int64_t>(begin);
    batches.emplace_back(first, first + static_cast<int64_t>(count));
  }
  return batches;
}

at::Tensor BatchLogits(const EvaluatedModel& model, HeadKind head, const Batch& batch) {
  Capture capture;
  capture.logits.insert({head, RowSet::kSequences});
  capture.read_rows_only = true;
  const ModelOutputs outputs = model.encoder->Forward(*model.parameters, batch, capture, std::nullopt);
  const at::Tensor& last = outputs.hidden.at(model.encoder->config().depth());
  return model.encoder->head(head).BatchLogits(*model.parameters, batch, last, std::nullopt).to(at::kCPU, at::kDouble);
}

}  // namespace retort
