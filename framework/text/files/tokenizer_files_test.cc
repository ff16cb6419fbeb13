#include "framework/text/files/tokenizer_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"

namespace retort {
namespace {

using testing::HasSubstr;

constexpr int64_t kLongest = 77;

std::string Folder(const std::string& name, const TokenizerFiles& files) {
  const std::string folder = absl::StrCat(testing::TempDir(), "/tokenizer_files_", name);
  std::filesystem::remove_all(folder);
  EXPECT_TRUE(MakeDirectories(folder).ok());
  for (const auto& [file, contents] : files) {
    EXPECT_TRUE(AtomicWriteFile(absl::StrCat(folder, "/", file), contents).ok());
  }
  return folder;
}

TokenizerFiles Read(const std::string& path) {
  auto files = ReadTokenizerFiles(path);
  EXPECT_TRUE(files.ok()) << files.status();
  return files.ok() ? *std::move(files) : TokenizerFiles();
}

// All files of a folder.
TokenizerFiles Contents(const std::string& folder) {
  TokenizerFiles files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files[entry.path().filename().string()] = *ReadFile(entry.path().string());
  }
  return files;
}

const TokenizerFiles& Everything() {
  static const auto* const files =
      new TokenizerFiles{{"tokenizer.json", "{\n"},
                         {"vocab.txt", "a\r\n"},
                         {"vocab.json", "{\"<|endoftext|>\" : 0}"},
                         {"merges.txt", std::string("\0", 1)},
                         {"tokenizer_config.json", "{\"tokenizer_class\":\"GPT2Tokenizer\",  \"model_max_length\":7}"},
                         {"special_tokens_map.json", "{ }"},
                         {"added_tokens.json", "{  }"}};
  return *files;
}

TokenizerFiles Some(const std::vector<std::string>& names) {
  TokenizerFiles files;
  for (const std::string& name : names) files[name] = Everything().at(name);
  return files;
}

TEST(TokenizerFilesTest, AFolderHasAllOfThem) {
  TokenizerFiles more = Everything();
  more["model.safetensors"] = "x";
  const std::string folder = Folder("all", more);
  EXPECT_EQ(Read(folder), Everything());
  EXPECT_EQ(Read(folder + "/tokenizer.json"), Everything());
  EXPECT_EQ(Read(Folder("merges", Some({"vocab.json", "merges.txt"}))), Some({"vocab.json", "merges.txt"}));
  EXPECT_EQ(Read(Folder("pieces", Some({"vocab.txt"}))), Some({"vocab.txt"}));
}

TEST(TokenizerFilesTest, AFileHasThoseThatAreReadWithIt) {
  const std::string folder = Folder("one", Everything());
  EXPECT_EQ(Read(folder + "/vocab.json"), Some({"vocab.json", "merges.txt", "tokenizer_config.json",
                                                "special_tokens_map.json", "added_tokens.json"}));
  EXPECT_EQ(Read(folder + "/vocab.txt"),
            Some({"vocab.txt", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"}));
  EXPECT_EQ(Read(Folder("named", {{"my-vocab.txt", "a\nb"}}) + "/my-vocab.txt"),
            (TokenizerFiles{{"vocab.txt", "a\nb"}}));
}

TEST(TokenizerFilesTest, WhatIsMissingIsNamed) {
  EXPECT_THAT(std::string(ReadTokenizerFiles(Folder("empty", {})).status().message()), HasSubstr("got none of them"));
  EXPECT_THAT(std::string(ReadTokenizerFiles(Folder("half", Some({"vocab.json"}))).status().message()),
              HasSubstr("merges.txt"));
  EXPECT_EQ(ReadTokenizerFiles("nowhere/vocab.txt").status().code(), absl::StatusCode::kNotFound);
}

TEST(TokenizerFilesTest, TheyAreWrittenAsTheyAre) {
  const std::string folder = Folder("written", {});
  ASSERT_TRUE(WriteTokenizerFiles(folder, Everything(), kLongest).ok());
  EXPECT_EQ(Contents(folder), Everything());
  const TokenizerFiles merges = Some({"vocab.json", "merges.txt", "tokenizer_config.json"});
  ASSERT_TRUE(WriteTokenizerFiles(folder, merges, kLongest).ok());
  EXPECT_EQ(Contents(folder), merges) << "nothing of the tokenizer that was there is left";
  ASSERT_TRUE(WriteTokenizerFiles(folder, {}, kLongest).ok());
  EXPECT_EQ(Contents(folder), merges);
  EXPECT_FALSE(WriteTokenizerFiles(folder + "/nowhere", merges, kLongest).ok());
}

TEST(TokenizerFilesTest, NothingIsTouchedWhereTheFilesCannotBeCompleted) {
  const std::string folder = Folder("kept", Everything());
  const TokenizerFiles unknown = {{"vocab.txt", "x"}, {"tokenizer_config.json", R"({"tokenizer_class": "X"})"}};
  EXPECT_FALSE(WriteTokenizerFiles(folder, unknown, kLongest).ok());
  EXPECT_EQ(Contents(folder), Everything());
}

TEST(TokenizerFilesTest, CopiesAreMadeOfWhatNobodyReads) {
  TokenizerFiles files = {{"vocab.txt", "\xEF\xBB\xBF\xFF"}, {"tokenizer_config.json", "{"}, {"spiece.model", "x"}};
  const std::string folder = Folder("unread", files);
  EXPECT_EQ(*CopyTokenizerFiles(folder), files);
  ASSERT_TRUE(PutTokenizerFiles(Folder("copy", Some({"merges.txt"})), files).ok());
  EXPECT_EQ(Contents(testing::TempDir() + "/tokenizer_files_copy"), files);
}

TEST(TokenizerFilesTest, VocabTxtAloneGetsOptions) {
  const std::string folder = Folder("config", {});
  ASSERT_TRUE(WriteTokenizerFiles(folder, Some({"vocab.txt"}), kLongest).ok());
  EXPECT_EQ(
      Contents(folder)["tokenizer_config.json"],
      "{\n  \"tokenizer_class\": \"BertTokenizer\",\n  \"do_lower_case\": true,\n  \"model_max_length\": 77\n}\n");
}

std::string WrittenConfig(TokenizerFiles files, const std::string& config) {
  files["tokenizer_config.json"] = config;
  const std::string folder = Folder("fits", {});
  EXPECT_TRUE(WriteTokenizerFiles(folder, files, kLongest).ok());
  return Contents(folder)["tokenizer_config.json"];
}

TEST(TokenizerFilesTest, TheLengthFitsTheModel) {
  const TokenizerFiles words = Some({"vocab.txt"});
  const std::string rest = R"({"tokenizer_class": "BertTokenizer", "do_lower_case": false, "x": [1], )";
  EXPECT_EQ(WrittenConfig(words, rest + R"("model_max_length": 77})"), rest + R"("model_max_length": 77})");
  EXPECT_EQ(WrittenConfig(words, rest + R"("model_max_length": 12})"), rest + R"("model_max_length": 12})");
  const auto cut = testing::HasSubstr("\"x\": [\n    1\n  ],\n  \"model_max_length\": 77\n}");
  EXPECT_THAT(WrittenConfig(words, rest + R"("model_max_length": 512})"), cut);
  EXPECT_THAT(WrittenConfig(words, rest + R"("model_max_length": 1000000000000000019884624838656})"), cut);
  EXPECT_THAT(WrittenConfig(words, rest + R"("model_max_length": null})"), cut);
  EXPECT_THAT(WrittenConfig(words, rest + R"("model_max_length": Infinity})"), cut);
}

TEST(TokenizerFilesTest, BlankLinesAtTheEndOfMergesGoAway) {
  const auto written = [](const std::string& merges) {
    const auto files =
        CompleteTokenizerFiles({{"vocab.json", "{\"<|endoftext|>\": 0}"}, {"merges.txt", merges}}, 7, "f");
    EXPECT_TRUE(files.ok()) << files.status();
    return files.ok() ? files->at("merges.txt") : "";
  };
  for (const char* end : {"\n\n", "\n\n\n", "\n \n", "\r\n\r\n", "\n "}) {
    EXPECT_EQ(written(std::string("a b\nc d") + end), "a b\nc d\n");
  }
  for (const char* as_it_is : {"", "a b", "a b\n", "a b\r\n"}) EXPECT_EQ(written(as_it_is), as_it_is);
}

TEST(TokenizerFilesTest, NumbersOfPythonStayAsTheyAre) {
  EXPECT_EQ(WrittenConfig(Some({"vocab.txt"}), R"({"x": [NaN, -Infinity, "NaN"], "model_max_length": Infinity})"),
            "{\n  \"x\": [\n    NaN,\n    -Infinity,\n    \"NaN\"\n  ],\n  \"model_max_length\": 77,\n"
            "  \"tokenizer_class\": \"BertTokenizer\",\n  \"do_lower_case\": true\n}\n");
}

TEST(TokenizerFilesTest, WhatFilesLeaveUnsaidIsWritten) {
  EXPECT_THAT(WrittenConfig(Some({"tokenizer.json", "vocab.txt"}), "{}"),
              HasSubstr("\"tokenizer_class\": \"PreTrainedTokenizerFast\""));
  EXPECT_THAT(WrittenConfig(Some({"vocab.json", "merges.txt"}), "{}"),
              HasSubstr("\"tokenizer_class\": \"GPT2Tokenizer\""));
  TokenizerFiles roberta = {{"vocab.json", R"({"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4})"},
                            {"merges.txt", ""}};
  const std::string released = WrittenConfig(roberta, "{}");
  EXPECT_THAT(released, HasSubstr("\"tokenizer_class\": \"RobertaTokenizer\""));
  EXPECT_THAT(released, HasSubstr("\"__type\": \"AddedToken\",\n    \"content\": \"<mask>\",\n    \"lstrip\": true"));
  EXPECT_THAT(WrittenConfig(roberta, R"({"tokenizer_class": "RobertaTokenizer"})"), testing::Not(HasSubstr("lstrip")));
  roberta["special_tokens_map.json"] = R"({"mask_token": "<mask>"})";
  EXPECT_THAT(WrittenConfig(roberta, "{}"), testing::Not(HasSubstr("lstrip")));
}

TEST(TokenizerFilesTest, TheClassOfAModelIsWrittenDown) {
  TokenizerFiles files = Some({"vocab.txt"});
  const auto config = [&](const std::string& model) {
    TokenizerFiles all = files;
    all["config.json"] = model;
    return Read(Folder("model", all))["tokenizer_config.json"];
  };
  EXPECT_EQ(config(R"({"model_type": "distilbert"})"), "{\n  \"tokenizer_class\": \"BertTokenizer\"\n}\n");
  EXPECT_EQ(config(R"({"model_type": "bert", "tokenizer_class": "X"})"), "{\n  \"tokenizer_class\": \"X\"\n}\n");
  EXPECT_EQ(config("{}"), "");
  files["tokenizer_config.json"] = R"({"tokenizer_class":"BertTokenizerFast"})";
  EXPECT_EQ(config(R"({"model_type": "roberta"})"), R"({"tokenizer_class":"BertTokenizerFast"})");
}

}  // namespace
}  // namespace retort
