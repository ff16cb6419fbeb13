#ifndef RETORT_FRAMEWORK_MODEL_FAMILY_HEADS_CONFIG_H_
#define RETORT_FRAMEWORK_MODEL_FAMILY_HEADS_CONFIG_H_

#include "framework/model/config/encoder_config.h"
#include "framework/model/family/config_reader.h"
#include "framework/model/family/family.h"

// What a config.json says of heads, in the same words in all families.

namespace retort {

// Adds the heads that a model of this configuration may have: those of the classes that `architectures` names, or where
// it names none at all one of every kind. A family's own head for next sentences is there where a class of it is named.
// Which of them there are, only the weights tell. id2label (or num_labels) and problem_type tell classes from a score;
// what is neither, as several labels at once, gives no head.
void ReadHeads(const ModelFamily& family, ConfigReader* reader, EncoderConfig* config);

// Adds architectures, and what ReadHeads reads of the configuration's heads.
void WriteHeads(const ModelFamily& family, const EncoderConfig& config, ConfigJson* json);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FAMILY_HEADS_CONFIG_H_
