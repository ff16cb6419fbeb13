#include "framework/ops/score_kl/score_kl_host.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "framework/ops/product/product.h"
#include "framework/ops/vector_math/vector_math.h"

namespace retort::ops {
namespace {

constexpr int64_t kBlock = 64;  // Queries whose scores are in memory at once.

// KL(softmax(t) || softmax(s)), and its gradient for s, softmax(s) - softmax(t), in the place of s. With t' and s' less
// their maxima it is Σ e^t' (t' - s') / Σ e^t' - ln Σ e^t' + ln Σ e^s'.
template <typename F>
RETORT_INLINE double KlRow(int64_t n, F* t, F* s) {
  const F t_max = Max(t, n), s_max = Max(s, n);
  const double weighted = Sum<F>(n, [&](int64_t i) {
    const F a = t[i] - t_max, b = s[i] - s_max;
    t[i] = Exp(a);
    s[i] = Exp(b);
    return t[i] * (a - b);
  });
  const double t_sum = Sum<F>(n, [&](int64_t i) { return t[i]; }), s_sum = Sum<F>(n, [&](int64_t i) { return s[i]; });
  const F t_inverse = static_cast<F>(1 / t_sum), s_inverse = static_cast<F>(1 / s_sum);
  for (int64_t i = 0; i < n; ++i) t[i] *= t_inverse;
  for (int64_t i = 0; i < n; ++i) s[i] *= s_inverse;
  for (int64_t i = 0; i < n; ++i) s[i] -= t[i];  // Of rounded products: 0 where both sides are the same.
  return weighted / t_sum - std::log(t_sum) + std::log(s_sum);
}

RETORT_MULTIVERSION double RunKlRow(int64_t n, float* t, float* s) { return KlRow(n, t, s); }
double RunKlRow(int64_t n, double* t, double* s) { return KlRow(n, t, s); }

// What all heads share.
struct Pass {
  Pass(const QueryKey& student, const QueryKey& teacher, const at::Tensor& valid, bool causal)
      : student(WithoutGaps(student)),
        teacher(WithoutGaps(teacher)),
        positions(ReadPositions(valid, valid.size(0), valid.size(1))),
        causal(causal) {}

  QueryKey student, teacher;
  std::vector<std::vector<int64_t>> positions;
  bool causal;
};

// One head of one model: scaled queries and keys as rows [n, d], and the keys transposed.
template <typename F>
class Head {
 public:
  void Load(const QueryKey& heads, int64_t sequence, int64_t head, const std::vector<int64_t>& positions) {
    rows_ = static_cast<int64_t>(positions.size());
    width_ = heads.query.size(3);
    for (std::vector<F>* values : {&query_, &key_, &transposed_}) values->resize(rows_ * width_);
    LoadHead(static_cast<F>(ScaleOf(heads.query)), heads.query, sequence, head, positions, query(0));
    LoadHead(F{1}, heads.key, sequence, head, positions, key());
    Transpose(key(), rows_, width_, {transposed_.data(), rows_});
  }

  // Of the queries [begin, begin + count): out [count, n].
  void Scores(int64_t begin, int64_t count, const Matrix<F>& out) {
    Multiply(query(begin), {transposed_.data(), rows_}, {count, rows_, width_}, out);
  }

  Matrix<F> query(int64_t row) { return {query_.data() + row * width_, width_}; }
  Matrix<F> key() { return {key_.data(), width_}; }
  int64_t rows() const { return rows_; }
  int64_t width() const { return width_; }

 private:
  int64_t rows_ = 0, width_ = 0;
  std::vector<F> query_, key_, transposed_;
};

// One thread's work on heads, and its memory.
template <typename F>
class Worker {
 public:
  explicit Worker(const Pass& pass) : pass_(pass) {}

  // The sum of one head. Its gradient goes to `gradient`, if that is defined.
  double Run(int64_t sequence, int64_t head, const QueryKey& gradient) {
    const std::vector<int64_t>& positions = pass_.positions[sequence];
    student_.Load(pass_.student, sequence, head, positions);
    teacher_.Load(pass_.teacher, sequence, head, positions);
    const bool with_gradient = gradient.query.defined();
    query_gradient_.resize(student_.rows() * student_.width());
    key_gradient_.assign(with_gradient ? query_gradient_.size() : 0, 0);
    double sum = 0;
    for (int64_t begin = 0; begin < student_.rows(); begin += kBlock) {
      sum += RunBlock(begin, std::min(kBlock, student_.rows() - begin), with_gradient);
    }
    if (with_gradient) {
      const int64_t width = student_.width();
      StoreHead(static_cast<F>(ScaleOf(pass_.student.query)), {query_gradient_.data(), width}, sequence, head,
                positions, gradient.query);
      StoreHead(F{1}, {key_gradient_.data(), width}, sequence, head, positions, gradient.key);
    }
    return sum;
  }

 private:
  // The queries [begin, begin + count). With s' the scores' gradient, ∂/∂Q = s' K / √d and ∂/∂K = s'ᵀ Q / √d.
  double RunBlock(int64_t begin, int64_t count, bool with_gradient) {
    const int64_t keys = student_.rows(), width = student_.width();
    const Matrix<F> t = Scores(begin, count, &teacher_, &teacher_scores_);
    const Matrix<F> s = Scores(begin, count, &student_, &student_scores_);
    double sum = 0;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t seen = pass_.causal ? begin + i + 1 : keys;
      sum += RunKlRow(seen, t.Row(i), s.Row(i));
      std::fill(s.Row(i) + seen, s.Row(i) + keys, F{0});
    }
    if (with_gradient) {
      Multiply(s, student_.key(), {count, width, keys}, {query_gradient_.data() + begin * width, width});
      AddTransposedProduct(s, student_.query(begin), {keys, width, count}, {key_gradient_.data(), width});
    }
    return sum;
  }

  Matrix<F> Scores(int64_t begin, int64_t count, Head<F>* head, std::vector<F>* scores) {
    scores->resize(kBlock * head->rows());
    const Matrix<F> out{scores->data(), head->rows()};
    head->Scores(begin, count, out);
    return out;
  }

  const Pass& pass_;
  Head<F> student_, teacher_;
  std::vector<F> student_scores_, teacher_scores_, query_gradient_, key_gradient_;
};

}  // namespace

ScoreLoss ScoreKlOnHost(const QueryKey& student, const QueryKey& teacher, const at::Tensor& valid, bool causal,
                        bool with_gradient) {
  const Pass pass(student, teacher, valid, causal);
  const bool wide = student.query.scalar_type() == at::kDouble;
  return SumOverHeads(student.query, with_gradient,
                      [&] { return wide ? HeadLossOf<Worker<double>>(pass) : HeadLossOf<Worker<float>>(pass); });
}

}  // namespace retort::ops
