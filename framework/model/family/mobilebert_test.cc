#include <string>
#include <vector>

#include "framework/model/family/family.h"
#include "framework/model/family/test_read_config.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::kBert;
using testing::kMobilebert;
using testing::LayoutText;
using testing::Options;
using testing::Read;
using testing::ReadError;

TEST(Mobilebert, NamesItsTensors) {
  EXPECT_EQ(LayoutText("mobilebert", {"embeddings.projection.weight", "head.vocabulary.extension.weight",
                                      "layer.2.bottleneck.input.bias", "layer.2.bottleneck.attention.norm.scale",
                                      "layer.2.bottleneck.output.weight", "layer.2.feed_forward.3.norm.shift",
                                      "layer.2.feed_forward.down.weight"}),
            (std::vector<std::string>{
                "mobilebert.embeddings.embedding_transformation.weight = embeddings.projection.weight",
                "cls.predictions.dense.weight = head.vocabulary.extension.weight *",
                "mobilebert.encoder.layer.1.output.dense.weight = layer.2.feed_forward.down.weight",
                "mobilebert.encoder.layer.1.bottleneck.input.dense.bias = layer.2.bottleneck.input.bias",
                "mobilebert.encoder.layer.1.bottleneck.attention.LayerNorm.weight = "
                "layer.2.bottleneck.attention.norm.scale",
                "mobilebert.encoder.layer.1.output.bottleneck.dense.weight = layer.2.bottleneck.output.weight",
                "mobilebert.encoder.layer.1.ffn.2.output.LayerNorm.bias = layer.2.feed_forward.3.norm.shift",
            }));
}

TEST(Mobilebert, IsThePapersWhereNothingIsSaid) {
  absl::Status status;
  const EncoderConfig config = Read("mobilebert",
                                    Options(R"("hidden_size": 512, "num_hidden_layers": 24,
      "num_attention_heads": 4, "intermediate_size": 512)",
                                            ""),
                                    &status);
  EXPECT_THAT(status, testing::IsOk());
  EXPECT_EQ(config.embedding_size, 128);
  EXPECT_TRUE(config.trigrams);
  EXPECT_EQ(config.norm_kind, NormKind::kElementwise);
  EXPECT_EQ(config.hidden_dropout, 0);
  const LayerSpec& layer = config.layer(24);
  EXPECT_EQ(layer.bottleneck.width, 128);
  EXPECT_FALSE(layer.bottleneck.feeds_attention);
  EXPECT_EQ(layer.attention.head_size, 32);
  EXPECT_EQ(layer.feed_forward.networks, 4);
  EXPECT_EQ(layer.feed_forward.activation, Activation::kRelu);
}

TEST(Mobilebert, HasLayerNormsOfTwoEpsilons) {
  absl::Status status;
  const EncoderConfig config = Read(
      "mobilebert", Options(kMobilebert, R"(, "normalization_type": "layer_norm", "layer_norm_eps": 1e-3)"), &status);
  EXPECT_THAT(status, testing::IsOk());
  EXPECT_EQ(config.norm_kind, NormKind::kLayer);
  EXPECT_EQ(config.layer_norm_epsilon, 1e-3);
  EXPECT_EQ(config.outer_norm_epsilon, 1e-5);
}

TEST(Mobilebert, HasHeadsThatReadThePoolerIfThereIsOne) {
  absl::Status status;
  const auto pooling = [&](const std::string& options) {
    const EncoderConfig config = Read("mobilebert", Options(kMobilebert, options), &status);
    EXPECT_THAT(status, testing::IsOk());
    return FindHead(config, HeadKind::kClasses)->pooling;
  };
  EXPECT_EQ(pooling(""), Pooling::kPooler);
  EXPECT_EQ(pooling(R"(, "classifier_activation": false)"), Pooling::kFirst);
}

TEST(Mobilebert, NamesWhatIsNotHere) {
  EXPECT_EQ(ReadError("mobilebert", Options(kMobilebert, R"(, "use_bottleneck": false)")),
            "use_bottleneck: want true, got false");
  EXPECT_EQ(ReadError("mobilebert", Options(kMobilebert, R"(, "use_bottleneck_attention": true)")),
            "key_query_shared_bottleneck: want false beside use_bottleneck_attention, got nothing");
  EXPECT_EQ(ReadError("mobilebert", Options(kMobilebert, R"(, "key_query_shared_bottleneck": false)")),
            "key_query_shared_bottleneck: want true without use_bottleneck_attention, got false");
  EXPECT_EQ(ReadError("mobilebert", Options(kMobilebert, R"(, "normalization_type": "rms")")),
            R"(normalization_type: want "no_norm" or "layer_norm", got "rms")");
  EXPECT_EQ(ReadError("mobilebert", Options(kBert, R"(, "intra_bottleneck_size": 4)")),
            "embedding_size: want less than hidden_size (8), got nothing");
}

}  // namespace
}  // namespace retort
