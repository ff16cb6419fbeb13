#include "framework/model/family/family.h"

#include <functional>

#include "absl/strings/str_cat.h"
#include "framework/model/family/heads_config.h"
#include "framework/model/family/test_read_config.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using testing::kBert;
using testing::kGpt2;
using testing::kMobilebert;
using testing::LayoutText;
using testing::Options;
using testing::Read;
using testing::ReadError;

TEST(Layout, Bert) {
  EXPECT_EQ(LayoutText("bert", {"embeddings.word", "layer.2.attention.query.bias", "layer.1.feed_forward.norm.scale",
                                "head.vocabulary.decoder.bias"}),
            (std::vector<std::string>{
                "cls.predictions.bias = head.vocabulary.decoder.bias",
                "bert.embeddings.word_embeddings.weight = embeddings.word",
                "bert.encoder.layer.0.output.LayerNorm.weight = layer.1.feed_forward.norm.scale",
                "bert.encoder.layer.1.attention.self.query.bias = layer.2.attention.query.bias",
            }));
}

TEST(Layout, Distilbert) {
  EXPECT_EQ(LayoutText("distilbert",
                       {"layer.1.attention.norm.shift", "head.vocabulary.decoder.bias", "head.vocabulary.norm.scale"}),
            (std::vector<std::string>{
                "vocab_layer_norm.weight = head.vocabulary.norm.scale",
                "vocab_projector.bias = head.vocabulary.decoder.bias",
                "distilbert.transformer.layer.0.sa_layer_norm.bias = layer.1.attention.norm.shift",
            }));
}

TEST(Layout, Roberta) {
  EXPECT_EQ(
      LayoutText("roberta", {"head.vocabulary.transform.weight", "head.vocabulary.decoder.weight", "pooler.bias"}),
      (std::vector<std::string>{
          "lm_head.decoder.weight = head.vocabulary.decoder.weight",
          "roberta.pooler.dense.bias = pooler.bias",
          "lm_head.dense.weight = head.vocabulary.transform.weight",
      }));
}

TEST(Layout, Gpt2FusesAndTransposes) {
  std::vector<std::string> canonical = {"final.norm.shift", "layer.1.feed_forward.up.weight"};
  for (const char* part : {"query", "key", "value"}) {
    canonical.push_back(absl::StrCat("layer.1.attention.", part, ".weight"));
    canonical.push_back(absl::StrCat("layer.1.attention.", part, ".bias"));
  }
  EXPECT_EQ(LayoutText("gpt2", canonical),
            (std::vector<std::string>{
                "transformer.ln_f.bias = final.norm.shift",
                "transformer.h.0.attn.c_attn.weight = layer.1.attention.query.weight + layer.1.attention.key.weight + "
                "layer.1.attention.value.weight *",
                "transformer.h.0.attn.c_attn.bias = layer.1.attention.query.bias + layer.1.attention.key.bias + "
                "layer.1.attention.value.bias",
                "transformer.h.0.mlp.c_fc.weight = layer.1.feed_forward.up.weight *",
            }));
}

TEST(NormalizeStoredName, AddsPrefixesAndRenamesOldNorms) {
  EXPECT_EQ(NormalizeStoredName(*FindFamily("bert"), "encoder.layer.0.output.LayerNorm.gamma"),
            "bert.encoder.layer.0.output.LayerNorm.weight");
  EXPECT_EQ(NormalizeStoredName(*FindFamily("gpt2"), "h.0.ln_1.weight"), "transformer.h.0.ln_1.weight");
  EXPECT_EQ(NormalizeStoredName(*FindFamily("roberta"), "lm_head.bias"), "lm_head.bias");
}

TEST(CopyOf, IsTheWordEmbeddingsWhereTheDecoderIsTied) {
  EncoderConfig config;
  EXPECT_EQ(CopyOf(*FindFamily("gpt2"), config, "lm_head.weight"), "");
  config.heads = {HeadSpec()};
  EXPECT_EQ(CopyOf(*FindFamily("gpt2"), config, "lm_head.weight"), "transformer.wte.weight");
  EXPECT_EQ(CopyOf(*FindFamily("bert"), config, "cls.predictions.decoder.bias"), "cls.predictions.bias");
  config.heads.front().tied = false;
  EXPECT_EQ(CopyOf(*FindFamily("gpt2"), config, "lm_head.weight"), "");
}

TEST(IsIgnored, Buffers) {
  EXPECT_TRUE(IsIgnored(*FindFamily("gpt2"), "transformer.h.3.attn.bias"));
  EXPECT_FALSE(IsIgnored(*FindFamily("gpt2"), "transformer.h.3.attn.c_attn.bias"));
  EXPECT_FALSE(IsIgnored(*FindFamily("bert"), "cls.seq_relationship.weight"));
}

TEST(ReadConfig, RobertaCountsPositionsFromThePaddingIdPlusOne) {
  absl::Status status;
  EXPECT_EQ(Read("roberta", Options(kBert, ""), &status).position_offset, 2);
  EXPECT_EQ(Read("roberta", Options(kBert, R"(, "pad_token_id": 5)"), &status).position_offset, 6);
  const EncoderConfig relu = Read("roberta", Options(kBert, R"(, "hidden_act": "relu")"), &status);
  EXPECT_EQ(relu.layers.front().feed_forward.activation, Activation::kRelu);
  EXPECT_EQ(FindHead(relu, HeadKind::kVocabulary)->activation, Activation::kGelu);
  EXPECT_THAT(status, testing::IsOk());
}

TEST(ReadConfig, Gpt2IsCausalWithNormsBefore) {
  absl::Status status;
  const EncoderConfig config = Read("gpt2", Options(kGpt2, R"(, "eos_token_id": 7)"), &status);
  EXPECT_THAT(status, testing::IsOk());
  EXPECT_TRUE(config.causal() && config.final_norm && !config.embedding_norm);
  EXPECT_EQ(config.layer(2).norm, NormPlacement::kPre);
  EXPECT_EQ(config.layer(2).feed_forward.activation, Activation::kGeluTanh);
  EXPECT_EQ(config.layer(2).feed_forward.width, 32);
  EXPECT_FALSE(config.heads.front().transform || config.heads.front().bias);
  EXPECT_EQ(config.max_positions, 1024);
  EXPECT_EQ(config.pad_token_id, 7);
  EXPECT_EQ(config.layer_norm_epsilon, 1e-5);
}

TEST(ReadConfig, Gpt2PadsWithAnIdThatIsThere) {
  absl::Status status;
  // What transformers writes for a small vocabulary.
  EncoderConfig config = Read("gpt2", Options(kGpt2, R"(, "bos_token_id": 50256, "eos_token_id": 50256)"), &status);
  EXPECT_THAT(status, testing::IsOk());
  EXPECT_EQ(config.pad_token_id, 99);
  EXPECT_EQ(Read("gpt2", Options(kGpt2, ""), &status).pad_token_id, 99);
  EXPECT_EQ(Read("gpt2", Options(kGpt2, R"(, "pad_token_id": 3, "eos_token_id": 7)"), &status).pad_token_id, 3);
}

TEST(WriteConfig, Gpt2KeepsWhatBeginsAndEndsATextApartFromPadding) {
  const auto written = [](const std::string& options) {
    absl::Status status;
    ConfigJson json;
    FindFamily("gpt2")->write_config(Read("gpt2", Options(kGpt2, options), &status), &json);
    EXPECT_THAT(status, testing::IsOk());
    return std::pair(json["bos_token_id"].get<int>(), json["eos_token_id"].get<int>());
  };
  EXPECT_EQ(written(R"(, "pad_token_id": 3, "bos_token_id": 5, "eos_token_id": 7)"), std::pair(5, 7));
  EXPECT_EQ(written(R"(, "bos_token_id": 50256, "eos_token_id": 50256)"), std::pair(50256, 50256));
  EXPECT_EQ(written(R"(, "pad_token_id": 3)"), std::pair(3, 3));
}

TEST(ReadConfig, UnsupportedOptionsAreNamed) {
  EXPECT_EQ(ReadError("bert", Options(kBert, R"(, "hidden_act": "silu")")),
            R"(hidden_act: want one of "gelu", "gelu_accurate", "gelu_fast", "gelu_new", "gelu_python", )"
            R"("gelu_python_tanh", "gelu_pytorch_tanh", "relu", "tanh", got "silu"; choose a model with one of these, )"
            "or add the function to Activation (framework/model/config/layer_spec.h) and Activate "
            "(framework/model/head.cc)");
  EXPECT_EQ(ReadError("bert", Options(kBert, R"(, "hidden_act": "gelu_python")")), "");
  EXPECT_EQ(ReadError("bert", Options(kBert, R"(, "position_embedding_type": "relative_key")")),
            R"(position_embedding_type: want "absolute", got "relative_key")");
  EXPECT_EQ(ReadError("gpt2", Options(kGpt2, R"(, "embd_pdrop": 0.2)")), "embd_pdrop: want resid_pdrop (0.1), got 0.2");
  EXPECT_EQ(ReadError("gpt2", Options(kGpt2, R"(, "scale_attn_by_inverse_layer_idx": true)")),
            "scale_attn_by_inverse_layer_idx: want false, got true");
  EXPECT_EQ(ReadError("gpt2", "{}"), "n_embd: want a whole number from 0 to 2^31 - 1, got nothing");
}

EncoderConfig SmallBert() {
  absl::Status status;
  EncoderConfig config = Read("bert", Options(kBert, R"(, "architectures": ["BertForMaskedLM"])"), &status);
  EXPECT_THAT(status, testing::IsOk());
  return config;
}

TEST(CheckFamily, NamesWhatDoesNotFit) {
  const auto error = [](const std::string& family, const std::function<void(EncoderConfig*)>& change) {
    EncoderConfig config = SmallBert();
    config.family = family;
    change(&config);
    return std::string(CheckFamily(config).message());
  };
  const auto nothing = [](EncoderConfig*) {};
  EXPECT_THAT(error("t5", nothing),
              ::testing::AllOf(::testing::StartsWith(R"(family: want one of "bert", "distilbert", )"),
                               ::testing::EndsWith(R"("gpt2", "mobilebert", "roberta", got "t5")")));
  EXPECT_EQ(error("bert", nothing), "");
  EXPECT_EQ(error("distilbert", nothing), "token_types: distilbert wants 0, got 2; family bert has a place for it");
  EXPECT_EQ(error("distilbert", [](auto* c) { c->token_types = 0, c->layer_norm_epsilon = 1e-5; }),
            "layer_norm_epsilon: distilbert wants 1e-12, got 1e-05; family bert has a place for it");
  EXPECT_EQ(error("bert", [](auto* c) { c->layers[0].attention.causal = c->layers[1].attention.causal = true; }),
            "layers.1-2.attention.causal: bert wants false, got true");
  EXPECT_EQ(error("bert", [](auto* c) { c->layers[0].feed_forward.width = 7; }),
            "layers: bert wants layers that are all alike, got some that differ");
  EXPECT_EQ(error("bert", [](auto* c) { c->layers[0].attention.head_size = c->layers[1].attention.head_size = 3; }),
            "attention.head_size: bert wants heads that make up the width 8, got 6");
  EXPECT_EQ(error("gpt2", nothing), "layers.1-2.norm: gpt2 wants pre, got post; family bert has a place for it");
  EXPECT_EQ(error("bert", [](auto* c) { c->heads[0].activation = Activation::kRelu; }),
            "head.vocabulary.activation: bert wants gelu, got relu");
  EXPECT_EQ(error("mobilebert", nothing), "embedding_size: mobilebert wants 2, got 0; family bert has a place for it");
  EXPECT_EQ(error("bert", [](auto* c) { c->layers[0].bottleneck.width = c->layers[1].bottleneck.width = 8; }),
            "layers.1-2.bottleneck.width: bert wants 0, got 8");
  EXPECT_EQ(error("bert", [](auto* c) { c->norm_kind = NormKind::kElementwise; }),
            "norm_kind: bert wants layer, got elementwise");
  EXPECT_EQ(error("roberta", nothing), "position_offset: roberta wants 1, got 0; family bert has a place for it");
}

TEST(ReadHeads, TellsClassesFromAScore) {
  absl::Status status;
  const auto labels = [&](const std::string& options) {
    const EncoderConfig config = Read("bert", Options(kBert, options), &status);
    EXPECT_THAT(status, testing::IsOk());
    std::string kinds;
    for (const HeadSpec& head : config.heads) absl::StrAppend(&kinds, HeadKindName(head.kind), " ");
    return kinds;
  };
  EXPECT_EQ(labels(""), "vocabulary classes spans ");
  EXPECT_EQ(labels(R"(, "num_labels": 1)"), "vocabulary spans score ");
  EXPECT_EQ(labels(R"(, "num_labels": 3, "problem_type": "regression")"), "vocabulary spans ");
  EXPECT_EQ(labels(R"(, "problem_type": "multi_label_classification")"), "vocabulary spans ");
  EXPECT_EQ(labels(R"(, "architectures": ["BertForPreTraining"])"), "vocabulary classes ");
  EXPECT_EQ(labels(R"(, "architectures": ["BertForNextSentencePrediction"], "num_labels": 1)"), "classes ");
  EXPECT_EQ(labels(R"(, "architectures": ["BertForSequenceClassification"], "id2label": {"0": "a"})"), "score ");
  EXPECT_EQ(labels(R"(, "architectures": ["BertModel"])"), "");
  EXPECT_EQ(labels(R"(, "architectures": ["BertForTokenClassification"])"), "");
  const EncoderConfig named = Read("bert", Options(kBert, R"(, "id2label": {"1": "b", "0": "a", "2": "c"})"), &status);
  EXPECT_EQ(FindHead(named, HeadKind::kClasses)->classes, (std::vector<std::string>{"a", "b", "c"}));
  const EncoderConfig counted =
      Read("bert", Options(kBert, R"(, "num_labels": 3, "id2label": {"0": "a", "1": "b"})"), &status);
  EXPECT_EQ(FindHead(counted, HeadKind::kClasses)->classes, UnnamedClasses(3)) << "as transformers has it";
  EXPECT_EQ(ReadError("bert", Options(kBert, R"(, "num_labels": 0)")), "num_labels: want 1 to 65536, got 0");
  EXPECT_EQ(ReadError("bert", Options(kBert, R"(, "architectures": "BertModel")")),
            R"(architectures: want a list of strings, got "BertModel")");
}

TEST(ReadHeads, TakesTheDropoutOfTheFamilysOption) {
  absl::Status status;
  EXPECT_EQ(
      FindHead(Read("bert", Options(kBert, R"(, "hidden_dropout_prob": 0.3)"), &status), HeadKind::kClasses)->dropout,
      0.3);
  EXPECT_EQ(
      FindHead(Read("roberta", Options(kBert, R"(, "classifier_dropout": 0)"), &status), HeadKind::kClasses)->dropout,
      0);
  EXPECT_EQ(FindHead(Read("gpt2", Options(kGpt2, ""), &status), HeadKind::kClasses)->dropout, 0);
}

// What a family writes, it reads back.
TEST(WriteConfig, IsReadBack) {
  for (const auto& [name, family] : Families()) {
    absl::Status status;
    const EncoderConfig config =
        Read(name,
             Options(name == "gpt2"         ? kGpt2
                     : name == "mobilebert" ? kMobilebert
                     : name == "distilbert" ? R"("dim": 8, "n_layers": 2, "n_heads": 2, "hidden_dim": 16)"
                                            : kBert,
                     R"(, "pad_token_id": 3)"),
             &status);
    EXPECT_THAT(status, testing::IsOk()) << name;
    EXPECT_THAT(CheckFamily(config), testing::IsOk()) << name;
    ConfigJson json;
    json["pad_token_id"] = config.pad_token_id;
    WriteHeads(*family, config, &json);
    family->write_config(config, &json);
    EXPECT_EQ(EncoderConfigText(Read(name, json.dump(), &status)), EncoderConfigText(config));
  }
}

}  // namespace
}  // namespace retort
