#ifndef RETORT_FRAMEWORK_MODEL_CLASS_ORDER_CLASS_ORDER_H_
#define RETORT_FRAMEWORK_MODEL_CLASS_ORDER_CLASS_ORDER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "framework/model/config/encoder_config.h"
#include "framework/model/parameter_set.h"

// Names connect the classes of files, teachers and students; numbers do not, since models in the wild have the same
// classes in different orders (MNLI's in at least three).

namespace retort {

// Gives the model's head of classes the order of `classes`. Names are equal as they are, or else but for their case.
// Nothing is done for a model without such a head.
//
// Args: model: whose the classes are, for messages: "teacher.checkpoint". parameters: of the model, whose rows of the
// head's output move; null where there is only a configuration. Errors: InvalidArgument, with both lists and a way out,
// for other names; nothing is changed then.
absl::Status OrderClasses(const std::vector<std::string>& classes, const std::string& model, EncoderConfig* config,
                          ParameterSet* parameters);

// Makes a model one that a student can be initialised from: gives its classes the order of the student's where they are
// the same by name, and leaves a head of other classes out.
//
// Args: parameters: of the model; null where there is only a configuration.
void FitClasses(const EncoderConfig& student, EncoderConfig* config, ParameterSet* parameters);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_CLASS_ORDER_CLASS_ORDER_H_
