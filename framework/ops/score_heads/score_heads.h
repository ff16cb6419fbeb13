#ifndef RETORT_FRAMEWORK_OPS_SCORE_HEADS_SCORE_HEADS_H_
#define RETORT_FRAMEWORK_OPS_SCORE_HEADS_SCORE_HEADS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "ATen/core/Tensor.h"
#include "framework/ops/product/product.h"

namespace retort::ops {

// What the scores of attention, or of another relation between positions, are computed from, [B, A, S, d] each.
struct QueryKey {
  at::Tensor query;
  at::Tensor key;
};

// x [B, A, S, d] in the type that losses are computed in, float64 for float64 and else float32, with 0 at positions
// that are not valid, [B, S] bool, if that is defined. Gradient flows to x.
at::Tensor InLossType(const at::Tensor& x, const at::Tensor& valid);

// What follows is what losses over scores on the CPU have in common: they work on one head of one sequence at a time,
// whose rows are the positions that are read.

// A loss, and its gradient for the student's queries and keys, [B, A, S, d] in the sum's type, if that was asked for.
struct ScoreLoss {
  at::Tensor sum;
  QueryKey gradient;
};

// The loss of a student as a tensor of autograd: loss(student, whether the gradient is wanted) has its gradient beside
// it, which is scaled when it is asked for.
at::Tensor DifferentiableLoss(const QueryKey& student, const std::function<ScoreLoss(const QueryKey&, bool)>& loss);

// The sum of one head. Adds to no memory but its gradient's.
using HeadLoss = std::function<double(int64_t sequence, int64_t head, const QueryKey& gradient)>;

// Σ of the heads of queries [B, A, S, d], float64 for queries in float64, else float32. Each thread makes a HeadLoss
// for its heads. No bit depends on the number of threads.
ScoreLoss SumOverHeads(const at::Tensor& query, bool with_gradient, const std::function<HeadLoss()>& make);

// Worker(pass).Run as a HeadLoss.
template <typename Worker, typename Pass>
HeadLoss HeadLossOf(const Pass& pass) {
  const auto worker = std::make_shared<Worker>(pass);
  return [worker](int64_t sequence, int64_t head, const QueryKey& gradient) {
    return worker->Run(sequence, head, gradient);
  };
}

// x itself, or a copy, so that the vectors of a head have no gaps.
QueryKey WithoutGaps(const QueryKey& heads);

// The positions of each sequence that are read, ascending: those of valid [B, S] bool, or all if that is undefined.
std::vector<std::vector<int64_t>> ReadPositions(const at::Tensor& valid, int64_t sequences, int64_t length);

// 1 / √d
double ScaleOf(const at::Tensor& heads);

// out = factor · the vectors of one head at these positions, as rows; x [B, A, S, d] of any float type. F is float or
// double.
template <typename F>
void LoadHead(F factor, const at::Tensor& x, int64_t sequence, int64_t head, const std::vector<int64_t>& positions,
              const Matrix<F>& out);

// The reverse, into a gradient of SumOverHeads: factor · rows at these positions, and 0 at others.
template <typename F>
void StoreHead(F factor, const Matrix<F>& rows, int64_t sequence, int64_t head, const std::vector<int64_t>& positions,
               const at::Tensor& gradient);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_SCORE_HEADS_SCORE_HEADS_H_
