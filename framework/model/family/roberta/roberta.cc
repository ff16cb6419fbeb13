#include "framework/model/family/roberta/roberta.h"

#include "framework/model/family/bert_options.h"

namespace retort {
namespace {

constexpr int64_t kPadTokenId = 1;  // What config.json means where it does not say.

void Fix(EncoderConfig* config) {
  FixBertLayers(config);
  config->position_offset = config->pad_token_id + 1;
}

HeadSpec RobertaHead(HeadKind kind, const EncoderConfig& config) {
  switch (kind) {
    case HeadKind::kVocabulary:
      return HeadSpec();  // With GELU, whatever the layers have.
    case HeadKind::kSpans:
      return PlainHead(kind, Pooling::kNone);
    case HeadKind::kClasses:
    case HeadKind::kScore:
      break;
  }
  HeadSpec head = PlainHead(kind, Pooling::kFirst);
  head.transform = head.drops_input = true;
  head.activation = Activation::kTanh;
  head.dropout = config.hidden_dropout;
  return head;
}

void ReadConfig(ConfigReader* reader, EncoderConfig* config) {
  if (!reader->Has("pad_token_id")) config->pad_token_id = kPadTokenId;
  ReadBertOptions(reader, config);
}

}  // namespace

const ModelFamily& RobertaFamily() {
  static const auto* const family = [] {
    auto* f = new ModelFamily;
    f->name = "roberta";
    f->encoder_class = "RobertaModel";
    f->head_classes = {{HeadKind::kVocabulary, "RobertaForMaskedLM"},
                       {HeadKind::kClasses, "RobertaForSequenceClassification"},
                       {HeadKind::kScore, "RobertaForSequenceClassification"},
                       {HeadKind::kSpans, "RobertaForQuestionAnswering"}};
    f->fix = Fix;
    f->head = RobertaHead;
    f->read_config = ReadConfig;
    f->write_config = WriteBertOptions;
    f->dropout_options = {{HeadKind::kClasses, "classifier_dropout"}, {HeadKind::kScore, "classifier_dropout"}};
    AddBertModules("roberta.", f);
    f->others.push_back({"lm_head.dense", {"head.vocabulary.transform"}});
    f->others.push_back({"lm_head.layer_norm", {"head.vocabulary.norm"}});
    f->others.push_back({"qa_outputs", {"head.spans.output"}});
    AddLabelModules("classifier.out_proj", "classifier.dense", f);
    f->single = {{"head.vocabulary.decoder.bias", "lm_head.bias"},
                 {"head.vocabulary.decoder.weight", "lm_head.decoder.weight"}};
    f->decoder = "lm_head.decoder.weight";
    f->second_bias = "lm_head.decoder.bias";
    f->ignored = {"roberta.embeddings.position_ids", "roberta.embeddings.token_type_ids"};
    f->nominal_token_types = true;
    return f;
  }();
  return *family;
}

}  // namespace retort
