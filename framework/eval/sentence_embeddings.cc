#include "framework/eval/sentence_embeddings.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/linalg_vector_norm.h"
#include "ATen/ops/sum.h"
#include "framework/batch/step_batch.h"

namespace retort {
namespace {

// Long sentences first, so that batches hold little padding.
std::vector<int64_t> ByLength(const std::vector<std::vector<int32_t>>& sentences) {
  std::vector<int64_t> order(sentences.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return sentences[a].size() > sentences[b].size(); });
  return order;
}

at::Tensor MeanPooled(const EvaluatedModel& model, const Batch& batch) {
  Capture capture;
  const int last = model.encoder->config().depth();
  capture.hidden.insert(last);
  const at::Tensor hidden = model.encoder->Forward(*model.parameters, batch, capture, std::nullopt).hidden.at(last);
  const at::Tensor real = batch.valid.unsqueeze(-1);
  const at::Tensor mean = at::sum(hidden.masked_fill(~real, 0).to(at::kFloat), {1}) / at::sum(real, {1});
  return mean / at::linalg_vector_norm(mean, 2, at::IntArrayRef{1}, /*keepdim=*/true);
}

}  // namespace

at::Tensor SentenceEmbeddings(const EvaluatedModel& model, const std::vector<std::vector<int32_t>>& sentences,
                              int32_t pad_id, c10::Device device, int64_t chunk_sentences) {
  at::NoGradGuard no_grad;
  const int64_t count = static_cast<int64_t>(sentences.size());
  at::Tensor embeddings = at::empty({count, model.encoder->config().hidden_size}, at::kFloat);
  const std::vector<int64_t> order = ByLength(sentences);
  for (int64_t begin = 0; begin < count; begin += chunk_sentences) {
    StepBatch step;
    step.pad_id = pad_id;
    const int64_t end = std::min(begin + chunk_sentences, count);
    for (int64_t i = begin; i < end; ++i) {
      const std::vector<int32_t>& ids = sentences[order[i]];
      step.sequences.push_back({order[i], ids, std::vector<int32_t>(ids.size(), kNoLabel)});
    }
    const at::Tensor pooled = MeanPooled(model, step.Slice(0, end - begin, device)).to(at::kCPU);
    for (int64_t i = begin; i < end; ++i) embeddings.select(0, order[i]).copy_(pooled.select(0, i - begin));
  }
  return embeddings;
}

}  // namespace retort
