#include "framework/model/encoder_config.h"

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
  config.layers = 2;
  config.heads = 2;
  config.intermediate_size = 16;
  return config;
}

absl::Status ValidateWith(const std::function<void(EncoderConfig*)>& change) {
  EncoderConfig config = Valid();
  change(&config);
  return config.Validate();
}

TEST(EncoderConfig, AcceptsWhatCanBeBuilt) {
  EXPECT_THAT(Valid().Validate(), IsOk());
  EXPECT_EQ(Valid().head_size(), 4);
  EXPECT_THAT(ValidateWith([](auto* c) { c->token_types = 0; }), IsOk());
  EXPECT_THAT(ValidateWith([](auto* c) { c->family = "distilbert", c->token_types = 0; }), IsOk());
  EXPECT_THAT(ValidateWith([](auto* c) { c->layer_norm_epsilon = 1e-5; }), IsOk());
}

TEST(EncoderConfig, NamesTheFieldThatCannotBe) {
  EXPECT_THAT(EncoderConfig().Validate(), IsInvalidArgument("vocabulary_size: want > 0, got 0"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->intermediate_size = int64_t{1} << 40; }),
              IsInvalidArgument("intermediate_size: want at most 2147483647, got 1099511627776"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->position_offset = 99999; }),
              IsInvalidArgument("position_offset: want within 0.."));
  EXPECT_THAT(ValidateWith([](auto* c) { c->hidden_size = 0; }), IsInvalidArgument("hidden_size: want > 0, got 0"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->layers = -1; }), IsInvalidArgument("layers: want > 0, got -1"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->heads = 0; }), IsInvalidArgument("heads: want > 0, got 0"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->heads = 3; }),
              IsInvalidArgument("hidden_size: want a multiple of heads (3), got 8"));
  EXPECT_THAT(ValidateWith([](auto* c) { c->intermediate_size = 0; }),
              IsInvalidArgument("intermediate_size: want > 0"));
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

// Results are filed under the text: whatever differs between two encoders has to show in it.
TEST(EncoderConfig, EveryFieldCountsInTextAndComparison) {
  EXPECT_EQ(EncoderConfigText(Valid()), EncoderConfigText(Valid()));
  EXPECT_TRUE(Valid() == Valid());
  const std::function<void(EncoderConfig*)> changes[] = {[](auto* c) { c->family = "distilbert"; },
                                                         [](auto* c) { c->vocabulary_size = 12; },
                                                         [](auto* c) { c->hidden_size = 10; },
                                                         [](auto* c) { c->layers = 3; },
                                                         [](auto* c) { c->heads = 1; },
                                                         [](auto* c) { c->intermediate_size = 17; },
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
