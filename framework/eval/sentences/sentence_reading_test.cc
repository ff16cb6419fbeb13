#include "framework/eval/sentences/sentence_reading.h"

#include <filesystem>
#include <string>

#include "framework/base/file.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;

class SentenceReadingTest : public ::testing::Test {
 protected:
  SentenceReadingTest() : folder_(::testing::TempDir() + "/sentence_reading") {
    std::filesystem::remove_all(folder_);
    EXPECT_THAT(MakeDirectories(folder_ + "/1_Pooling"), IsOk());
    Write("modules.json", R"([{"path": "", "type": "x.Transformer"}, {"path": "1_Pooling", "type": "x.Pooling"}])");
  }

  void Write(const std::string& name, const std::string& text) const {
    EXPECT_THAT(AtomicWriteFile(folder_ + "/" + name, text), IsOk());
  }
  absl::StatusOr<FolderReading> Read() const { return ReadFolderReading(folder_); }

  const std::string folder_;
};

TEST_F(SentenceReadingTest, FollowsTheFilesBesideModules) {
  Write("sentence_bert_config.json", R"({"max_seq_length": 256, "do_lower_case": true})");
  Write("config_sentence_transformers.json",
        R"({"prompts": {"query": "query: ", "passage": "passage: "}, "default_prompt_name": "query"})");
  const auto said = Read();
  ASSERT_THAT(said, IsOk());
  EXPECT_EQ(said->reading.length, 256);
  EXPECT_EQ(said->length_file, folder_ + "/sentence_bert_config.json");
  EXPECT_EQ(said->reading.prompt, "query: ");
  EXPECT_EQ(said->prompt_file, folder_ + "/config_sentence_transformers.json");
  EXPECT_TRUE(said->reading.lower_case);
  EXPECT_EQ(said->lower_case_file, folder_ + "/sentence_bert_config.json");
}

TEST_F(SentenceReadingTest, WhatIsNotSaidIsTheDefault) {
  const auto expect_nothing = [&] {
    const auto said = Read();
    ASSERT_THAT(said, IsOk());
    EXPECT_EQ(said->reading.length, 128);
    EXPECT_EQ(said->length_file + said->prompt_file + said->lower_case_file, "");
  };
  expect_nothing();
  Write("sentence_bert_config.json", R"({"max_seq_length": null, "do_lower_case": false})");
  Write("config_sentence_transformers.json", R"({"prompts": {"query": "query: "}, "default_prompt_name": null})");
  expect_nothing();
  Write("sentence_bert_config.json", R"({"max_seq_length": 256})");
  std::filesystem::remove(folder_ + "/modules.json");
  expect_nothing();
}

TEST_F(SentenceReadingTest, OlderNamesOfTheTransformersConfiguration) {
  Write("sentence_roberta_config.json", R"({"max_seq_length": 75})");
  EXPECT_EQ(Read()->length_file, folder_ + "/sentence_roberta_config.json");
  Write("sentence_bert_config.json", R"({"max_seq_length": 76})");
  EXPECT_EQ(Read()->reading.length, 76);
}

TEST_F(SentenceReadingTest, RefusesByName) {
  Write("sentence_bert_config.json", R"({"max_seq_length": "256"})");
  EXPECT_THAT(Read(), IsInvalidArgument("sentence_bert_config.json: max_seq_length: want a whole number"));
  Write("sentence_bert_config.json", R"({"do_lower_case": 1})");
  EXPECT_THAT(Read(), IsInvalidArgument("sentence_bert_config.json: do_lower_case: want true or false, got 1"));
  Write("sentence_bert_config.json", "{}");
  Write("config_sentence_transformers.json", R"({"prompts": {"q": "query: "}, "default_prompt_name": "query"})");
  EXPECT_THAT(Read(),
              IsInvalidArgument("config_sentence_transformers.json: prompts.query: want a string, got nothing"));
  Write("config_sentence_transformers.json", R"({"prompts": {"q": "query: "}, "default_prompt_name": "q"})");
  Write("1_Pooling/config.json", R"({"include_prompt": false})");
  EXPECT_THAT(Read(), IsInvalidArgument("1_Pooling/config.json: include_prompt: want true where there is a default "
                                        "prompt, got false"));
}

TEST(TextOfSentence, IsThePromptAndTheSentence) {
  EXPECT_EQ(TextOfSentence("A \u00c9", {}), "A \u00c9");
  EXPECT_EQ(TextOfSentence("A \u00c9", {128, "Query: ", /*lower_case=*/true}), "query: a \u00e9");
}

}  // namespace
}  // namespace retort
