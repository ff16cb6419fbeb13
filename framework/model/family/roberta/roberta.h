#ifndef RETORT_FRAMEWORK_MODEL_FAMILY_ROBERTA_ROBERTA_H_
#define RETORT_FRAMEWORK_MODEL_FAMILY_ROBERTA_ROBERTA_H_

#include "framework/model/family/family.h"

namespace retort {

// RoBERTa (Liu et al. 2019, arXiv:1907.11692) and DistilRoBERTa: BERT whose positions count from the padding id + 1.
const ModelFamily& RobertaFamily();

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FAMILY_ROBERTA_ROBERTA_H_
