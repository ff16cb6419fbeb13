#include <string>
#include <vector>

#include "ATen/ops/zeros.h"
#include "absl/strings/str_replace.h"
#include "framework/base/file.h"
#include "framework/model/encoder.h"
#include "framework/model/family/family.h"
#include "framework/model/files/hugging_face.h"
#include "framework/model/files/test_model_folder.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

// Heads in model folders: those that are known, and what is left aside.

namespace retort {
namespace {

using ::testing::AllOf;
using testing::Bert;
using testing::ExpectSame;
using ::testing::HasSubstr;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::LoadChanged;
using testing::LoadWith;
using testing::LoadWithOption;
using ::testing::Not;
using testing::RandomParameters;
using testing::Saved;
using testing::Tensors;

TEST(HuggingFaceHeads, LeavesTheHeadOut) {
  const std::string folder = Saved(Bert(true));
  EncoderConfig headless = Bert(true);
  headless.heads.clear();
  ASSERT_THAT(SaveModel(folder, headless, RandomParameters(Bert(true)), {}, {at::kHalf}), IsOk());
  EXPECT_THAT(*ReadFile(folder + "/config.json"), HasSubstr("BertModel"));
  const auto model = LoadModel(folder);
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(model->config, headless);
  EXPECT_EQ(model->stored_dtype, at::kHalf);
}

// The heads of a model, in a folder that is written and read again.
TEST(HuggingFaceHeads, GivesBackTheHeadsOfEveryFamily) {
  for (const auto& [family, unused] : Families()) {
    for (const std::vector<HeadKind>& heads :
         {std::vector<HeadKind>{HeadKind::kClasses}, std::vector<HeadKind>{HeadKind::kSpans},
          std::vector<HeadKind>{HeadKind::kScore}, std::vector<HeadKind>{},
          std::vector<HeadKind>{HeadKind::kVocabulary, HeadKind::kClasses, HeadKind::kSpans}}) {
      EncoderConfig config = testing::SmallModel(family, 2, heads);
      if (HeadSpec* classes = FindHead(&config, HeadKind::kClasses)) {
        classes->classes = {"no", "maybe", "yes"};
        if (classes->dropout > 0) classes->dropout = 0.375;
      }
      const auto model = LoadModel(Saved(config));
      ASSERT_THAT(model, IsOk()) << family;
      EXPECT_EQ(EncoderConfigText(model->config), EncoderConfigText(config));
      ExpectSame(model->parameters, RandomParameters(config));
      EXPECT_THAT(model->left_aside, ::testing::IsEmpty());
    }
  }
}

TEST(HuggingFaceHeads, NamesTheClassesOfTransformers) {
  const std::string folder = Saved(testing::SmallModel("bert", 2, {HeadKind::kClasses}));
  const std::string config = *ReadFile(folder + "/config.json");
  EXPECT_THAT(config, HasSubstr("\"BertForSequenceClassification\""));
  EXPECT_THAT(config, HasSubstr("\"single_label_classification\""));
  EXPECT_THAT(*ReadFile(Saved(testing::SmallModel("gpt2", 2, {HeadKind::kScore})) + "/config.json"),
              AllOf(HasSubstr("\"GPT2ForSequenceClassification\""), HasSubstr("\"regression\"")));
  EXPECT_THAT(SaveModel(folder, testing::SmallModel("roberta", 2, {HeadKind::kClasses, HeadKind::kScore}), {}, {}),
              IsInvalidArgument("head.score: roberta wants no head of classes beside it, got one"));
}

// A BERT with the heads of its pre-training.
EncoderConfig Pretraining() {
  EncoderConfig config = testing::SmallModel("bert", 2, {HeadKind::kVocabulary, HeadKind::kClasses});
  config.heads[1].classes = NextSentenceClasses();
  config.heads[1].dropout = 0;
  return config;
}

TEST(HuggingFaceHeads, StoresNextSentencesAsBertsOwnHead) {
  const std::string folder = Saved(Pretraining());
  const std::string config = *ReadFile(folder + "/config.json");
  EXPECT_THAT(config, HasSubstr("\"BertForPreTraining\""));
  EXPECT_THAT(config, Not(HasSubstr("BertForMaskedLM")));
  EXPECT_THAT(*ReadFile(folder + "/model.safetensors"),
              AllOf(HasSubstr("\"cls.seq_relationship.weight\""), Not(HasSubstr("\"classifier.weight\""))));
  const auto model = LoadModel(folder);
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(EncoderConfigText(model->config), EncoderConfigText(Pretraining()));
  ExpectSame(model->parameters, RandomParameters(Pretraining()));
  EXPECT_THAT(model->left_aside, ::testing::IsEmpty());

  EncoderConfig alone = Pretraining();
  alone.heads.erase(alone.heads.begin());
  EXPECT_THAT(*ReadFile(Saved(alone) + "/config.json"), HasSubstr("\"BertForNextSentencePrediction\""));
  EncoderConfig dropped = Pretraining();
  dropped.heads[1].dropout = 0.1;
  EXPECT_THAT(SaveModel(folder, dropped, RandomParameters(dropped), {}),
              IsInvalidArgument("head.classes.dropout: bert wants 0, got 0.1"));
}

// The class that config.json names says whether the head is read; a family without one stores it as any classes.
TEST(HuggingFaceHeads, ReadsNextSentencesWhereTheyAreAskedFor) {
  const auto masked_lm = LoadWith("BertForPreTraining", "BertForMaskedLM", Pretraining());
  ASSERT_THAT(masked_lm, IsOk());
  ASSERT_EQ(masked_lm->config.heads.size(), 1u);
  EXPECT_EQ(masked_lm->config.heads[0].kind, HeadKind::kVocabulary);
  EXPECT_THAT(masked_lm->left_aside, ::testing::ElementsAre("cls.seq_relationship"));
  EncoderConfig roberta = testing::SmallModel("roberta", 2, {HeadKind::kVocabulary, HeadKind::kClasses});
  roberta.heads[1].classes = NextSentenceClasses();
  const auto model = LoadModel(Saved(roberta));
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(EncoderConfigText(model->config), EncoderConfigText(roberta));
}

TEST(HuggingFaceHeads, LeavesAsideAndSaysWhatItDoesNotKnow) {
  const auto model = LoadChanged(Saved(Bert(true)), [](Tensors* tensors) {
    tensors->emplace_back("cls.seq_relationship.weight", at::zeros({2, 8}));
    tensors->emplace_back("cls.seq_relationship.bias", at::zeros({2}));
    tensors->emplace_back("classifier.weight", at::zeros({7, 8}));
  });
  ASSERT_THAT(model, IsOk());
  ExpectSame(model->parameters, RandomParameters(Bert(true)));
  EXPECT_THAT(model->left_aside, ::testing::ElementsAre("classifier", "cls.seq_relationship"));
}

// A classifier of positions is stored under the names of one of sequences.
TEST(HuggingFaceHeads, ReadsTheHeadsOfTheClassesThatTheConfigurationNames) {
  const EncoderConfig config = testing::SmallModel("bert", 2, {HeadKind::kClasses});
  const auto tokens = LoadWith("BertForSequenceClassification", "BertForTokenClassification", config);
  ASSERT_THAT(tokens, IsOk());
  EXPECT_TRUE(tokens->config.heads.empty());
  EXPECT_THAT(tokens->left_aside, ::testing::ElementsAre("classifier"));
  const auto several = LoadWith("single_label_classification", "multi_label_classification", config);
  ASSERT_THAT(several, IsOk());
  EXPECT_THAT(several->left_aside, ::testing::ElementsAre("classifier"));
  // Without a name the tensors tell; a pooler is a part of the head.
  const auto unnamed = LoadWith("\"architectures\"", "\"unknown\"", config);
  ASSERT_THAT(unnamed, IsOk());
  EXPECT_EQ(unnamed->config, config);
  EXPECT_THAT(LoadWith("\"1\": \"LABEL_1\"", "\"1\": \"LABEL_1\", \"2\": \"LABEL_2\"", config),
              IsInvalidArgument("tensor \"classifier.weight\": want shape [3, 8], got [2, 8]"));
  EXPECT_THAT(LoadWith("\"1\": \"LABEL_1\"", "\"7\": \"LABEL_1\"", config),
              IsInvalidArgument("id2label: want an object of strings under 0, 1 and so on, got an object of 2"));
}

// Models are not written in float64.

// Where config.json names no class, a head is there if it is whole.
TEST(HuggingFaceHeads, LeavesAsideWhatIsNoHead) {
  const std::string folder = Saved(Bert(false));
  const std::string config = *ReadFile(folder + "/config.json");
  ASSERT_THAT(AtomicWriteFile(folder + "/config.json",
                              absl::StrReplaceAll(config, {{"\"architectures\"", "\"unknown\": NaN, \"foreign\""}})),
              IsOk());
  const auto model = LoadChanged(folder, [](Tensors* tensors) {
    tensors->emplace_back("classifier.weight", at::zeros({7, 8}));
    tensors->emplace_back("fit_denses.0.weight", at::zeros({7, 8}));
  });
  ASSERT_THAT(model, IsOk());
  EXPECT_THAT(model->left_aside, ::testing::ElementsAre("classifier", "fit_denses.0"));
  EXPECT_TRUE(model->architectures.empty());
}

// Labels that nobody reads may be described in any way.
TEST(HuggingFaceHeads, ReadsLabelsOnlyForHeadsOfLabels) {
  EXPECT_THAT(LoadWithOption(R"("id2label": {"7": null}, "num_labels": -1)"), IsOk());
}

}  // namespace
}  // namespace retort
