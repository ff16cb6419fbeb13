#include "framework/eval/squad/best_answer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ATen/core/grad_mode.h"
#include "framework/batch/step_batch.h"
#include "framework/eval/task/batch_logits.h"
#include "framework/model/config/head_spec.h"

namespace retort {
namespace {

// Positions of a window with a logit each.
class Logits {
 public:
  // `column`: 0 of starts, 1 of ends.
  Logits(const at::Tensor& logits, int64_t column)
      : first_(logits.data_ptr<double>() + column), size_(logits.size(0)) {}

  double operator[](int64_t position) const { return first_[2 * position]; }

  // The positions of the largest ones, the largest first, of equal ones the first.
  std::vector<int64_t> Largest(int64_t count) const {
    std::vector<int64_t> positions;
    for (int64_t i = 0; i < size_; ++i) {
      if (!std::isnan((*this)[i])) positions.push_back(i);
    }
    const auto end = positions.begin() + std::min(count, static_cast<int64_t>(positions.size()));
    std::partial_sort(positions.begin(), end, positions.end(), [&](int64_t a, int64_t b) {
      return (*this)[a] > (*this)[b] || ((*this)[a] == (*this)[b] && a < b);
    });
    positions.erase(end, positions.end());
    return positions;
  }

 private:
  const double* first_;
  int64_t size_;
};

struct BestSpan {
  double sum = -std::numeric_limits<double>::infinity();
  int64_t window = -1;  // None yet.
  int64_t first = 0, last = 0;
};

// Takes the window's best span if it is better.
void LookAt(const SquadWindows& windows, int64_t place, const at::Tensor& logits, const AnswerRules& rules,
            BestSpan* best) {
  const SquadWindow& window = windows.windows()[place];
  const Logits starts(logits, 0), ends(logits, 1);
  const std::vector<int64_t> lasts = ends.Largest(rules.n_best);
  const auto in_context = [&](int64_t i) { return i >= window.context_begin && i < window.context_end(); };
  for (const int64_t first : starts.Largest(rules.n_best)) {
    if (!in_context(first) || !windows.HasMostContext(place, first)) continue;
    for (const int64_t last : lasts) {
      if (!in_context(last) || last < first || last - first + 1 > rules.most_pieces) continue;
      const double sum = starts[first] + ends[last];
      if (sum > best->sum) *best = {sum, place, first, last};
    }
  }
}

}  // namespace

std::string BestAnswer(const SquadWindows& windows, int64_t question, absl::Span<const at::Tensor> logits,
                       const AnswerRules& rules) {
  BestSpan best;
  std::optional<double> null;
  for (int64_t w = windows.first_window(question); w < windows.first_window(question + 1); ++w) {
    LookAt(windows, w, logits[w], rules, &best);
    const double sum = Logits(logits[w], 0)[0] + Logits(logits[w], 1)[0];
    if (!std::isnan(sum)) null = std::min(sum, null.value_or(sum));
  }
  if (best.window < 0) return "";
  if (rules.null_threshold && null && *null - best.sum > *rules.null_threshold) return "";
  return std::string(windows.Text(windows.windows()[best.window], best.first, best.last));
}

std::vector<std::vector<at::Tensor>> SpanLogits(const std::vector<EvaluatedModel>& models, const SquadWindows& windows,
                                                c10::Device device, int64_t most_positions) {
  at::NoGradGuard no_grad;
  const std::vector<int32_t> lengths = windows.Lengths();
  std::vector<std::vector<at::Tensor>> logits(models.size(), std::vector<at::Tensor>(lengths.size()));
  for (const std::vector<int64_t>& places : LengthBatches(lengths, most_positions)) {
    const Batch batch = windows.Step(places, /*epoch=*/0).Slice(0, static_cast<int64_t>(places.size()), device);
    for (size_t m = 0; m < models.size(); ++m) {
      const at::Tensor of_batch = BatchLogits(models[m], HeadKind::kSpans, batch);
      for (size_t i = 0; i < places.size(); ++i) {
        const at::Tensor padded = of_batch.select(0, static_cast<int64_t>(i));
        logits[m][places[i]] = padded.narrow(0, 0, lengths[places[i]]).contiguous();
      }
    }
  }
  return logits;
}

}  // namespace retort
