#include "framework/model/files/unread/unread_model.h"

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

const char* const kConfig = R"({"model_type": "bert", "vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 1,
  "num_attention_heads": 2, "intermediate_size": 8, "max_position_embeddings": 8, "architectures": ["TFBertModel"]})";

class UnreadModelTest : public ::testing::Test {
 protected:
  UnreadModelTest() : folder_(::testing::TempDir() + "/unread_model") {}

  std::string Path(const std::string& name) const { return absl::StrCat(folder_, "/", name); }

  // Empty files of these names and this config.json.
  void Fill(const std::vector<std::string>& names, const std::string& config) const {
    std::filesystem::remove_all(folder_);
    EXPECT_TRUE(MakeDirectories(folder_).ok());
    for (const std::string& name : names) EXPECT_TRUE(AtomicWriteFile(Path(name), "").ok());
    if (!config.empty()) {
      EXPECT_TRUE(AtomicWriteFile(Path("config.json"), config).ok());
    }
  }

  // What is said of a folder of them.
  std::string Said(const std::vector<std::string>& names, const std::string& config = kConfig) const {
    Fill(names, config);
    return std::string(ExplainNoWeights(folder_).message());
  }
  std::string SaidWithoutConfig(const std::vector<std::string>& names) const {
    Fill(names, "");
    return std::string(ExplainNoConfig(folder_, absl::NotFoundError("none")).message());
  }

  const std::string folder_;
};

// The command knows no class, so that it cannot add a head.
TEST_F(UnreadModelTest, CopiesPicklesTensorByTensor) {
  const std::string whole = Said({"pytorch_model.bin", "tf_model.h5"});
  EXPECT_THAT(
      whole, HasSubstr("pytorch_model.bin: pickles are not read, since they can run code; where PyTorch is installed "
                       "(pip install torch numpy safetensors), convert it once with: python3 -c 'import sys, torch; "));
  EXPECT_THAT(whole, EndsWith("'" + Path("pytorch_model.bin") + "' '" + Path("model.safetensors") + "'"));
  EXPECT_THAT(whole, HasSubstr("w or sys.exit(\"no tensors in \"")) << "no empty file";
  const std::string first = "pytorch_model-00001-of-00002.bin", second = "pytorch_model-00002-of-00002.bin";
  EXPECT_THAT(Said({"pytorch_model.bin.index.json", second, first}),
              EndsWith("'" + Path(first) + "' '" + Path(second) + "' '" + Path("model.safetensors") + "'"));
}

TEST_F(UnreadModelTest, NamesTheClassThatTheConfigurationNames) {
  EXPECT_THAT(Said({"tf_model.h5"}), EndsWith(" 'BertModel' '" + folder_ + "'"));
  EXPECT_THAT(Said({"flax_model.msgpack"}),
              EndsWith(" 'BertModel' '" + folder_ + "' '" + Path("flax_model.msgpack") + "'"));
  EXPECT_THAT(Said({"adapter_model.safetensors"}), HasSubstr("merge_and_unload()"));
  EXPECT_THAT(Said({}), HasSubstr("model.safetensors: No such file or directory"));
  EXPECT_THAT(Said({"tf_model.h5"}, R"({"model_type": "t5"})"), HasSubstr("config.json: model_type: want one of"));
}

TEST_F(UnreadModelTest, WhatALibraryDrawsIsNotWritten) {
  EXPECT_THAT(Said({"tf_model.h5"}),
              HasSubstr("bad = list(i[\"missing_keys\"]); bad and sys.exit(\"no weights for \""));
  for (const std::string& said : {Said({"flax_model.msgpack"}), Said({"model.ckpt.index"})}) {
    EXPECT_THAT(said,
                AllOf(HasSubstr("p.data.fill_(float(\"nan\"))"), HasSubstr("if p.isnan().any()]; bad and sys.exit(")));
  }
}

TEST_F(UnreadModelTest, OriginalCheckpointsAreReadWithTheConfigurationThatIsThere) {
  const auto ends = [&](const char* index, const char* config) {
    return EndsWith(absl::StrCat("'", Path(index), "' '", Path(config), "' '", folder_, "'"));
  };
  EXPECT_THAT(Said({"bert_model.ckpt.index"}), ends("bert_model.ckpt.index", "config.json"));
  EXPECT_THAT(SaidWithoutConfig({"bert_model.ckpt.index", "bert_config.json"}),
              AllOf(ends("bert_model.ckpt.index", "bert_config.json"), HasSubstr("t.BertForPreTraining(")));
  EXPECT_THAT(SaidWithoutConfig({"model.ckpt-9000.index", "model.ckpt-20000.index", "bert_config.json"}),
              ends("model.ckpt-20000.index", "bert_config.json"));
  EXPECT_THAT(SaidWithoutConfig({"model.ckpt.index", "tokenizer_config.json"}),
              HasSubstr("put the file that says its sizes beside it: BERT's bert_config.json or GPT-2's hparams.json"));
  const std::string open_ai = SaidWithoutConfig({"model.ckpt.index", "hparams.json", "encoder.json", "vocab.bpe"});
  EXPECT_THAT(open_ai, AllOf(HasSubstr("t.GPT2LMHeadModel("), Not(HasSubstr("Bert")),
                             HasSubstr("encoder.json and vocab.bpe until they are called vocab.json and merges.txt")));
  EXPECT_THAT(open_ai, EndsWith(absl::StrCat("'", folder_, "'"))) << "a command ends the message";
}

TEST_F(UnreadModelTest, TellsHubNamesAndFilesFromFolders) {
  const absl::Status missing = absl::NotFoundError("no config.json");
  EXPECT_THAT(
      ExplainNoConfig("google/bert", missing).message(),
      HasSubstr("no config.json; models and tokenizers are read from folders, and there is none called google/bert"));
  EXPECT_EQ(ExplainNoConfig("./bert", missing), missing);
  Fill({"model.safetensors"}, "");
  EXPECT_THAT(ExplainNoConfig(Path("model.safetensors"), missing).message(), HasSubstr("its folder is " + folder_));
}

}  // namespace
}  // namespace retort
