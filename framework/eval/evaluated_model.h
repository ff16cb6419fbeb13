#ifndef RETORT_FRAMEWORK_EVAL_EVALUATED_MODEL_H_
#define RETORT_FRAMEWORK_EVAL_EVALUATED_MODEL_H_

#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"

namespace retort {

// A model to evaluate: parameters on the device of the evaluation.
struct EvaluatedModel {
  const Encoder* encoder = nullptr;
  const ParameterSet* parameters = nullptr;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_EVALUATED_MODEL_H_
