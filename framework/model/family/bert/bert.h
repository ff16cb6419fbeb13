#ifndef RETORT_FRAMEWORK_MODEL_FAMILY_BERT_BERT_H_
#define RETORT_FRAMEWORK_MODEL_FAMILY_BERT_BERT_H_

#include "framework/model/family/family.h"

namespace retort {

// BERT (Devlin et al. 2019, arXiv:1810.04805): post-LayerNorm, token types, a head with dense layer and LayerNorm.
// Multilingual BERT, TinyBERT and MiniLM are of this family.
const ModelFamily& BertFamily();

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FAMILY_BERT_BERT_H_
