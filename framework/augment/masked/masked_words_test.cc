#include "framework/augment/masked/masked_words.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "ATen/ops/arange.h"
#include "ATen/ops/argsort.h"
#include "framework/augment/masked/test_word_model.h"
#include "framework/augment/masked/text_words.h"
#include "framework/batch/step_batch.h"
#include "framework/model/encoder.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::RandomWordModel;
using testing::WordModel;
using testing::WordTokenizer;

constexpr int kCount = 6;
using Ids = std::vector<int32_t>;

WordedText TextOf(Ids ids) {
  WordedText text;
  text.ids = std::move(ids);
  return text;
}

// The likeliest pieces at a position, of one sequence that is read by itself, all of its logits made.
Ids PlainAnswer(const WordModel& model, const Ids& ids, const Ids& token_types, int64_t position) {
  StepBatch step;
  step.sequences.push_back({0, ids, Ids(ids.size(), static_cast<int32_t>(kNoLabel)), token_types});
  Capture capture;
  const int last = model.encoder.config().depth();
  capture.hidden.insert(last);
  const at::Tensor hidden =
      model.encoder.Forward(model.parameters, testing::WholeBatch(step), capture, std::nullopt).hidden.at(last);
  const at::Tensor logits = model.encoder.head(HeadKind::kVocabulary).Logits(model.parameters, hidden)[0][position];
  const at::Tensor order = at::argsort(logits, -1, /*descending=*/true);
  Ids answer;
  for (int64_t k = 0; k < kCount; ++k) answer.push_back(static_cast<int32_t>(order[k].item<int64_t>()));
  return answer;
}

class MaskedWordsTest : public ::testing::Test {
 protected:
  std::vector<Ids> Likely(const std::vector<WordedText>& texts, const std::vector<MaskedPlace>& places) const {
    const auto asked = MaskedWordModel::Create(model_.encoder, model_.parameters, *tokenizer_, at::kCPU);
    EXPECT_THAT(asked, IsOk());
    const auto likely = asked->LikelyPieces(texts, places, kCount);
    EXPECT_THAT(likely, IsOk());
    return *likely;
  }

  const std::unique_ptr<WordPieceTokenizer> tokenizer_ = WordTokenizer();
  WordModel model_ = RandomWordModel(7);
};

TEST_F(MaskedWordsTest, AsksBesideTheTextAsItIs) {
  const std::vector<Ids> likely = Likely({TextOf({5, 7}), TextOf({12, 8, 14})}, {{0, 1}, {1, 0}, {1, 1}});
  EXPECT_THAT(likely,
              ElementsAre(PlainAnswer(model_, {2, 5, 4, 3, 5, 7, 3}, {0, 0, 0, 0, 1, 1, 1}, 2),
                          PlainAnswer(model_, {2, 4, 8, 14, 3, 12, 8, 14, 3}, {0, 0, 0, 0, 0, 1, 1, 1, 1}, 1),
                          PlainAnswer(model_, {2, 12, 4, 14, 3, 12, 8, 14, 3}, {0, 0, 0, 0, 0, 1, 1, 1, 1}, 2)));
}

TEST_F(MaskedWordsTest, LongTextsAreCutToThePositions) {
  const Ids ten = {5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
  Ids read = {2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 4, 3, 5, 6, 7, 8};
  EXPECT_THAT(Likely({TextOf(ten)}, {{0, 9}}),
              ElementsAre(PlainAnswer(model_, read, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1}, 10)));
  Ids sixteen(16, 5);
  read = Ids(16, 5);
  read.front() = 2;
  read.back() = 4;
  EXPECT_THAT(Likely({TextOf(sixteen)}, {{0, 15}, {0, 14}}),
              ElementsAre(IsEmpty(), PlainAnswer(model_, read, Ids(16, 0), 15)));
}

TEST_F(MaskedWordsTest, ManyQuestionsAreAnsweredInTheirOrder) {
  std::vector<WordedText> texts;
  std::vector<MaskedPlace> places;
  std::vector<Ids> alone;
  for (int i = 0; i < 400; ++i) {
    texts.push_back(TextOf(Ids(1 + i % 5, 5 + i % 7)));
    places.push_back({i, i % 5 / 2});
    if (i < 35) alone.push_back(Likely({texts.back()}, {{0, places.back().piece}}).front());
  }
  const std::vector<Ids> likely = Likely(texts, places);
  for (int i = 0; i < 400; ++i) EXPECT_EQ(likely[i], alone[i % 35]) << i;
}

TEST_F(MaskedWordsTest, AModelMayLackTokenTypesAndHaveRowsBehindThePieces) {
  EncoderConfig config = model_.encoder.config();
  config.token_types = 0;
  config.vocabulary_size = 40;
  model_ = {Encoder(config), ParameterSet(EncoderParameterSpecs(config), at::kFloat, at::kCPU)};
  at::Tensor bias = at::arange(40, at::kFloat);
  ASSERT_THAT(model_.parameters.Set(model_.encoder.head(HeadKind::kVocabulary).bias(), bias), IsOk());
  EXPECT_THAT(Likely({TextOf({5})}, {{0, 0}}), ElementsAre(ElementsAre(14, 13, 12, 11, 10, 9)));
}

TEST_F(MaskedWordsTest, MorePiecesThanThereAreAreAll) {
  const auto asked = MaskedWordModel::Create(model_.encoder, model_.parameters, *tokenizer_, at::kCPU);
  const std::vector<WordedText> texts = {TextOf({5})};
  const std::vector<MaskedPlace> places = {{0, 0}};
  EXPECT_EQ(asked->LikelyPieces(texts, places, 100)->front().size(), 15u);
  EXPECT_TRUE(asked->LikelyPieces({}, {}, 100)->empty());
}

TEST_F(MaskedWordsTest, OtherModelsAreErrors) {
  EncoderConfig causal = model_.encoder.config(), headless = causal;
  testing::MakeCausal(&causal);
  headless.heads.clear();
  EXPECT_THAT(MaskedWordModel::Create(Encoder(headless), model_.parameters, *tokenizer_, at::kCPU),
              IsInvalidArgument("want a model with a vocabulary head, which predicts words, got one without"));
  EXPECT_THAT(MaskedWordModel::Create(Encoder(causal), model_.parameters, *tokenizer_, at::kCPU),
              IsInvalidArgument("want a masked language model, which reads both sides of a word, got a causal one"));
  WordPieceOptions maskless;
  maskless.added.emplace();
  maskless.special_ids = {0, 1, 2, 3, kNoId};
  EXPECT_THAT(MaskedWordModel::Create(model_.encoder, model_.parameters, *WordTokenizer(maskless), at::kCPU),
              IsInvalidArgument("want a tokenizer with a piece for masked tokens ([MASK]), got one without"));
}

}  // namespace
}  // namespace retort
