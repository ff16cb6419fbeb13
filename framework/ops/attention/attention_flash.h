#ifndef RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_FLASH_H_
#define RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_FLASH_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/attention/attention.h"

namespace retort::ops {

// Whether libtorch's FlashAttention computes this: bfloat16 on a GPU, no padding among the rows, heads it has room for.
bool HasFlashAttention(const at::Tensor& query, const Packing& packing, const AttentionOptions& options);

// Attention by FlashAttention-2 (Dao 2023, arXiv:2307.08691) as libtorch has it, on rows as they are: neither padding
// nor scores are stored. Draws are the kernel's, of KernelSeed(site), at a rate of 8 bits. Gradients are added up in
// one order, so that they have the same bits each time.
//
// Args: as Attention has them. REQUIRES: HasFlashAttention. Gradient flows to query, key and value.
at::Tensor FlashAttention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                          const Packing& packing, const AttentionOptions& options);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_FLASH_H_
