#ifndef RETORT_FRAMEWORK_MODEL_FAMILY_BERT_OPTIONS_H_
#define RETORT_FRAMEWORK_MODEL_FAMILY_BERT_OPTIONS_H_

#include <string>

#include "framework/model/family/family.h"

// What the files of BERT, RoBERTa and MobileBERT have in common, and what DistilBERT computes as they do.

namespace retort {

void ReadBertOptions(ConfigReader* reader, EncoderConfig* config);
// The same of layers that have what `layer` has, where these options do not say.
void ReadBertOptionsOver(LayerSpec layer, ConfigReader* reader, EncoderConfig* config);
void WriteBertOptions(const EncoderConfig& config, ConfigJson* json);

// The encoder's modules under the prefix, its layers, and its pooler.
void AddBertModules(const std::string& prefix, ModelFamily* family);

// Where the head of BERT and MobileBERT for masked language models is stored: cls.predictions.*.
void AddBertVocabularyModules(ModelFamily* family);

// Where the head for next sentences is stored, in a family whose head of classes is that one and has no place yet: the
// classes of transformers are <prefix>ForNextSentencePrediction and, with the vocabulary's head,
// <prefix>ForPreTraining.
void AddBertPretraining(const std::string& class_prefix, ModelFamily* family);

// Sets what is the same in all encoders that compute as BERT's.
void FixBertLayers(EncoderConfig* config);

// The part of it that MobileBERT has as well: norms after the parts and the embeddings, biases, attention both ways.
void FixPostNormLayers(EncoderConfig* config);

// BERT's masked language model, whose activation is that of the layers.
HeadSpec BertVocabularyHead(const EncoderConfig& config);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FAMILY_BERT_OPTIONS_H_
