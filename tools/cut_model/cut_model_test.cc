#include "tools/cut_model/cut_model.h"

#include <cmath>
#include <string>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/equal.h"
#include "framework/model/encoder.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::RandomTensor;
using testing::SmallEncoder;
using testing::StatusIs;

const std::vector<std::string>& Pieces() {
  static const auto* pieces =
      new std::vector<std::string>{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "d", "e", "f"};
  return *pieces;
}

LoadedModel Model(bool head, bool tied = true) {
  LoadedModel model;
  model.config = SmallEncoder(2);
  model.config.pooler = true;
  model.config.heads.front().tied = tied;
  if (!head) model.config.heads.clear();
  model.parameters = ParameterSet(EncoderParameterSpecs(model.config), at::kFloat, c10::Device(at::kCPU));
  uint64_t seed = 0;
  for (const ParameterSpec& spec : model.parameters.specs()) {
    model.parameters.Get(spec.name).copy_(RandomTensor(spec.shape, ++seed));
  }
  return model;
}

absl::StatusOr<LoadedModel> Cut(bool head, const std::vector<std::string>& kept, uint64_t seed = 1) {
  const std::vector<int64_t> counts = {0, 1, 0, 0, 4};
  return CutModel(Model(head), Vocabulary(Pieces()), Vocabulary(kept), counts, seed);
}

const std::vector<std::string>& Kept() {
  static const auto* kept = new std::vector<std::string>{"e", "[PAD]", "[UNK]", "a", "[MASK]"};
  return *kept;
}

TEST(CutModel, KeepsTheRowsOfTheKeptPieces) {
  const LoadedModel model = Model(true);
  const auto cut = Cut(true, Kept());
  ASSERT_THAT(cut, IsOk());
  EXPECT_EQ(cut->config.vocabulary_size, 5);
  EXPECT_EQ(cut->config.pad_token_id, 1);
  EXPECT_NE(FindHead(cut->config, HeadKind::kVocabulary), nullptr);
  const std::vector<int64_t> rows = {9, 0, 1, 5, 4};
  for (const char* name : {"embeddings.word", "head.vocabulary.decoder.bias"}) {
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_TRUE(at::equal(cut->parameters.Get(name)[i], model.parameters.Get(name)[rows[i]])) << name << i;
    }
  }
  for (const ParameterSpec& spec : model.parameters.specs()) {
    if (spec.name == "embeddings.word" || spec.name == "head.vocabulary.decoder.bias") continue;
    EXPECT_TRUE(at::equal(cut->parameters.Get(spec.name), model.parameters.Get(spec.name))) << spec.name;
  }
}

TEST(CutModel, KeepsTheRowsOfADecoderOfItsOwn) {
  const LoadedModel model = Model(/*head=*/true, /*tied=*/false);
  const auto cut = CutModel(model, Vocabulary(Pieces()), Vocabulary(Kept()), {0, 1, 0, 0, 4}, 1);
  ASSERT_THAT(cut, IsOk());
  const std::vector<int64_t> rows = {9, 0, 1, 5, 4};
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_TRUE(at::equal(cut->parameters.Get("head.vocabulary.decoder.weight")[i],
                          model.parameters.Get("head.vocabulary.decoder.weight")[rows[i]]))
        << i;
  }
}

TEST(CutModel, GivesIdsOfTheKeptPieces) {
  LoadedModel model = Model(true);
  model.config.bos_token_id = 9;  // "e"
  model.config.eos_token_id = 6;  // "b"
  const auto cut = CutModel(model, Vocabulary(Pieces()), Vocabulary(Kept()), {0, 1, 0, 0, 4}, 1);
  ASSERT_THAT(cut, IsOk());
  EXPECT_EQ(cut->config.bos_token_id, 0);
  EXPECT_EQ(cut->config.eos_token_id, std::nullopt);
}

TEST(CutModel, GivesAFreshHeadWhereThereIsNone) {
  const auto cut = Cut(false, Kept());
  ASSERT_THAT(cut, IsOk());
  const ParameterSet& parameters = cut->parameters;
  EXPECT_NE(FindHead(cut->config, HeadKind::kVocabulary), nullptr);
  // Counts and one each: 1, 2, 1, 1, 5 of 10.
  const std::vector<double> shares = {0.1, 0.2, 0.1, 0.1, 0.5};
  for (size_t i = 0; i < shares.size(); ++i) {
    EXPECT_NEAR(parameters.Get("head.vocabulary.decoder.bias")[i].item<double>(), std::log(shares[i]), 1e-6) << i;
  }
  EXPECT_GT(parameters.Get("head.vocabulary.transform.weight").abs().max().item<double>(), 0.02);
  EXPECT_LT(parameters.Get("head.vocabulary.transform.weight").abs().max().item<double>(), 0.1);
  EXPECT_EQ(parameters.Get("head.vocabulary.transform.bias").abs().max().item<double>(), 0);
  EXPECT_EQ((parameters.Get("head.vocabulary.norm.scale") - 1).abs().max().item<double>(), 0);
  EXPECT_EQ(parameters.Get("head.vocabulary.norm.shift").abs().max().item<double>(), 0);

  EXPECT_TRUE(at::equal(Cut(false, Kept())->parameters.flat(), parameters.flat()));
  EXPECT_FALSE(at::equal(Cut(false, Kept(), 2)->parameters.flat(), parameters.flat()));
}

TEST(CutModel, RefusesPiecesThatTheModelLacks) {
  EXPECT_THAT(Cut(true, {"[PAD]", "a", "[UNK]", "zebra", "b"}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("the model's vocabulary has no piece \"zebra\"")));
}

TEST(CutModel, RefusesAVocabularyThatIsNotTheModels) {
  std::vector<std::string> pieces = Pieces();
  pieces.push_back("g");
  EXPECT_THAT(CutModel(Model(true), Vocabulary(pieces), Vocabulary({"g"}), {1}, 1),
              testing::IsInvalidArgument("want at most the 11 pieces that the model has embeddings for, got 12"));
}

}  // namespace
}  // namespace retort
