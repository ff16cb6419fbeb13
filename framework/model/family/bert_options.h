#ifndef RETORT_FRAMEWORK_MODEL_FAMILY_BERT_OPTIONS_H_
#define RETORT_FRAMEWORK_MODEL_FAMILY_BERT_OPTIONS_H_

#include <string>

#include "framework/model/family/family.h"

// What the files of BERT and RoBERTa have in common, and what DistilBERT computes as they do.

namespace retort {

void ReadBertOptions(ConfigReader* reader, EncoderConfig* config);
void WriteBertOptions(const EncoderConfig& config, ConfigJson* json);

// The encoder's modules under the prefix, its layers, and its pooler.
void AddBertModules(const std::string& prefix, ModelFamily* family);

// Sets what is the same in all encoders that compute as BERT's.
void FixBertLayers(EncoderConfig* config);

// BERT's masked language model, whose activation is that of the layers.
HeadSpec BertVocabularyHead(const EncoderConfig& config);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FAMILY_BERT_OPTIONS_H_
