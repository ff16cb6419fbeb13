#include "framework/ops/score_error/score_error_host.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "framework/ops/product/product.h"
#include "framework/ops/vector_math/vector_math.h"

namespace retort::ops {
namespace {

constexpr int64_t kRowMultiple = 16;  // Heads get rows of 0 up to a multiple: products of few sizes.

// out += factor · x
template <typename F>
RETORT_INLINE void AddScaled(F factor, const F* x, int64_t n, F* out) {
  for (int64_t i = 0; i < n; ++i) out[i] += factor * x[i];
}

template <typename F>
RETORT_INLINE double Dot(const F* x, const F* y, int64_t n) {
  return Sum<F>(n, [&](int64_t i) { return x[i] * y[i]; });
}

#define RETORT_ROW_KERNELS(F, MULTIVERSION)                                                                 \
  MULTIVERSION void RunAddScaled(F factor, const F* x, int64_t n, F* out) { AddScaled(factor, x, n, out); } \
  MULTIVERSION double RunDot(const F* x, const F* y, int64_t n) { return Dot(x, y, n); }
RETORT_ROW_KERNELS(float, RETORT_MULTIVERSION)
RETORT_ROW_KERNELS(double, )
#undef RETORT_ROW_KERNELS

// What all heads share.
struct Pass {
  Pass(const QueryKey& student, const QueryKey& teacher, const ScorePositions& read)
      : student(WithoutGaps(student)),
        teacher(WithoutGaps(teacher)),
        ours(student.query.size(3)),
        theirs(teacher.query.size(3)),
        queries(ReadPositions(read.padded_queries ? at::Tensor() : read.valid, student.query.size(0),
                              student.query.size(2))),
        keys(ReadPositions(read.valid, student.query.size(0), student.query.size(2))) {}

  bool same_width() const { return ours == theirs; }

  QueryKey student, teacher;
  int64_t ours, theirs;  // d_s, d_t
  std::vector<std::vector<int64_t>> queries, keys;
};

// One thread's work on heads, and its memory.
template <typename F>
class Worker {
 public:
  explicit Worker(const Pass& pass)
      : pass_(pass), width_(pass.ours + pass.theirs), query_gram_(width_ * width_), key_gram_(width_ * width_) {}

  // The sum of one head. Its gradient goes to `gradient`, if that is defined.
  double Run(int64_t sequence, int64_t head, const QueryKey& gradient) {
    const std::vector<int64_t>&queries = pass_.queries[sequence], &keys = pass_.keys[sequence];
    const auto alpha = static_cast<F>(ScaleOf(pass_.student.query)),
               beta = static_cast<F>(ScaleOf(pass_.teacher.query));
    Reserve(queries, &p_);
    LoadHead(alpha, pass_.student.query, sequence, head, queries, Ours(&p_));
    LoadHead(beta, pass_.teacher.query, sequence, head, queries, Theirs(&p_));
    if (pass_.same_width()) AddColumns(-1, Theirs(&p_), RowsOf(p_), Ours(&p_));
    Reserve(keys, &r_);
    LoadHead(F{1}, pass_.student.key, sequence, head, keys, Ours(&r_));
    LoadHead(F{-1}, pass_.teacher.key, sequence, head, keys, Theirs(&r_));
    if (pass_.same_width()) AddColumns(1, Ours(&r_), RowsOf(r_), Theirs(&r_));
    Gram(p_, &query_gram_);
    Gram(r_, &key_gram_);
    const double sum = RunDot(query_gram_.data(), key_gram_.data(), width_ * width_);
    if (gradient.query.defined()) {
      StoreHead(2 * alpha, Product(p_, key_gram_), sequence, head, queries, gradient.query);
      if (pass_.same_width()) AddColumns(1, Theirs(&query_gram_), width_, Ours(&query_gram_));
      StoreHead(F{2}, Product(r_, query_gram_), sequence, head, keys, gradient.key);
    }
    return sum;
  }

 private:
  // Makes room for a row of the wide head for each position; what is left of a multiple are rows of 0.
  void Reserve(const std::vector<int64_t>& positions, std::vector<F>* rows) const {
    const auto count = static_cast<int64_t>(positions.size());
    rows->resize((count + kRowMultiple - 1) / kRowMultiple * kRowMultiple * width_);
    std::fill(rows->begin() + count * width_, rows->end(), F{0});
  }

  // The columns of the student, and those of the teacher.
  Matrix<F> Ours(std::vector<F>* rows) const { return {rows->data(), width_}; }
  Matrix<F> Theirs(std::vector<F>* rows) const { return {rows->data() + pass_.ours, width_}; }

  // to += factor · from, for heads of one width.
  void AddColumns(F factor, const Matrix<F>& from, int64_t rows, const Matrix<F>& to) const {
    for (int64_t row = 0; row < rows; ++row) RunAddScaled(factor, from.Row(row), pass_.ours, to.Row(row));
  }

  int64_t RowsOf(const std::vector<F>& rows) const { return static_cast<int64_t>(rows.size()) / width_; }

  // gram = rowsᵀ rows
  void Gram(std::vector<F>& rows, std::vector<F>* gram) const {
    std::fill(gram->begin(), gram->end(), F{0});
    const Matrix<F> factor{rows.data(), width_};
    if (!rows.empty()) AddTransposedProduct(factor, factor, {width_, width_, RowsOf(rows)}, {gram->data(), width_});
  }

  // rows · (the first d_s columns of the Gram matrix)
  Matrix<F> Product(std::vector<F>& rows, std::vector<F>& gram) {
    const int64_t width = pass_.ours;
    product_.resize(RowsOf(rows) * width);
    if (!rows.empty()) {
      Multiply<F>({rows.data(), width_}, {gram.data(), width_}, {RowsOf(rows), width, width_},
                  {product_.data(), width});
    }
    return {product_.data(), width};
  }

  const Pass& pass_;
  const int64_t width_;  // Of the wide heads: d_s + d_t.
  std::vector<F> p_, r_, query_gram_, key_gram_, product_;
};

}  // namespace

ScoreLoss ScoreErrorOnHost(const QueryKey& student, const QueryKey& teacher, const ScorePositions& positions,
                           bool with_gradient) {
  const Pass pass(student, teacher, positions);
  const bool wide = student.query.scalar_type() == at::kDouble;
  return SumOverHeads(student.query, with_gradient,
                      [&] { return wide ? HeadLossOf<Worker<double>>(pass) : HeadLossOf<Worker<float>>(pass); });
}

}  // namespace retort::ops
