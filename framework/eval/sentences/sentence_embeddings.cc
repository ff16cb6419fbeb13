#include "framework/eval/sentences/sentence_embeddings.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/amax.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/index.h"
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

// 1, 2, ... at real positions and 0 in padding, [B, S, 1].
at::Tensor PositionWeights(const at::Tensor& real) {
  const at::Tensor weights = real.to(at::kFloat);
  return weights * at::arange(1, real.size(1) + 1, weights.options()).unsqueeze(-1);
}

// The last hidden states of a batch, [B, S, H], as one vector for each sentence, [B, H].
at::Tensor Pool(const at::Tensor& hidden, const Batch& batch, SentencePooling pooling) {
  const at::Tensor real = batch.valid.unsqueeze(-1);
  switch (pooling) {
    case SentencePooling::kFirst:
      return hidden.select(1, 0).to(at::kFloat);
    case SentencePooling::kMax:
      return at::amax(hidden.to(at::kFloat).masked_fill(~real, -std::numeric_limits<float>::infinity()), {1});
    case SentencePooling::kLast: {
      const at::Tensor last = at::sum(batch.valid, {1}) - 1;
      return hidden.index({at::arange(hidden.size(0), last.options()), last}).to(at::kFloat);
    }
    case SentencePooling::kMean:
      return at::sum(hidden.masked_fill(~real, 0).to(at::kFloat), {1}) / at::sum(real, {1});
    case SentencePooling::kWeightedMean:
      break;
  }
  const at::Tensor weights = PositionWeights(real);
  return at::sum(hidden.masked_fill(~real, 0).to(at::kFloat) * weights, {1}) / at::sum(weights, {1});
}

at::Tensor Embed(const EvaluatedModel& model, const Batch& batch, SentencePooling pooling) {
  Capture capture;
  const int last = model.encoder->config().depth();
  capture.hidden.insert(last);
  const at::Tensor hidden = model.encoder->Forward(*model.parameters, batch, capture, std::nullopt).hidden.at(last);
  const at::Tensor pooled = Pool(hidden, batch, pooling);
  return pooled / at::linalg_vector_norm(pooled, 2, at::IntArrayRef{1}, /*keepdim=*/true);
}

}  // namespace

at::Tensor SentenceEmbeddings(const EvaluatedModel& model, const std::vector<std::vector<int32_t>>& sentences,
                              int32_t pad_id, c10::Device device, int64_t chunk_sentences, SentencePooling pooling) {
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
    const at::Tensor pooled = Embed(model, step.Slice(0, end - begin, device), pooling).to(at::kCPU);
    for (int64_t i = begin; i < end; ++i) embeddings.select(0, order[i]).copy_(pooled.select(0, i - begin));
  }
  return embeddings;
}

}  // namespace retort
