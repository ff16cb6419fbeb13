#ifndef RETORT_FRAMEWORK_MODEL_FAMILY_MOBILEBERT_MOBILEBERT_H_
#define RETORT_FRAMEWORK_MODEL_FAMILY_MOBILEBERT_MOBILEBERT_H_

#include "framework/model/family/family.h"

namespace retort {

// MobileBERT (Sun et al. 2020, arXiv:2004.02984) and its teacher IB-BERT: layers with bottlenecks and several
// feed-forward networks, elementwise norms or LayerNorms, narrow word embeddings that are read as trigrams. Where
// nothing says, a student has a quarter of its width in bottlenecks and word embeddings, four networks and elementwise
// norms, as in the paper.
//
// Where there is no pooler (classifier_activation), heads of classes and scores read the first position as it is.
//
// What transformers computes with LayerNorm has epsilon 1e-5 in two places, whatever config.json says: the embeddings,
// and after a layer's last feed-forward network.
const ModelFamily& MobilebertFamily();

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FAMILY_MOBILEBERT_MOBILEBERT_H_
