#include "framework/eval/sentence_similarity.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/linalg_vector_norm.h"
#include "ATen/ops/sum.h"
#include "framework/batch/step_batch.h"
#include "framework/eval/jackknife.h"
#include "glog/logging.h"

namespace retort {
namespace {

// From 1; equal values share the mean of theirs.
std::vector<double> Ranks(absl::Span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (size_t i = begin; i < end; ++i) ranks[order[i]] = 0.5 * static_cast<double>(begin + 1 + end);
  }
  return ranks;
}

double PearsonCorrelation(const std::vector<double>& x, const std::vector<double>& y) {
  const double n = static_cast<double>(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0, yy = 0, xy = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  return xy / std::sqrt(xx * yy);
}

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

MetricScores Score(const EvaluatedModel& model, const TokenizedPairs& pairs, c10::Device device) {
  const at::Tensor embeddings = SentenceEmbeddings(model, pairs.sentences, pairs.pad_id, device).to(at::kDouble);
  const at::Tensor sides = embeddings.view({pairs.size(), 2, -1});
  const at::Tensor cosine = at::sum(sides.select(1, 0) * sides.select(1, 1), {1}).contiguous();
  const absl::Span<const double> similarity(cosine.data_ptr<double>(), pairs.scores.size());
  ExampleScores scores;
  scores.sum = JackknifeValues(pairs.scores.size(), [&](absl::Span<const size_t> kept) {
    std::vector<double> x, y;
    for (size_t e : kept) {
      x.push_back(similarity[e]);
      y.push_back(pairs.scores[e]);
    }
    return SpearmanCorrelation(x, y);
  });
  scores.count.assign(scores.sum.size(), 1);
  return {{kSentenceSimilaritySpearman, std::move(scores)}};
}

}  // namespace

double SpearmanCorrelation(absl::Span<const double> x, absl::Span<const double> y) {
  CHECK_EQ(x.size(), y.size());
  const auto is_nan = [](double value) { return std::isnan(value); };
  if (std::any_of(x.begin(), x.end(), is_nan) || std::any_of(y.begin(), y.end(), is_nan)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return PearsonCorrelation(Ranks(x), Ranks(y));
}

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

std::vector<MetricScores> EvaluateSentenceSimilarity(const std::vector<EvaluatedModel>& models,
                                                     const TokenizedPairs& pairs, c10::Device device) {
  std::vector<MetricScores> scores;
  for (const EvaluatedModel& model : models) scores.push_back(Score(model, pairs, device));
  return scores;
}

}  // namespace retort
