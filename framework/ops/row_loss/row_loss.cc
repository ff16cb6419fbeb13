#include "framework/ops/row_loss/row_loss.h"

#include <cmath>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/ops/scalar_tensor.h"
#include "c10/util/BFloat16.h"
#include "framework/batch/batch.h"
#include "framework/ops/convert_row/convert_row.h"
#include "framework/ops/row_loss/row_loss_device.h"
#include "framework/ops/vector_math/vector_math.h"
#include "glog/logging.h"

namespace retort::ops {
namespace {

// The three losses of one row, unscaled.
struct RowValues {
  double kl = 0, ce = 0, mse = 0;
};

// What one row computes: a scale of 0 leaves its loss out.
struct RowTask {
  RowLossScales scales;
  int64_t label = kNoLabel;
  int64_t columns = 0;
};

// log Σ e^((v - max) · inverse_temperature), and the terms in `exponentials`.
template <typename F>
RETORT_INLINE double LogSumExp(const F* values, int64_t n, F max, F inverse_temperature, F* exponentials) {
  for (int64_t i = 0; i < n; ++i) exponentials[i] = Exp((values[i] - max) * inverse_temperature);
  return std::log(Sum<F>(n, [&](int64_t i) { return exponentials[i]; }));
}

template <typename F>
RETORT_INLINE double AddSoftTargets(const RowTask& task, const F* s, const F* t, F* gradient, F* exp_s, F* exp_t) {
  const int64_t n = task.columns;
  const F inverse = static_cast<F>(1 / task.scales.temperature);
  const F max_s = Max(s, n), max_t = Max(t, n);
  const double log_s = LogSumExp(s, n, max_s, inverse, exp_s);
  const double log_t = LogSumExp(t, n, max_t, inverse, exp_t);
  // Σ p_t (log p_t - log p_s), with what does not depend on the column taken out of the sum.
  const F p_scale_t = static_cast<F>(std::exp(-log_t));
  const double kl = log_s - log_t + Sum<F>(n, [&](int64_t i) {
                      return exp_t[i] * p_scale_t * ((t[i] - max_t) - (s[i] - max_s)) * inverse;
                    });
  const F factor_s = static_cast<F>(task.scales.kl_scale * inverse * std::exp(-log_s));
  const F factor_t = static_cast<F>(task.scales.kl_scale * inverse * std::exp(-log_t));
  for (int64_t i = 0; i < n; ++i) gradient[i] += factor_s * exp_s[i] - factor_t * exp_t[i];
  return kl;
}

template <typename F>
RETORT_INLINE double AddCrossEntropy(const RowTask& task, const F* s, F* gradient, F* exp_s) {
  const int64_t n = task.columns;
  const F max = Max(s, n);
  const double log_sum = LogSumExp(s, n, max, F{1}, exp_s);
  const F factor = static_cast<F>(task.scales.ce_scale * std::exp(-log_sum));
  for (int64_t i = 0; i < n; ++i) gradient[i] += factor * exp_s[i];
  gradient[task.label] -= static_cast<F>(task.scales.ce_scale);
  return log_sum - static_cast<double>(s[task.label] - max);
}

template <typename F>
RETORT_INLINE double AddSquaredError(const RowTask& task, const F* s, const F* t, F* gradient) {
  const F factor = static_cast<F>(2 * task.scales.mse_scale);
  for (int64_t i = 0; i < task.columns; ++i) gradient[i] += factor * (s[i] - t[i]);
  return Sum<F>(task.columns, [&](int64_t i) { return (s[i] - t[i]) * (s[i] - t[i]); });
}

// Buffers of one thread for one row: student, teacher, gradient and two sets of exponentials.
template <typename F>
struct RowBuffers {
  explicit RowBuffers(int64_t columns) : values(5 * columns), columns(columns) {}
  F* at(int i) { return values.data() + i * columns; }
  std::vector<F> values;
  int64_t columns;
};

// The losses of a row whose logits are in buffers 0 and 1; the gradient goes to buffer 2.
template <typename F>
RETORT_INLINE RowValues RunRow(const RowTask& task, F* student, F* teacher, F* gradient, F* exp_s, F* exp_t) {
  RowValues values;
  for (int64_t i = 0; i < task.columns; ++i) gradient[i] = 0;
  if (task.scales.kl_scale != 0) values.kl = AddSoftTargets(task, student, teacher, gradient, exp_s, exp_t);
  if (task.scales.ce_scale != 0 && task.label != kNoLabel) {
    values.ce = AddCrossEntropy(task, student, gradient, exp_s);
  }
  if (task.scales.mse_scale != 0) values.mse = AddSquaredError(task, student, teacher, gradient);
  return values;
}

RETORT_MULTIVERSION void RunFloatRow(const RowTask& task, float* student, float* teacher, float* gradient, float* exp_s,
                                     float* exp_t, RowValues* values) {
  *values = RunRow(task, student, teacher, gradient, exp_s, exp_t);
}

void RunBufferedRow(const RowTask& task, RowBuffers<float>* b, RowValues* values) {
  RunFloatRow(task, b->at(0), b->at(1), b->at(2), b->at(3), b->at(4), values);
}

void RunBufferedRow(const RowTask& task, RowBuffers<double>* b, RowValues* values) {
  *values = RunRow(task, b->at(0), b->at(1), b->at(2), b->at(3), b->at(4));
}

// A row of logits of any float type into a buffer.
template <typename F>
void LoadRow(const at::Tensor& logits, int64_t row, int64_t columns, F* buffer) {
  const int64_t begin = row * logits.size(1);
  switch (logits.scalar_type()) {
    case at::kFloat:
      return ConvertRow(logits.const_data_ptr<float>() + begin, columns, buffer);
    case at::kDouble:
      return ConvertRow(logits.const_data_ptr<double>() + begin, columns, buffer);
    default:
      return ConvertRow(logits.const_data_ptr<c10::BFloat16>() + begin, columns, buffer);
  }
}

// A row's gradient over its logits; padding gets 0.
template <typename F>
void StoreRow(const F* gradient, int64_t row, int64_t columns, at::Tensor* logits) {
  const int64_t width = logits->size(1), begin = row * width;
  auto store = [&](auto* to) {
    ConvertRow(gradient, columns, to + begin);
    for (int64_t i = columns; i < width; ++i) to[begin + i] = 0;
  };
  switch (logits->scalar_type()) {
    case at::kFloat:
      return store(logits->data_ptr<float>());
    case at::kDouble:
      return store(logits->data_ptr<double>());
    default:
      return store(logits->data_ptr<c10::BFloat16>());
  }
}

RowTask TaskOf(const RowLossScales& scales, int64_t row, const at::Tensor& labels, const at::Tensor& soft_rows,
               int64_t columns) {
  RowTask task{scales, kNoLabel, columns};
  if (labels.defined()) task.label = labels.const_data_ptr<int64_t>()[row];
  if (soft_rows.defined() && !soft_rows.const_data_ptr<bool>()[row]) task.scales.kl_scale = task.scales.mse_scale = 0;
  return task;
}

template <typename F>
RowLossSums RunOnHost(const RowLossScales& scales, at::Tensor student, const at::Tensor& teacher,
                      const at::Tensor& labels, const at::Tensor& soft_rows, int64_t columns) {
  const int64_t rows = student.size(0);
  std::vector<RowValues> values(rows);
  at::parallel_for(0, rows, 1, [&](int64_t begin, int64_t end) {
    RowBuffers<F> buffers(columns);
    for (int64_t row = begin; row < end; ++row) {
      LoadRow(student, row, columns, buffers.at(0));
      if (teacher.defined()) LoadRow(teacher, row, columns, buffers.at(1));
      RunBufferedRow(TaskOf(scales, row, labels, soft_rows, columns), &buffers, &values[row]);
      StoreRow(buffers.at(2), row, columns, &student);
    }
  });
  RowValues total;
  for (const RowValues& value : values) {
    total.kl += value.kl;
    total.ce += value.ce;
    total.mse += value.mse;
  }
  auto scalar = [](double value) { return at::scalar_tensor(value, at::kDouble); };
  return {scalar(total.kl), scalar(total.ce), scalar(total.mse)};
}

}  // namespace

RowLossSums RowLossGradient(const RowLossScales& scales, at::Tensor student_logits, const at::Tensor& teacher_logits,
                            const at::Tensor& labels, const at::Tensor& soft_rows, int64_t columns) {
  CHECK_EQ(student_logits.stride(1), 1);
  if (teacher_logits.defined()) CHECK_EQ(teacher_logits.stride(1), 1);
  const at::Tensor label_rows = labels.defined() ? labels.contiguous() : labels;
  const at::Tensor soft = soft_rows.defined() ? soft_rows.contiguous() : soft_rows;
  if (!student_logits.device().is_cpu()) {
    return RowLossGradientOnDevice(scales, student_logits, teacher_logits, label_rows, soft, columns);
  }
  CHECK(student_logits.is_contiguous());
  const at::Tensor teacher = teacher_logits.defined() ? teacher_logits.contiguous() : teacher_logits;
  return student_logits.scalar_type() == at::kDouble
             ? RunOnHost<double>(scales, student_logits, teacher, label_rows, soft, columns)
             : RunOnHost<float>(scales, student_logits, teacher, label_rows, soft, columns);
}

}  // namespace retort::ops
