#include "framework/sweep/student/architecture.h"

#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;

constexpr int64_t kPieces = 40, kPad = 3;

EncoderConfig TeacherConfig() {
  EncoderConfig config;
  config.vocabulary_size = 99;
  config.hidden_size = 24;
  LayerSpec layer;
  layer.attention.heads = 3;
  layer.feed_forward.width = 100;
  EXPECT_THAT(SetLayers(6, layer, &config), IsOk());
  config.heads = {HeadSpec()};
  config.max_positions = 64;
  config.pooler = true;
  config.hidden_dropout = 0.2;
  config.layer_norm_epsilon = 1e-7;
  return config;
}

absl::StatusOr<EncoderConfig> Resolve(const Architecture& architecture) {
  const EncoderConfig teacher = TeacherConfig();
  return ResolveArchitecture(architecture, kPieces, kPad, &teacher);
}

TEST(ResolveArchitecture, IsTheTeachersWhereNothingIsSaid) {
  EncoderConfig expected = TeacherConfig();
  expected.vocabulary_size = kPieces;
  expected.pad_token_id = kPad;
  EXPECT_EQ(Resolve({}).value(), expected);
}

TEST(ResolveArchitecture, OverridesEachField) {
  Architecture architecture;
  architecture.set_family("distilbert");
  architecture.set_layers(2);
  architecture.set_hidden_size(12);
  architecture.set_heads(4);
  architecture.set_intermediate_size(7);
  architecture.set_max_positions(32);
  architecture.set_token_types(false);
  architecture.set_pooler(false);
  architecture.set_hidden_dropout(0);
  architecture.set_attention_dropout(0.3);
  architecture.set_layer_norm_epsilon(1e-12);
  architecture.set_initializer_range(0.5);
  EncoderConfig expected;
  expected.family = "distilbert";
  expected.vocabulary_size = kPieces;
  expected.hidden_size = 12;
  LayerSpec layer;
  layer.attention.heads = 4;
  layer.feed_forward.width = 7;
  EXPECT_THAT(SetLayers(2, layer, &expected), IsOk());
  expected.heads = {HeadSpec()};
  expected.max_positions = 32;
  expected.token_types = 0;
  expected.pooler = false;
  expected.hidden_dropout = 0;
  expected.attention_dropout = 0.3;
  expected.layer_norm_epsilon = 1e-12;
  expected.initializer_range = 0.5;
  expected.pad_token_id = kPad;
  EXPECT_EQ(Resolve(architecture).value(), expected);
}

TEST(ResolveArchitecture, GivesAnotherWidthFourTimesIt) {
  Architecture architecture;
  architecture.set_hidden_size(12);
  EXPECT_EQ(Resolve(architecture)->layers.front().feed_forward.width, 48);
  architecture.set_hidden_size(24);
  EXPECT_EQ(Resolve(architecture)->layers.front().feed_forward.width, 100)
      << "of the teacher's width: as in the teacher";
}

TEST(ResolveArchitecture, IsOfTheFamilyThatHasAPlaceForIt) {
  Architecture architecture;
  EXPECT_EQ(Resolve(architecture)->family, "bert");
  architecture.set_token_types(false);
  architecture.set_layer_norm_epsilon(1e-12);
  EXPECT_EQ(Resolve(architecture)->family, "bert") << "it has a pooler";
  architecture.set_pooler(false);
  EXPECT_EQ(Resolve(architecture)->family, "distilbert");
  architecture.set_layer_norm_epsilon(1e-7);
  EXPECT_EQ(Resolve(architecture)->family, "bert") << "DistilBERT's files have no place for another epsilon";
}

TEST(ResolveArchitecture, ComputesAsTheFamilyThatItNames) {
  Architecture architecture;
  architecture.set_family("roberta");
  const auto config = Resolve(architecture);
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->position_offset, kPad + 1);
  EXPECT_EQ(config->depth(), 6);
}

TEST(ResolveArchitecture, KeepsTheNumberOfTokenTypes) {
  EncoderConfig teacher = TeacherConfig();
  teacher.token_types = 1;  // As RoBERTa has it.
  Architecture architecture;
  architecture.set_token_types(true);
  EXPECT_EQ(ResolveArchitecture(architecture, kPieces, kPad, &teacher)->token_types, 1);
}

TEST(ResolveArchitecture, TakesIdsOfPiecesFromATeacherOfTheSameVocabularyAlone) {
  EncoderConfig teacher = TeacherConfig();
  teacher.eos_token_id = 7;
  EXPECT_EQ(ResolveArchitecture({}, teacher.vocabulary_size, kPad, &teacher)->eos_token_id, 7);
  EXPECT_EQ(ResolveArchitecture({}, kPieces, kPad, &teacher)->eos_token_id, std::nullopt);
}

TEST(ResolveArchitecture, NeedsNoTeacher) {
  Architecture architecture;
  architecture.set_layers(2);
  architecture.set_hidden_size(8);
  architecture.set_heads(2);
  architecture.set_intermediate_size(16);
  architecture.set_token_types(true);
  const auto config = ResolveArchitecture(architecture, kPieces, kPad, nullptr);
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->token_types, 2);
  EXPECT_EQ(config->max_positions, 512);
}

TEST(ResolveArchitecture, RefusesWhatCannotBeBuilt) {
  Architecture architecture;
  architecture.set_heads(5);
  EXPECT_THAT(Resolve(architecture), IsInvalidArgument("student.architecture.hidden_size: want"));
  architecture.set_heads(3);
  architecture.set_layers(0);
  EXPECT_THAT(Resolve(architecture), IsInvalidArgument("student.architecture.layers: want"));
  architecture.set_layers(2);
  architecture.set_family("distilbert");
  EXPECT_THAT(Resolve(architecture),
              IsInvalidArgument("student.architecture.layer_norm_epsilon: distilbert wants 1e-12, got 1e-07"));
  architecture.set_layer_norm_epsilon(1e-12);
  EXPECT_THAT(Resolve(architecture), IsOk()) << "it has no token types";
  architecture.set_token_types(true);
  EXPECT_THAT(Resolve(architecture), IsInvalidArgument("student.architecture.token_types: distilbert wants 0, got 2"));
}

TEST(ResolveArchitecture, WithoutATeacherAFamilyComputesAsItsOwn) {
  Architecture architecture;
  architecture.set_family("gpt2");
  architecture.set_layers(2);
  architecture.set_hidden_size(12);
  architecture.set_heads(2);
  architecture.set_intermediate_size(48);
  architecture.set_token_types(false);
  architecture.set_pooler(false);
  const EncoderConfig gpt2 = ResolveArchitecture(architecture, kPieces, kPad, nullptr).value();
  EXPECT_TRUE(gpt2.causal() && gpt2.final_norm);
  EXPECT_FALSE(gpt2.heads.front().bias || gpt2.heads.front().transform);
  EXPECT_EQ(gpt2.layers.back().norm, NormPlacement::kPre);
  EXPECT_EQ(gpt2.layers.back().feed_forward.activation, Activation::kGeluTanh);
  architecture.set_family("roberta");
  EXPECT_EQ(ResolveArchitecture(architecture, kPieces, kPad, nullptr)->position_offset, kPad + 1);
  architecture.set_family("bert");
  EXPECT_EQ(ResolveArchitecture(architecture, kPieces, kPad, nullptr)->position_offset, 0);
}

TEST(ResolveArchitecture, BecomesAMobilebertOfThePapersKind) {
  Architecture architecture;
  architecture.set_family("mobilebert");
  architecture.set_intermediate_size(24);
  const auto config = Resolve(architecture);
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->embedding_size, 6);
  EXPECT_EQ(config->layer(6).bottleneck.width, 6);
  EXPECT_EQ(config->layer(6).attention.head_size, 2);
  EXPECT_EQ(config->layer(6).feed_forward.networks, 4);
  EXPECT_EQ(config->norm_kind, NormKind::kElementwise);
  EXPECT_EQ(config->layer(6).feed_forward.activation, Activation::kGelu) << "as in the teacher";
}

TEST(ResolveArchitecture, OverridesEachFieldOfAMobilebert) {
  Architecture architecture;
  architecture.set_family("mobilebert");
  architecture.set_embedding_size(10);
  architecture.set_bottleneck_size(12);
  architecture.set_feed_forward_networks(2);
  architecture.set_normalization(Architecture::LAYER_NORM);
  architecture.set_activation(Architecture::RELU);
  const EncoderConfig config = Resolve(architecture).value();
  EXPECT_EQ(config.embedding_size, 10);
  EXPECT_EQ(config.layer(1).bottleneck.width, 12);
  EXPECT_EQ(config.layer(1).attention.head_size, 4);
  EXPECT_EQ(config.layer(1).feed_forward.networks, 2);
  EXPECT_EQ(config.layer(1).feed_forward.activation, Activation::kRelu);
  EXPECT_EQ(config.norm_kind, NormKind::kLayer);
  EXPECT_EQ(config.heads.front().activation, Activation::kRelu);

  // A student of it keeps its shape, and one of another family has none of it.
  Architecture plain;
  EXPECT_EQ(ResolveArchitecture(plain, kPieces, kPad, &config).value(), config);
  plain.set_family("bert");
  const EncoderConfig bert = ResolveArchitecture(plain, kPieces, kPad, &config).value();
  EXPECT_EQ(bert.layer(1).bottleneck.width, 0);
  EXPECT_EQ(bert.layer(1).attention.head_size, 8);
  EXPECT_EQ(bert.embedding_size, 0);
}

TEST(ResolveArchitecture, RefusesWhatOtherFamiliesLack) {
  Architecture architecture;
  architecture.set_family("bert");
  architecture.set_bottleneck_size(12);
  EXPECT_THAT(Resolve(architecture),
              IsInvalidArgument("student.architecture.layers.1-6.bottleneck.width: bert wants 0, got 12"));
  architecture.clear_bottleneck_size();
  architecture.set_normalization(Architecture::ELEMENTWISE);
  EXPECT_THAT(Resolve(architecture), IsInvalidArgument("student.architecture.norm_kind: bert wants layer"));
  architecture.clear_normalization();
  architecture.set_feed_forward_networks(3);
  EXPECT_THAT(Resolve(architecture),
              IsInvalidArgument("student.architecture.layers.1-6.feed_forward.networks: bert wants 1, got 3"));
  architecture.set_family("mobilebert");
  architecture.set_bottleneck_size(10);
  EXPECT_THAT(Resolve(architecture),
              IsInvalidArgument("student.architecture.bottleneck.width: want a multiple of heads (3), got 10"));
}

}  // namespace
}  // namespace retort
