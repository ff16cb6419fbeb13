// Writes model folders of random weights, as SaveModel writes them, and what they compute, for models_test.py:
//
//   write_models <folder>
//
// Each of <folder>/{bert, distilbert, roberta, gpt2, mobilebert ...} is a model; its outputs/ is what WriteModelOutputs
// makes of the weights that were saved.

#include <string>
#include <vector>

#include "ATen/TensorOperators.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/batch/step_batch.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/testing/fixtures.h"
#include "framework/text/files/tokenizer_files.h"
#include "glog/logging.h"
#include "tests/interop/transformers/model_outputs.h"

namespace retort {
namespace {

const TokenizerFiles& WordPieces() {
  static const auto* const files =
      new TokenizerFiles{{"vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nre\n##tort\nboils\n.\nRe\n"},
                         {"tokenizer_config.json", R"({"tokenizer_class": "BertTokenizer", "do_lower_case": false})"}};
  return *files;
}

// A byte-level BPE with these special pieces: of GPT-2's kind with <|endoftext|>, else of RoBERTa's.
TokenizerFiles BytePieces(const std::string& specials) {
  return {{"vocab.json", absl::StrCat("{", specials, R"(, "a": 5, "b": 6, "\u0120": 7, "ab": 8, "\u0120ab": 9})")},
          {"merges.txt", "#version: 0.2\na b\n\u0120 ab\n"}};
}

TokenizerFiles Tokenizer(const EncoderConfig& config) {
  if (config.family == "roberta") return BytePieces(R"("<pad>": 0, "<s>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4)");
  if (config.family == "gpt2") return BytePieces(R"("<|endoftext|>": 0, "1": 1, "2": 2, "3": 3, "4": 4)");
  return WordPieces();
}

struct Model {
  std::string name;
  EncoderConfig config;
  at::ScalarType dtype = at::kFloat;
};

EncoderConfig Distilbert() { return testing::SmallModel("distilbert", 3); }

EncoderConfig Roberta() {
  EncoderConfig config = testing::SmallModel("roberta", 2);
  config.token_types = 1;
  return config;
}

EncoderConfig Gpt2() { return testing::SmallModel("gpt2", 3); }

void SetActivation(Activation activation, EncoderConfig* config) {
  for (LayerSpec& layer : config->layers) layer.feed_forward.activation = activation;
}

// A model of every family with every other head.
std::vector<Model> ModelsWithHeads() {
  std::vector<Model> models;
  for (const std::string family : {"bert", "distilbert", "roberta", "gpt2", "mobilebert"}) {
    for (HeadKind kind : {HeadKind::kClasses, HeadKind::kSpans, HeadKind::kScore}) {
      Model& model = models.emplace_back();
      model.name = absl::StrCat(family, "_", HeadKindName(kind));
      model.config = testing::SmallModel(family, 2, {kind});
      if (kind == HeadKind::kClasses) model.config.heads.front().classes = {"no", "maybe", "yes"};
    }
  }
  return models;
}

EncoderConfig WithoutHead(EncoderConfig config) {
  config.heads.clear();
  return config;
}

std::vector<Model> BertModels() {
  EncoderConfig bert = testing::SmallEncoder(3);
  bert.layer_norm_epsilon = 1e-6;
  EncoderConfig without_token_types = bert;
  without_token_types.token_types = 0;
  EncoderConfig untied = testing::SmallEncoder(2);
  untied.heads.front().tied = false;
  SetActivation(Activation::kRelu, &untied);
  untied.heads.front().activation = Activation::kRelu;
  EncoderConfig pooler = testing::SmallEncoder(2);
  pooler.pooler = true;
  EncoderConfig pretraining = pooler;
  pretraining.heads.push_back(PlainHead(HeadKind::kClasses, Pooling::kPooler));
  pretraining.heads.back().classes = NextSentenceClasses();
  return {{"bert", bert},
          {"bert_without_token_types", without_token_types},
          {"bert_untied", untied},
          {"bert_encoder", WithoutHead(bert)},
          {"bert_encoder_with_pooler", WithoutHead(pooler)},
          {"bert_with_pooler", pooler},
          {"bert_pretraining", pretraining}};
}

EncoderConfig Mobilebert() {
  EncoderConfig config = testing::SmallModel("mobilebert", 2);
  config.embedding_size = 3;
  config.hidden_dropout = 0;
  LayerSpec layer = config.layers.front();
  layer.bottleneck.width = 4;
  layer.feed_forward.networks = 3;
  CHECK(SetLayers(2, layer, &config).ok());
  return config;
}

std::vector<Model> MobilebertModels() {
  EncoderConfig teacher = Mobilebert();
  teacher.norm_kind = NormKind::kLayer;
  teacher.layer_norm_epsilon = 1e-3;
  for (LayerSpec& layer : teacher.layers) layer.bottleneck.feeds_attention = true;
  EncoderConfig untied = Mobilebert();
  untied.heads.front().tied = false;
  EncoderConfig pooler = WithoutHead(Mobilebert());
  pooler.pooler = true;
  EncoderConfig pretraining = Mobilebert();
  pretraining.pooler = true;
  pretraining.heads.push_back(PlainHead(HeadKind::kClasses, Pooling::kPooler));
  pretraining.heads.back().classes = NextSentenceClasses();
  return {{"mobilebert", Mobilebert()},
          {"mobilebert_teacher", teacher},
          {"mobilebert_untied", untied},
          {"mobilebert_encoder", WithoutHead(Mobilebert())},
          {"mobilebert_encoder_with_pooler", pooler},
          {"mobilebert_pretraining", pretraining}};
}

std::vector<Model> OtherModels() {
  EncoderConfig untied_distilbert = Distilbert();
  untied_distilbert.heads.front().tied = false;
  EncoderConfig roberta_tanh = Roberta();
  SetActivation(Activation::kGeluTanh, &roberta_tanh);
  EncoderConfig untied_roberta = Roberta();
  untied_roberta.heads.front().tied = false;
  EncoderConfig untied_gpt2 = Gpt2();
  untied_gpt2.heads.front().tied = false;
  return {{"distilbert", Distilbert()},
          {"distilbert_bf16", Distilbert(), at::kBFloat16},
          {"distilbert_untied", untied_distilbert},
          {"distilbert_encoder", WithoutHead(Distilbert())},
          {"roberta", Roberta()},
          {"roberta_gelu_new", roberta_tanh},
          {"roberta_untied", untied_roberta},
          {"roberta_encoder", WithoutHead(Roberta())},
          {"gpt2", Gpt2()},
          {"gpt2_untied", untied_gpt2}};
}

ParameterSet RandomParameters(const Model& model) {
  ParameterSet parameters(EncoderParameterSpecs(model.config), at::kFloat, c10::Device(at::kCPU));
  uint64_t seed = 0;
  for (const ParameterSpec& spec : parameters.specs()) {
    const at::Tensor draws = testing::RandomTensor(spec.shape, ++seed) * 0.3;
    parameters.Get(spec.name).copy_(spec.kind == ParameterKind::kNormScale ? 1 + draws : draws);
  }
  return parameters.To(model.dtype, at::kCPU).To(at::kFloat, at::kCPU);
}

absl::Status Write(const std::string& folder, const Model& model) {
  ParameterSet parameters = RandomParameters(model);
  const Batch batch = testing::WholeBatch(testing::RandomStepBatch({9, 5, 12}, 1));
  RETORT_RETURN_IF_ERROR(SaveModel(folder, model.config, parameters, Tokenizer(model.config), {model.dtype}));
  return WriteModelOutputs(folder + "/outputs", model.config, batch, &parameters);
}

absl::Status WriteAll(const std::string& folder) {
  for (const Model& model : BertModels()) RETORT_RETURN_IF_ERROR(Write(folder + "/" + model.name, model));
  for (const Model& model : ModelsWithHeads()) RETORT_RETURN_IF_ERROR(Write(folder + "/" + model.name, model));
  for (const Model& model : MobilebertModels()) RETORT_RETURN_IF_ERROR(Write(folder + "/" + model.name, model));
  for (const Model& model : OtherModels()) RETORT_RETURN_IF_ERROR(Write(folder + "/" + model.name, model));
  return absl::OkStatus();
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  google::InitGoogleLogging(argv[0]);
  CHECK_EQ(argc, 2) << "want the folder to write to";
  const absl::Status status = retort::WriteAll(argv[1]);
  CHECK(status.ok()) << status;
}
