#include "framework/model/family/bert/bert.h"

#include "framework/model/family/bert_options.h"

namespace retort {
namespace {

HeadSpec BertHead(HeadKind kind, const EncoderConfig& config) {
  switch (kind) {
    case HeadKind::kVocabulary:
      return BertVocabularyHead(config);
    case HeadKind::kSpans:
      return PlainHead(kind, Pooling::kNone);
    case HeadKind::kClasses:
    case HeadKind::kScore:
      break;
  }
  HeadSpec head = PlainHead(kind, Pooling::kPooler);
  head.dropout = config.hidden_dropout;
  return head;
}

// The classes' head of BERT's pre-training is one layer on the pooler, without dropout.
HeadSpec PretrainingHead(HeadKind kind, const EncoderConfig& config) {
  if (kind != HeadKind::kClasses) return BertHead(kind, config);
  HeadSpec head = PlainHead(kind, Pooling::kPooler);
  head.classes = NextSentenceClasses();
  return head;
}

// All but where a head of classes or a score is stored.
ModelFamily WithoutLabels() {
  ModelFamily f;
  f.name = "bert";
  f.encoder_class = "BertModel";
  f.head_classes = {{HeadKind::kVocabulary, "BertForMaskedLM"},
                    {HeadKind::kClasses, "BertForSequenceClassification"},
                    {HeadKind::kScore, "BertForSequenceClassification"},
                    {HeadKind::kSpans, "BertForQuestionAnswering"}};
  f.student_families = {"distilbert", "bert"};
  f.fix = FixBertLayers;
  f.head = BertHead;
  f.read_config = ReadBertOptions;
  f.write_config = WriteBertOptions;
  f.dropout_options = {{HeadKind::kClasses, "classifier_dropout"}, {HeadKind::kScore, "classifier_dropout"}};
  AddBertModules("bert.", &f);
  AddBertVocabularyModules(&f);
  f.others.push_back({"qa_outputs", {"head.spans.output"}});
  f.ignored = {"bert.embeddings.position_ids", "bert.embeddings.token_type_ids"};
  f.nominal_token_types = true;
  return f;
}

const ModelFamily& Pretraining() {
  static const auto* const family = [] {
    auto* f = new ModelFamily(WithoutLabels());
    f->head = PretrainingHead;
    AddBertPretraining("Bert", f);
    return f;
  }();
  return *family;
}

}  // namespace

const ModelFamily& BertFamily() {
  static const auto* const family = [] {
    auto* f = new ModelFamily(WithoutLabels());
    AddLabelModules("classifier", /*transform=*/"", f);
    f->next_sentence = &Pretraining();
    return f;
  }();
  return *family;
}

}  // namespace retort
