#ifndef RETORT_FRAMEWORK_MODEL_FAMILY_GPT2_GPT2_H_
#define RETORT_FRAMEWORK_MODEL_FAMILY_GPT2_GPT2_H_

#include "framework/model/family/family.h"

namespace retort {

// GPT-2 (Radford et al. 2019) and DistilGPT2: causal, LayerNorm before attention and feed-forward and once at the end,
// one matrix for query, key and value, stored [in, out]; the decoder is the word embeddings, without a bias.
const ModelFamily& Gpt2Family();

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FAMILY_GPT2_GPT2_H_
