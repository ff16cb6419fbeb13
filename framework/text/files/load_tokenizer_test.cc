#include "framework/text/files/load_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/text/tokenizer.h"

namespace retort {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string Folder(const std::string& name, const std::vector<std::pair<std::string, std::string>>& files) {
  const std::string folder = absl::StrCat(testing::TempDir(), "/", name);
  EXPECT_TRUE(MakeDirectories(folder).ok());
  for (const auto& [file, contents] : files) {
    EXPECT_TRUE(AtomicWriteFile(absl::StrCat(folder, "/", file), contents).ok());
  }
  return folder;
}

std::vector<int32_t> Ids(const std::string& path, absl::string_view text) {
  auto tokenizer = LoadTokenizer(path);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  std::vector<int32_t> ids;
  if (!tokenizer.ok()) return {};
  EXPECT_TRUE((*tokenizer)->Encode(text, &ids).ok());
  return ids;
}

constexpr char kWordPieces[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nA\n\u00e9\ne\n";
constexpr char kBytes[] = R"({"a": 0, "<|endoftext|>": 1, "\u0120": 2})";
constexpr char kNoMerges[] = "#version: 0.2\n";

TEST(LoadTokenizerTest, VocabTxtAndItsConfig) {
  EXPECT_THAT(Ids(Folder("uncased", {{"vocab.txt", kWordPieces}}), "A \u00c9"), ElementsAre(5, 8));
  const std::string cased =
      Folder("cased", {{"vocab.txt", kWordPieces}, {"tokenizer_config.json", R"({"do_lower_case": false, "x": [1]})"}});
  EXPECT_THAT(Ids(cased, "A \u00e9"), ElementsAre(6, 7));
  EXPECT_THAT(Ids(cased + "/vocab.txt", "A \u00e9"), ElementsAre(6, 7));
}

TEST(LoadTokenizerTest, VocabJsonAndMerges) {
  EXPECT_THAT(Ids(Folder("bpe", {{"vocab.json", kBytes}, {"merges.txt", kNoMerges}}), "a"), ElementsAre(0));
  const std::string spaced = Folder(
      "spaced",
      {{"vocab.json", kBytes}, {"merges.txt", kNoMerges}, {"tokenizer_config.json", R"({"add_prefix_space": true})"}});
  EXPECT_THAT(Ids(spaced, "a"), ElementsAre(2, 0));
  EXPECT_THAT(Ids(spaced + "/vocab.json", "a"), ElementsAre(2, 0));
}

TEST(LoadTokenizerTest, TokenizerJsonGoesFirst) {
  const std::string folder = Folder("both", {{"vocab.txt", kWordPieces}, {"tokenizer.json", "{}"}});
  EXPECT_THAT(std::string(LoadTokenizer(folder).status().message()), HasSubstr("tokenizer.json: model"));
  EXPECT_THAT(Ids(folder + "/vocab.txt", "a"), ElementsAre(5));
}

TEST(LoadTokenizerTest, AddedPiecesWantATokenizerJson) {
  const auto message = [](const std::string& folder) { return std::string(LoadTokenizer(folder).status().message()); };
  const std::pair<std::string, std::string> vocab_txt = {"vocab.txt", kWordPieces};
  const std::string beside = Folder("added", {vocab_txt, {"added_tokens.json", R"({"[MASK]": 4, "[NEW]": 9})"}});
  EXPECT_EQ(message(beside),
            beside + "/added_tokens.json: \"[NEW]\": want a tokenizer.json for an added piece, got a vocab.txt");
  // transformers finds it in "ea", too.
  const std::string known =
      Folder("known", {vocab_txt, {"tokenizer_config.json", R"({"added_tokens_decoder": {"5": {"content": "a"}}})"}});
  EXPECT_EQ(message(known), known +
                                "/tokenizer_config.json: added_tokens_decoder: \"a\": want a tokenizer.json for an "
                                "added piece, got a vocab.txt");
  const std::string bytes = Folder("added_bytes", {{"vocab.json", kBytes},
                                                   {"merges.txt", kNoMerges},
                                                   {"added_tokens.json", R"({"<|endoftext|>": 1, "[PAD]": 3})"}});
  EXPECT_EQ(message(bytes),
            bytes + "/added_tokens.json: \"[PAD]\": want a tokenizer.json for an added piece, got a vocab.json");
  const std::string special = Folder(
      "special", {vocab_txt,
                  {"added_tokens.json", R"({"[MASK]": 4})"},
                  {"tokenizer_config.json", R"({"added_tokens_decoder": {"0": {"content": "[PAD]", "x": 1}}})"}});
  EXPECT_THAT(Ids(special, "a[MASK]"), ElementsAre(5, 4));
  const auto decoder = [&](const char* value) {
    return message(Folder("decoder", {vocab_txt, {"tokenizer_config.json", value}}));
  };
  EXPECT_THAT(decoder(R"({"added_tokens_decoder": [1]})"),
              HasSubstr("tokenizer_config.json: added_tokens_decoder: want an object, got an array of 1"));
  EXPECT_THAT(decoder(R"({"added_tokens_decoder": {"3": {}}})"),
              HasSubstr("tokenizer_config.json: added_tokens_decoder.3.content: want a string, got nothing"));
}

TEST(LoadTokenizerTest, WhatIsMissingOrWrongIsNamed) {
  EXPECT_THAT(std::string(LoadTokenizer(Folder("empty", {})).status().message()), HasSubstr("got none of them"));
  EXPECT_EQ(LoadTokenizer("nowhere").status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(LoadTokenizer(Folder("half", {{"vocab.json", kBytes}})).status().message()),
              HasSubstr("merges.txt"));
  const std::string wrong =
      Folder("wrong", {{"vocab.txt", kWordPieces}, {"tokenizer_config.json", R"({"do_lower_case": "no"})"}});
  EXPECT_THAT(std::string(LoadTokenizer(wrong).status().message()),
              HasSubstr("tokenizer_config.json: do_lower_case: want true or false"));
}

}  // namespace
}  // namespace retort
