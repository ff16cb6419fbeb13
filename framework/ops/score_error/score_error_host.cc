#include "framework/ops/score_error/score_error_host.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <type_traits>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/full.h"
#include "framework/ops/convert_row/convert_row.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/product/product.h"
#include "framework/ops/vector_math/vector_math.h"

namespace retort::ops {
namespace {

constexpr int64_t kRowMultiple = 16;  // Heads get rows of 0 up to a multiple: products of few sizes.

// out = factor · x
template <typename F>
RETORT_INLINE void Scale(F factor, const F* x, int64_t n, F* out) {
  for (int64_t i = 0; i < n; ++i) out[i] = factor * x[i];
}

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
  MULTIVERSION void RunScale(F factor, const F* x, int64_t n, F* out) { Scale(factor, x, n, out); }         \
  MULTIVERSION void RunAddScaled(F factor, const F* x, int64_t n, F* out) { AddScaled(factor, x, n, out); } \
  MULTIVERSION double RunDot(const F* x, const F* y, int64_t n) { return Dot(x, y, n); }
RETORT_ROW_KERNELS(float, RETORT_MULTIVERSION)
RETORT_ROW_KERNELS(double, )
#undef RETORT_ROW_KERNELS

// [B, A, S, d] whose vectors are without gaps.
at::Tensor WithoutGaps(const at::Tensor& x) { return x.stride(-1) == 1 ? x : x.contiguous(); }

// factor · the vectors of one head at these positions, as rows.
template <typename F>
void LoadHead(F factor, const at::Tensor& x, int64_t sequence, int64_t head, const std::vector<int64_t>& positions,
              const Matrix<F>& out) {
  DispatchFloats(x.scalar_type(), [&](auto type) {
    using T = decltype(type);
    const T* const first = x.const_data_ptr<T>() + sequence * x.stride(0) + head * x.stride(1);
    const int64_t stride = x.stride(2), width = x.size(3);
    for (size_t i = 0; i < positions.size(); ++i) {
      F* const row = out.Row(static_cast<int64_t>(i));
      if constexpr (std::is_same_v<T, F>) {
        RunScale(factor, first + positions[i] * stride, width, row);
      } else {
        ConvertRow(first + positions[i] * stride, width, row);
        RunScale(factor, row, width, row);
      }
    }
  });
}

// The positions that are read of each sequence.
std::vector<std::vector<int64_t>> Positions(const at::Tensor& valid, int64_t sequences, int64_t length) {
  std::vector<std::vector<int64_t>> positions(sequences);
  if (!valid.defined()) {
    for (auto& of_sequence : positions) {
      of_sequence.resize(length);
      std::iota(of_sequence.begin(), of_sequence.end(), 0);
    }
    return positions;
  }
  const at::Tensor mask = valid.contiguous();
  const bool* const real = mask.const_data_ptr<bool>();
  for (int64_t b = 0; b < sequences; ++b) {
    for (int64_t s = 0; s < length; ++s) {
      if (real[b * length + s]) positions[b].push_back(s);
    }
  }
  return positions;
}

// What all heads share.
struct Pass {
  Pass(const QueryKey& student, const QueryKey& teacher, const ScorePositions& read)
      : student{WithoutGaps(student.query), WithoutGaps(student.key)},
        teacher{WithoutGaps(teacher.query), WithoutGaps(teacher.key)},
        sequences(student.query.size(0)),
        heads(student.query.size(1)),
        length(student.query.size(2)),
        ours(student.query.size(3)),
        theirs(teacher.query.size(3)),
        queries(Positions(read.padded_queries ? at::Tensor() : read.valid, sequences, length)),
        keys(Positions(read.valid, sequences, length)) {}

  bool same_width() const { return ours == theirs; }

  QueryKey student, teacher;
  int64_t sequences, heads, length;
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
    const F alpha = ScaleOf(pass_.ours), beta = ScaleOf(pass_.theirs);
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
      Store(2 * alpha, p_, key_gram_, queries, HeadOf(gradient.query, sequence, head));
      if (pass_.same_width()) AddColumns(1, Theirs(&query_gram_), width_, Ours(&query_gram_));
      Store(2, r_, query_gram_, keys, HeadOf(gradient.key, sequence, head));
    }
    return sum;
  }

 private:
  static F ScaleOf(int64_t width) { return static_cast<F>(1 / std::sqrt(static_cast<double>(width))); }

  // Of a gradient, [S, d].
  static Matrix<F> HeadOf(const at::Tensor& x, int64_t sequence, int64_t head) {
    return {x.data_ptr<F>() + sequence * x.stride(0) + head * x.stride(1), x.stride(2)};
  }

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

  // factor · rows · (the first d_s columns of the Gram matrix) at these positions, 0 at others.
  void Store(F factor, std::vector<F>& rows, std::vector<F>& gram, const std::vector<int64_t>& positions,
             const Matrix<F>& out) {
    const int64_t width = pass_.ours;
    product_.resize(RowsOf(rows) * width);
    if (!rows.empty()) {
      Multiply<F>({rows.data(), width_}, {gram.data(), width_}, {RowsOf(rows), width, width_},
                  {product_.data(), width});
    }
    for (int64_t s = 0, i = 0; s < pass_.length; ++s) {
      if (i == static_cast<int64_t>(positions.size()) || positions[i] != s) {
        std::fill_n(out.Row(s), width, F{0});
      } else {
        RunScale(factor, product_.data() + i++ * width, width, out.Row(s));
      }
    }
  }

  const Pass& pass_;
  const int64_t width_;  // Of the wide heads: d_s + d_t.
  std::vector<F> p_, r_, query_gram_, key_gram_, product_;
};

template <typename F>
HostScoreError Run(const Pass& pass, bool with_gradient) {
  const auto options = at::TensorOptions(c10::CppTypeToScalarType<F>::value);
  HostScoreError error;
  if (with_gradient) {
    for (at::Tensor* x : {&error.gradient.query, &error.gradient.key}) {
      *x = at::empty({pass.sequences, pass.length, pass.heads, pass.ours}, options).transpose(1, 2);
    }
  }
  std::vector<double> sums(pass.sequences * pass.heads);
  at::parallel_for(0, static_cast<int64_t>(sums.size()), 1, [&](int64_t begin, int64_t end) {
    Worker<F> worker(pass);
    for (int64_t i = begin; i < end; ++i) sums[i] = worker.Run(i / pass.heads, i % pass.heads, error.gradient);
  });
  error.sum = at::full({}, std::accumulate(sums.begin(), sums.end(), 0.0), options);
  return error;
}

}  // namespace

HostScoreError ScoreErrorOnHost(const QueryKey& student, const QueryKey& teacher, const ScorePositions& positions,
                                bool with_gradient) {
  const Pass pass(student, teacher, positions);
  return student.query.scalar_type() == at::kDouble ? Run<double>(pass, with_gradient)
                                                    : Run<float>(pass, with_gradient);
}

}  // namespace retort::ops
