#include "framework/augment/augmenter.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "framework/augment/masked/test_word_model.h"
#include "framework/augment/word_vectors.h"
#include "framework/base/file.h"
#include "framework/model/encoder.h"
#include "framework/testing/matchers.h"
#include "framework/text/bpe/byte_bpe_tokenizer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::AllOf;
using testing::ConstantWordModel;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::RandomWordModel;
using testing::WordModel;
using testing::WordTokenizer;

using Rows = std::vector<std::vector<TaskExample>>;

AugmentationOptions Options(int copies, double probability) {
  AugmentationOptions options;
  options.copies = copies;
  options.candidates = 3;
  options.probability = probability;
  return options;
}

TaskExample Example(const std::string& id, const std::string& first,
                    const std::optional<std::string>& second = std::nullopt) {
  TaskExample example;
  example.id = id;
  example.first = first;
  example.second = second;
  example.label = "yes";
  example.place = "train.tsv:" + id;
  return example;
}

std::vector<std::string> FirstTexts(const std::vector<TaskExample>& rows) {
  std::vector<std::string> texts;
  for (const TaskExample& row : rows) texts.push_back(row.first);
  return texts;
}

class AugmenterTest : public ::testing::Test {
 protected:
  AugmenterTest() {
    const std::string path = ::testing::TempDir() + "/augmenter_vectors.txt";
    EXPECT_THAT(AtomicWriteFile(path, "playing 1 0\nacting 1 0.1\ngaming 1 0.2\n"), IsOk());
    vectors_ = std::make_unique<WordVectors>(*WordVectors::Read(path, 10));
  }

  Augmenter Make(const AugmentationOptions& options) const {
    auto augmenter =
        Augmenter::Create(model_.encoder, model_.parameters, *tokenizer_, vectors_.get(), options, at::kCPU);
    EXPECT_THAT(augmenter, IsOk());
    return *std::move(augmenter);
  }

  std::vector<WordCandidates> CandidatesOf(const std::string& text, int count = 3) const {
    AugmentationOptions options;
    options.candidates = count;
    const auto candidates = Make(options).Candidates({text});
    EXPECT_THAT(candidates, IsOk());
    return candidates->front();
  }

  const std::unique_ptr<WordPieceTokenizer> tokenizer_ = WordTokenizer();
  std::unique_ptr<WordVectors> vectors_;
  WordModel model_ = ConstantWordModel({"##ing", "film", "bad", "."});
};

TEST_F(AugmenterTest, WordsOfOnePieceComeFromTheModelAndOthersFromTheVectors) {
  const std::vector<WordCandidates> words = CandidatesOf("The good plays playing.", 2);
  ASSERT_EQ(words.size(), 5u);
  EXPECT_EQ(words[0].word, "the");
  EXPECT_TRUE(words[0].candidates.empty());
  EXPECT_THAT(words[1].candidates, ElementsAre("film"));
  EXPECT_THAT(words[2].candidates, ElementsAre("plays"));
  EXPECT_THAT(words[3].candidates, ElementsAre("acting", "gaming"));
  EXPECT_TRUE(words[4].candidates.empty());
}

TEST_F(AugmenterTest, PiecesWithinWordsAreNoCandidates) {
  EXPECT_THAT(CandidatesOf("good", 4)[0].candidates, ElementsAre("film", "bad", "."));
  EXPECT_THAT(CandidatesOf("good", 1)[0].candidates, ElementsAre("good"));
}

TEST_F(AugmenterTest, WithoutVectorsWordsOfSeveralPiecesStay) {
  vectors_ = nullptr;
  EXPECT_THAT(CandidatesOf("playing")[0].candidates, ElementsAre("playing"));
}

TEST_F(AugmenterTest, WordsBehindTheModelsPositionsStay) {
  std::string text = "good";
  for (int i = 0; i < 19; ++i) text += " good";
  const std::vector<WordCandidates> words = CandidatesOf(text);
  EXPECT_THAT(words[14].candidates, ElementsAre("film", "bad"));
  EXPECT_THAT(words[15].candidates, ElementsAre("good"));
}

TEST_F(AugmenterTest, ARowForEachCopyOfEachText) {
  const Augmenter augmenter = Make(Options(2, 1));
  const auto rows = augmenter.Augment({Example("7", "Good.", "The playing"), Example("8", "The a.")});
  ASSERT_THAT(rows, IsOk());
  ASSERT_EQ(rows->size(), 2u);
  const std::vector<TaskExample>& pair = rows->front();
  ASSERT_EQ(pair.size(), 5u);
  EXPECT_EQ(pair[0], Example("7", "Good.", "The playing"));
  std::vector<std::string> ids;
  for (const TaskExample& row : pair) {
    ids.push_back(row.id);
    EXPECT_EQ(row.label, "yes");
    EXPECT_EQ(row.place, "train.tsv:7");
  }
  EXPECT_THAT(ids, ElementsAre("7", "7.1", "7.2", "7.3", "7.4"));
  for (int copy : {1, 2}) {
    EXPECT_THAT(pair[copy].first, ::testing::AnyOf("film .", "bad ."));
    EXPECT_EQ(pair[copy].second, "The playing");
    EXPECT_EQ(pair[copy + 2].first, "Good.");
    EXPECT_THAT(*pair[copy + 2].second, ::testing::AnyOf("the acting", "the gaming"));
  }
  EXPECT_THAT(FirstTexts(rows->at(1)), ElementsAre("The a.", "the a .", "the a ."));
  EXPECT_FALSE(rows->at(1)[1].second.has_value());
}

TEST_F(AugmenterTest, NothingIsReplacedAtProbabilityZero) {
  const auto rows = Make(Options(2, 0)).Augment({Example("0", "Good playing")});
  EXPECT_THAT(FirstTexts(rows->front()), ElementsAre("Good playing", "good playing", "good playing"));
}

TEST_F(AugmenterTest, DistinctLeavesOutEqualCopies) {
  AugmentationOptions options = Options(40, 0.5);
  options.distinct = true;
  const auto rows = Make(options).Augment({Example("3", "good"), Example("4", "a", "Good")});
  std::vector<std::string> texts = FirstTexts(rows->front());
  EXPECT_EQ(texts.front(), "good");
  std::sort(texts.begin(), texts.end());
  EXPECT_THAT(texts, ElementsAre("bad", "film", "good"));
  // Of the pair's first text nothing can be replaced; "good" is another text than "Good".
  EXPECT_EQ(rows->at(1).size(), 1u + 3u);
}

TEST_F(AugmenterTest, WordsAreReplacedWithTheProbabilityAndCandidatesAreEquallyLikely) {
  const int copies = 4000;
  const auto rows = Make(Options(copies, 0.4)).Augment({Example("0", "good plot")});
  std::map<std::string, int> first, second;
  for (size_t i = 1; i < rows->front().size(); ++i) {
    const std::vector<std::string> words = absl::StrSplit(rows->front()[i].first, ' ');
    ++first[words[0]];
    ++second[words[1]];
  }
  // Four standard errors of a share of 0.6 or 0.2.
  for (const auto& [word, counts] :
       {std::pair<const char*, std::map<std::string, int>>{"good", first}, {"plot", second}}) {
    EXPECT_NEAR(counts.at(word), 0.6 * copies, 4 * 31) << word;
    EXPECT_NEAR(counts.at("film"), 0.2 * copies, 4 * 26) << word;
    EXPECT_NEAR(counts.at("bad"), 0.2 * copies, 4 * 26) << word;
  }
}

TEST_F(AugmenterTest, DrawsFollowFromTheSeedAndTheNumberOfTheExampleAlone) {
  model_ = RandomWordModel(3);
  AugmentationOptions options = Options(10, 0.5);
  const Augmenter augmenter = Make(options);
  const std::vector<TaskExample> examples = {Example("a", "good plot film", "bad plot"), Example("b", "good plot film"),
                                             Example("c", "good plot film")};
  const Rows together = *augmenter.Augment(examples);
  for (int64_t i = 0; i < 3; ++i) EXPECT_EQ(augmenter.Augment({examples[i]}, i)->front(), together[i]);
  EXPECT_NE(FirstTexts(together[1]), FirstTexts(together[2]));
  options.seed = 2;
  EXPECT_NE(*Make(options).Augment(examples), together);
}

// Words that no copy replaces are not asked for.
TEST_F(AugmenterTest, CopiesAreTheSameHoweverManyThereAre) {
  model_ = RandomWordModel(3);
  const std::vector<TaskExample> examples = {Example("1", "good playing bad film", "bad good"),
                                             Example("2", "bad good"), Example("3", "good playing bad film")};
  const Rows one = *Make(Options(1, 0.4)).Augment(examples), many = *Make(Options(30, 0.4)).Augment(examples);
  for (size_t i = 0; i < examples.size(); ++i) EXPECT_EQ(one[i][1].first, many[i][1].first) << i;
  EXPECT_EQ(*one[0][2].second, *many[0][31].second);
}

TEST_F(AugmenterTest, TextsHaveToBeUtf8) {
  EXPECT_THAT(Make(Options(1, 1)).Augment({Example("5", "good", "\xff")}),
              IsInvalidArgument("train.tsv:5: byte 0: want UTF-8, got 0xff"));
  const std::vector<std::string> texts = {"\xff"};
  EXPECT_THAT(Make(Options(1, 1)).Candidates(texts), IsInvalidArgument("byte 0: want UTF-8, got 0xff"));
}

TEST_F(AugmenterTest, OptionsAndTokenizersAreChecked) {
  AugmentationOptions options = Options(0, 1.5);
  options.candidates = 0;
  const auto create = [&](const Tokenizer& tokenizer) {
    return Augmenter::Create(model_.encoder, model_.parameters, tokenizer, nullptr, options, at::kCPU).status();
  };
  EXPECT_THAT(std::string(create(*tokenizer_).message()),
              AllOf(HasSubstr("copies: want > 0, got 0"), HasSubstr("candidates: want > 0, got 0"),
                    HasSubstr("probability: want a number from 0 to 1, got 1.5")));
  const std::string folder = ::testing::TempDir();
  EXPECT_THAT(AtomicWriteFile(folder + "/v.json", R"({"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4})"),
              IsOk());
  EXPECT_THAT(AtomicWriteFile(folder + "/m.txt", "#version: 0.2\n"), IsOk());
  const auto bytes = ByteBpeTokenizer::Load(folder + "/v.json", folder + "/m.txt");
  ASSERT_THAT(bytes, IsOk());
  options = Options(1, 1);
  EXPECT_THAT(create(**bytes), IsInvalidArgument("want a model with a WordPiece tokenizer, as BERT's, got another"));
}

}  // namespace
}  // namespace retort
