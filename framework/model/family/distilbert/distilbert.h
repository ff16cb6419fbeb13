#ifndef RETORT_FRAMEWORK_MODEL_FAMILY_DISTILBERT_DISTILBERT_H_
#define RETORT_FRAMEWORK_MODEL_FAMILY_DISTILBERT_DISTILBERT_H_

#include "framework/model/family/family.h"

namespace retort {

// DistilBERT (Sanh et al. 2019, arXiv:1910.01108): BERT without token types and pooler. Its files have no place for a
// LayerNorm epsilon, which is 1e-12. Sinusoidal positions are a table like any other once they are stored.
const ModelFamily& DistilbertFamily();

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FAMILY_DISTILBERT_DISTILBERT_H_
