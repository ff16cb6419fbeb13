#ifndef RETORT_FRAMEWORK_OPS_ADAMW_ADAMW_H_
#define RETORT_FRAMEWORK_OPS_ADAMW_ADAMW_H_

#include <cstdint>
#include <vector>

#include "ATen/core/Tensor.h"

namespace retort::ops {

// A run of elements of the flat parameter buffer that are treated alike.
struct AdamWSegment {
  int64_t offset = 0;
  int64_t size = 0;
  bool decay = true;  // False for biases and LayerNorms.
  double learning_rate_scale = 1;
  bool trainable = true;  // False: parameters and moments stay as they are.
};

struct AdamWOptions {
  double learning_rate = 0;  // This step's, after the schedule.
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
  int64_t step = 1;             // 1 for the first step: bias correction.
  bool bias_correction = true;  // False: BertAdam.
};

// One step of AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2; torch.optim.AdamW):
//
//   g ← factor · g;  m ← β1 m + (1-β1) g;  v ← β2 v + (1-β2) g²
//   θ ← θ - lr · decay · θ - lr · (m / (1-β1^t)) / (√(v / (1-β2^t)) + ε)
//
// Without bias correction m and v stand undivided, as in BertAdam (the optimiser of BERT's and TinyBERT's released
// code).
//
// Args: factors: [segments] float32, on the device of the others, which nothing waits for: what clipping multiplies the
//   gradient of each segment by. A segment whose factor is not finite stays as it is, as if it were not trainable.
//   parameters, gradient, first_moment, second_moment [N] float32, contiguous, on one device, updated in place
//   (the gradient is only read); working_copy [N] bfloat16 that gets the rounded new parameters, or undefined.
void AdamW(const AdamWOptions& options, const std::vector<AdamWSegment>& segments, const at::Tensor& factors,
           at::Tensor parameters, const at::Tensor& gradient, at::Tensor first_moment, at::Tensor second_moment,
           at::Tensor working_copy);

// Global L2 norm √Σ g² over the trainable segments: [] float64 on the gradient's device; the same bits for any number
// of threads.
at::Tensor GradientNorm(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient);

// L2 norm of each segment's gradient by itself, 0 of those that are not trainable: [segments] float64, likewise.
at::Tensor SegmentNorms(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ADAMW_ADAMW_H_
