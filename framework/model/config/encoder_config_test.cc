#include "framework/model/config/encoder_config.h"

#include <functional>
#include <limits>
#include <string>

#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;

EncoderConfig Valid() {
  EncoderConfig config;
  config.vocabulary_size = 11;
  config.hidden_size = 8;
  LayerSpec layer;
  layer.attention.heads = 2;
  layer.feed_forward.width = 16;
  EXPECT_THAT(SetLayers(2, layer, &config), IsOk());
  config.heads = {HeadSpec(), PlainHead(HeadKind::kClasses, Pooling::kFirst)};
  return config;
}

absl::Status ValidateWith(const std::function<void(EncoderConfig*)>& change) {
  EncoderConfig config = Valid();
  change(&config);
  return config.Validate();
}

TEST(EncoderConfig, AcceptsWhatCanBeBuilt) {
  EXPECT_THAT(Valid().Validate(), IsOk());
  EXPECT_EQ(Valid().layer(2).attention.head_size, 4);
  EXPECT_THAT(ValidateWith([](auto* c) { c->layers[1].attention.head_size = 7; }), IsOk());
  EXPECT_THAT(ValidateWith([](auto* c) { c->heads.clear(); }), IsOk());
  EXPECT_THAT(ValidateWith([](auto* c) { c->token_types = 0; }), IsOk());
  EXPECT_THAT(ValidateWith([](auto* c) { c->family = "distilbert", c->token_types = 0; }), IsOk());
  EXPECT_THAT(ValidateWith([](auto* c) { c->layer_norm_epsilon = 1e-5; }), IsOk());
}

TEST(EncoderConfig, NamesTheFieldThatCannotBe) {
  EXPECT_THAT(EncoderConfig().Validate(), IsInvalidArgument("vocabulary_size: want > 0, got 0"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->layers[1].feed_forward.width = int64_t{1} << 40; }),
              IsInvalidArgument("layers.2.feed_forward.width: want at most 2147483647, got 1099511627776"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->position_offset = 99999; }),
              IsInvalidArgument("position_offset: want within 0.."));
  EXPECT_THAT(ValidateWith([](auto* c) { c->hidden_size = 0; }), IsInvalidArgument("hidden_size: want > 0, got 0"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->layers.clear(); }), IsInvalidArgument("layers: want > 0, got 0"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->layers[0].attention.heads = 0; }),
              IsInvalidArgument("layers.1.attention.heads: want > 0, got 0"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->layers[1].attention.head_size = 0; }),
              IsInvalidArgument("layers.2.attention.head_size: want > 0, got 0"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->layers[1].attention.causal = true; }),
              IsInvalidArgument("layers.2.attention.causal: want false as in layer 1, got true"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->max_positions = 0; }), IsInvalidArgument("max_positions: want > 0, got 0"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->token_types = -1; }), IsInvalidArgument("token_types: want >= 0, got -1"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->pad_token_id = 11; }),
              IsInvalidArgument("pad_token_id: want within 0..10, got 11"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->hidden_dropout = 1; }),
              IsInvalidArgument("hidden_dropout: want within [0, 1), got 1"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->attention_dropout = std::numeric_limits<double>::quiet_NaN(); }),
              IsInvalidArgument("attention_dropout: want within [0, 1), got nan"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->layer_norm_epsilon = 0; }),
              IsInvalidArgument("layer_norm_epsilon: want > 0, got 0"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->initializer_range = -1; }),
              IsInvalidArgument("initializer_range: want > 0, got -1"));
}

TEST(EncoderConfig, NamesTheBottleneckThatCannotBe) {
  EXPECT_THAT(ValidateWith([](auto* c) { c->layers[1].bottleneck.width = 4; }), IsOk());
  EXPECT_THAT(ValidateWith([](auto* c) { c->layers[1].bottleneck.width = -4; }),
              IsInvalidArgument("layers.2.bottleneck.width: want > 0, got -4"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->layers[1].bottleneck.feeds_attention = true; }),
              IsInvalidArgument("layers.2.bottleneck.width: want > 0, got 0"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->layers[0].bottleneck.width = 4, c->layers[0].norm = NormPlacement::kPre; }),
              IsInvalidArgument("layers.1.norm: want post within a bottleneck, got pre"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->layers[0].feed_forward.networks = 17; }),
              IsInvalidArgument("layers.1.feed_forward.networks: want 1 to 16, got 17"));
}

TEST(EncoderConfig, NamesTheEmbeddingsThatCannotBe) {
  EXPECT_THAT(ValidateWith([](auto* c) { c->embedding_size = 2, c->trigrams = true; }), IsOk());
  EXPECT_THAT(ValidateWith([](auto* c) { c->embedding_size = 9; }),
              IsInvalidArgument("embedding_size: want within 0..8, got 9"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->trigrams = true; }),
              IsInvalidArgument("embedding_size: want > 0, as trigrams are projected, got 0"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->outer_norm_epsilon = 0; }),
              IsInvalidArgument("outer_norm_epsilon: want > 0, got 0"));
}

TEST(EncoderConfig, NamesTheHeadThatCannotBe) {
  EXPECT_THAT(ValidateWith([](auto* c) { c->heads[1] = c->heads[0]; }),
              IsInvalidArgument("head.vocabulary: want one head of a kind, got two"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->heads[0].pooling = Pooling::kMean; }),
              IsInvalidArgument("head.vocabulary.pooling: want none, got mean"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->heads[1].pooling = Pooling::kNone; }),
              IsInvalidArgument("head.classes.pooling: want first, pooler, mean or last, got none"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->heads[1].pooling = Pooling::kPooler; }),
              IsInvalidArgument("pooler: want one, which head.classes reads, got none"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->heads[1].tied = true; }),
              IsInvalidArgument("head.classes.tied: want false, got true"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->heads[0].dropout = 0.1; }),
              IsInvalidArgument("head.vocabulary.dropout: want 0, got 0.1"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->heads[1].dropout = 1; }),
              IsInvalidArgument("head.classes.dropout: want within [0, 1), got 1"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->heads[1].classes.clear(); }),
              IsInvalidArgument("head.classes.classes: want at least one, got 0"));
}

TEST(EncoderConfig, FindsHeadsByKind) {
  EncoderConfig config = Valid();
  EXPECT_EQ(FindHead(config, HeadKind::kClasses)->pooling, Pooling::kFirst);
  EXPECT_EQ(FindHead(config, HeadKind::kScore), nullptr);
  EXPECT_EQ(config.outputs(config.heads[0]), 11);
  EXPECT_EQ(config.outputs(config.heads[1]), 2);
  EXPECT_EQ(config.outputs(PlainHead(HeadKind::kSpans, Pooling::kNone)), 2);
  EXPECT_EQ(config.outputs(PlainHead(HeadKind::kScore, Pooling::kFirst)), 1);
}

TEST(SetLayers, CutsTheWidthIntoHeads) {
  EncoderConfig config = Valid();
  LayerSpec layer = config.layers.front();
  layer.attention.heads = 3;
  EXPECT_THAT(SetLayers(2, layer, &config), IsInvalidArgument("hidden_size: want a multiple of heads (3), got 8"));
  layer.attention.heads = 0;
  EXPECT_THAT(SetLayers(2, layer, &config), IsInvalidArgument("heads: want > 0, got 0"));
  layer.attention.heads = 4;
  EXPECT_THAT(SetLayers(0, layer, &config), IsInvalidArgument("layers: want 1 to 4096, got 0"));
  EXPECT_THAT(SetLayers(1000000000, layer, &config), IsInvalidArgument("layers: want 1 to 4096, got 1000000000"));
  EXPECT_THAT(SetLayers(3, layer, &config), IsOk());
  EXPECT_EQ(config.depth(), 3);
  EXPECT_EQ(config.layer(3).attention.head_size, 2);
}

TEST(SetLayers, CutsTheBottleneckIntoHeads) {
  EncoderConfig config = Valid();
  LayerSpec layer = config.layers.front();
  layer.bottleneck.width = 6;
  EXPECT_THAT(SetLayers(1, layer, &config), IsOk());
  EXPECT_EQ(config.layer(1).attention.head_size, 3);
  layer.attention.heads = 4;
  EXPECT_THAT(SetLayers(1, layer, &config), IsInvalidArgument("bottleneck.width: want a multiple of heads (4), got 6"));
}

TEST(EncoderConfigText, SaysLayersThatAreAlikeOnce) {
  EncoderConfig config = Valid();
  config.layers.resize(4, config.layers.front());
  config.layers[3].feed_forward.gated = true;
  const std::string text = EncoderConfigText(config);
  EXPECT_THAT(text, ::testing::HasSubstr(" layers.1-3.norm=post layers.1-3.attention.heads=2 "));
  EXPECT_THAT(text, ::testing::HasSubstr(" layers.4.feed_forward.gated=true "));
  EXPECT_THAT(text, ::testing::HasSubstr(" head.classes.classes=[\"LABEL_0\",\"LABEL_1\"]"));
}

// Results are filed under the text: whatever differs between two encoders has to show in it.
TEST(EncoderConfig, EveryFieldCountsInTextAndComparison) {
  EXPECT_EQ(EncoderConfigText(Valid()), EncoderConfigText(Valid()));
  EXPECT_TRUE(Valid() == Valid());
  const std::function<void(EncoderConfig*)> changes[] = {
      [](auto* c) { c->family = "distilbert"; },
      [](auto* c) { c->vocabulary_size = 12; },
      [](auto* c) { c->hidden_size = 10; },
      [](auto* c) { c->layers.pop_back(); },
      [](auto* c) { c->layers[1].attention.heads = 1; },
      [](auto* c) { c->layers[1].attention.head_size = 1; },
      [](auto* c) { c->layers[1].attention.causal = true; },
      [](auto* c) { c->layers[1].attention.bias = false; },
      [](auto* c) { c->layers[1].norm = NormPlacement::kPre; },
      [](auto* c) { c->layers[1].feed_forward.gated = true; },
      [](auto* c) { c->layers[1].feed_forward.bias = false; },
      [](auto* c) { c->layers[1].feed_forward.activation = Activation::kRelu; },
      [](auto* c) { c->layers[1].feed_forward.networks = 2; },
      [](auto* c) { c->layers[1].bottleneck.width = 4; },
      [](auto* c) { c->layers[1].bottleneck.feeds_attention = true; },
      [](auto* c) { c->embedding_size = 4; },
      [](auto* c) { c->trigrams = true; },
      [](auto* c) { c->norm_kind = NormKind::kElementwise; },
      [](auto* c) { c->outer_norm_epsilon = 1e-5; },
      [](auto* c) { c->embedding_norm = false; },
      [](auto* c) { c->final_norm = true; },
      [](auto* c) { c->position_offset = 1; },
      [](auto* c) { c->heads.pop_back(); },
      [](auto* c) { c->heads[1].pooling = Pooling::kLast; },
      [](auto* c) { c->heads[0].transform = false; },
      [](auto* c) { c->heads[0].activation = Activation::kTanh; },
      [](auto* c) { c->heads[0].norm = false; },
      [](auto* c) { c->heads[0].bias = false; },
      [](auto* c) { c->heads[0].tied = false; },
      [](auto* c) { c->heads[1].dropout = 0.1; },
      [](auto* c) { c->heads[1].drops_input = true; },
      [](auto* c) { c->heads[1].classes[0] = "no"; },
      [](auto* c) { c->layers[0].feed_forward.width = 17; },
      [](auto* c) { c->max_positions = 511; },
      [](auto* c) { c->token_types = 1; },
      [](auto* c) { c->pooler = true; },
      [](auto* c) { c->hidden_dropout += 1e-16; },
      [](auto* c) { c->attention_dropout = 0; },
      [](auto* c) { c->layer_norm_epsilon = 1e-11; },
      [](auto* c) { c->initializer_range = 1; },
      [](auto* c) { c->pad_token_id = 1; },
      [](auto* c) { c->bos_token_id = 0; },
      [](auto* c) { c->eos_token_id = 0; }};
  for (const auto& change : changes) {
    EncoderConfig config = Valid();
    change(&config);
    EXPECT_FALSE(config == Valid()) << EncoderConfigText(config);
    EXPECT_NE(EncoderConfigText(config), EncoderConfigText(Valid()));
  }
}

}  // namespace
}  // namespace retort
