#ifndef RETORT_FRAMEWORK_OPS_ROW_LOSS_ROW_LOSS_ROW_H_
#define RETORT_FRAMEWORK_OPS_ROW_LOSS_ROW_LOSS_ROW_H_

#include <cmath>
#include <cstdint>
#include <limits>

#include "ATen/core/Tensor.h"
#include "framework/batch/batch.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/row_loss/row_loss.h"
#include "framework/ops/vector_math/host_device.h"

namespace retort::ops {

// A matrix whose rows start `stride` elements apart.
template <typename T>
struct LogitMatrix {
  T* data;
  int64_t stride;
  RETORT_HOST_DEVICE T* Row(int64_t row) const { return data == nullptr ? nullptr : data + row * stride; }
};

// What all rows of RowLossGradient read and write, on one device.
template <typename S, typename T>
struct RowLossPass {
  RowLossScales scales;
  LogitMatrix<S> student;
  LogitMatrix<const T> teacher;  // Without data if there is none.
  const int64_t* labels;         // [rows] or null
  const bool* soft_rows;         // [rows] or null
  int64_t rows, width, columns;
  double* values;  // [3, rows]: kl, ce and mse of each row.
};

template <typename S, typename T>
RowLossPass<S, T> RowLossPassOf(const RowLossScales& scales, const at::Tensor& student, const at::Tensor& teacher,
                                const at::Tensor& labels, const at::Tensor& soft_rows, int64_t columns,
                                const at::Tensor& values) {
  RowLossPass<S, T> pass;
  pass.scales = scales;
  pass.student = {student.data_ptr<S>(), student.stride(0)};
  pass.teacher = {nullptr, 0};
  if (teacher.defined()) pass.teacher = {teacher.const_data_ptr<T>(), teacher.stride(0)};
  pass.labels = labels.defined() ? labels.const_data_ptr<int64_t>() : nullptr;
  pass.soft_rows = soft_rows.defined() ? soft_rows.const_data_ptr<bool>() : nullptr;
  pass.rows = student.size(0);
  pass.width = student.size(1);
  pass.columns = columns;
  pass.values = values.data_ptr<double>();
  return pass;
}

// function(S(), T()) for the element types of student and teacher; T is S if there is no teacher.
template <typename Function>
void DispatchLogits(const at::Tensor& student, const at::Tensor& teacher, const Function& function) {
  DispatchFloats(student.scalar_type(), [&](auto s) {
    const at::ScalarType type = teacher.defined() ? teacher.scalar_type() : student.scalar_type();
    DispatchFloats(type, [&](auto t) { function(s, t); });
  });
}

// Losses and gradient of one row, by all threads of a block.
template <typename Block, typename S, typename T>
class RowLossRow {
 public:
  using F = WorkType<S>;

  // s and t: the row's logits, of which t may be null; the gradient is written over s.
  RETORT_HOST_DEVICE RowLossRow(const Block& block, const RowLossPass<S, T>& pass, int64_t row, S* s, const T* t)
      : block_(block), scales_(pass.scales), columns_(pass.columns), s_(s), t_(t) {
    const bool soft = pass.soft_rows == nullptr || pass.soft_rows[row];
    label_ = pass.labels == nullptr ? kNoLabel : pass.labels[row];
    kl_ = soft && scales_.kl_scale != 0;
    mse_ = soft && scales_.mse_scale != 0;
    ce_ = scales_.ce_scale != 0 && label_ != kNoLabel;
    inverse_ = static_cast<F>(1 / scales_.temperature);
    label_logit_ = ce_ ? static_cast<F>(s_[label_]) : F{0};
  }

  RETORT_HOST_DEVICE void Run(double* kl, double* ce, double* mse) {
    FindMaxima();
    AddUp();
    if (block_.thread() == 0) {
      *kl = kl_ ? std::log(soft_sum_) - std::log(teacher_sum_) + teacher_dot_ / teacher_sum_ : 0;
      *ce = ce_ ? std::log(hard_sum_) - static_cast<double>(label_logit_ - max_s_) : 0;
      *mse = mse_ ? squares_ : 0;
    }
    WriteGradient();
  }

 private:
  RETORT_HOST_DEVICE void FindMaxima() {
    max_s_ = max_t_ = -std::numeric_limits<F>::infinity();
    for (int64_t i = block_.thread(); i < columns_; i += block_.threads()) {
      max_s_ = std::fmax(max_s_, static_cast<F>(s_[i]));
      if (kl_) max_t_ = std::fmax(max_t_, static_cast<F>(t_[i]));
    }
    max_s_ = block_.Max(max_s_);
    max_t_ = block_.Max(max_t_);
  }

  RETORT_HOST_DEVICE void AddUp() {
    for (int64_t i = block_.thread(); i < columns_; i += block_.threads()) {
      const F from_max = static_cast<F>(s_[i]) - max_s_;
      if (ce_) hard_sum_ += std::exp(from_max);
      if (kl_) {
        const F teacher_from_max = static_cast<F>(t_[i]) - max_t_;
        const F weight = std::exp(teacher_from_max * inverse_);
        soft_sum_ += std::exp(from_max * inverse_);
        teacher_sum_ += weight;
        teacher_dot_ += weight * (teacher_from_max - from_max) * inverse_;
      }
      if (mse_) {
        const F difference = static_cast<F>(s_[i]) - static_cast<F>(t_[i]);
        squares_ += difference * difference;
      }
    }
    hard_sum_ = block_.Sum(hard_sum_);
    soft_sum_ = block_.Sum(soft_sum_);
    teacher_sum_ = block_.Sum(teacher_sum_);
    teacher_dot_ = block_.Sum(teacher_dot_);
    squares_ = block_.Sum(squares_);
  }

  RETORT_HOST_DEVICE void WriteGradient() const {
    const F hard_factor = ce_ ? static_cast<F>(scales_.ce_scale / hard_sum_) : F{0};
    const F soft_factor = kl_ ? static_cast<F>(scales_.kl_scale * inverse_ / soft_sum_) : F{0};
    const F teacher_factor = kl_ ? static_cast<F>(scales_.kl_scale * inverse_ / teacher_sum_) : F{0};
    const F square_factor = mse_ ? static_cast<F>(2 * scales_.mse_scale) : F{0};
    for (int64_t i = block_.thread(); i < columns_; i += block_.threads()) {
      const F logit = static_cast<F>(s_[i]), from_max = logit - max_s_;
      F gradient = 0;
      if (ce_) gradient += hard_factor * std::exp(from_max) - (i == label_ ? static_cast<F>(scales_.ce_scale) : F{0});
      if (kl_) {
        gradient += soft_factor * std::exp(from_max * inverse_) -
                    teacher_factor * std::exp((static_cast<F>(t_[i]) - max_t_) * inverse_);
      }
      if (mse_) gradient += square_factor * (logit - static_cast<F>(t_[i]));
      s_[i] = static_cast<S>(gradient);
    }
  }

  const Block& block_;
  const RowLossScales& scales_;
  const int64_t columns_;
  S* const s_;
  const T* const t_;
  bool kl_, ce_, mse_;
  int64_t label_;
  F inverse_, label_logit_, max_s_, max_t_;
  double hard_sum_ = 0, soft_sum_ = 0, teacher_sum_ = 0, teacher_dot_ = 0, squares_ = 0;
};

// What one thread copies at a time, whatever it holds.
struct __attribute__((aligned(16), may_alias)) RowVector {
  uint64_t words[2];
};
inline constexpr int64_t kVectorBytes = sizeof(RowVector);

// Bytes that the logits of a row take where they are staged, by whole vectors.
template <typename T>
RETORT_HOST_DEVICE int64_t StagedSize(int64_t columns) {
  return (columns * static_cast<int64_t>(sizeof(T)) + kVectorBytes - 1) / kVectorBytes * kVectorBytes;
}

// Copies a row with all threads of a block, by vectors where both ends are aligned.
template <typename Block, typename T>
RETORT_HOST_DEVICE void CopyRow(const Block& block, const T* from, int64_t columns, T* to) {
  constexpr int64_t kPerVector = kVectorBytes / sizeof(T);
  const bool aligned = (reinterpret_cast<uintptr_t>(from) | reinterpret_cast<uintptr_t>(to)) % kVectorBytes == 0;
  const int64_t vectors = aligned ? columns / kPerVector : 0;
  for (int64_t i = block.thread(); i < vectors; i += block.threads()) {
    reinterpret_cast<RowVector*>(to)[i] = reinterpret_cast<const RowVector*>(from)[i];
  }
  for (int64_t i = vectors * kPerVector + block.thread(); i < columns; i += block.threads()) to[i] = from[i];
}

// RowLossGradient of one row, but for the sum over rows. With kStaged its logits are read once into `staged`, which all
// threads of the block share and which is aligned to vectors: StagedSize bytes for the student's, then for the
// teacher's. They are worked on there, and the gradient is copied to its place.
template <bool kStaged, typename Block, typename S, typename T>
RETORT_HOST_DEVICE void RunRowLoss(const Block& block, const RowLossPass<S, T>& pass, int64_t row, char* staged) {
  S* const out = pass.student.Row(row);
  S* s = out;
  const T* t = pass.teacher.Row(row);
  if (kStaged) {
    s = reinterpret_cast<S*>(staged);
    CopyRow<Block, S>(block, out, pass.columns, s);
    if (t != nullptr) {
      T* const staged_t = reinterpret_cast<T*>(staged + StagedSize<S>(pass.columns));
      CopyRow(block, t, pass.columns, staged_t);
      t = staged_t;
    }
    block.Sync();
  }
  RowLossRow<Block, S, T>(block, pass, row, s, t)
      .Run(pass.values + row, pass.values + pass.rows + row, pass.values + 2 * pass.rows + row);
  if (kStaged) {
    block.Sync();
    CopyRow<Block, S>(block, s, pass.columns, out);
  }
  for (int64_t i = pass.columns + block.thread(); i < pass.width; i += block.threads()) out[i] = static_cast<S>(0.0f);
}

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ROW_LOSS_ROW_LOSS_ROW_H_
