#include "framework/text/files/load_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/text/tokenizer.h"

namespace retort {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string Folder(const std::string& name, const std::vector<std::pair<std::string, std::string>>& files) {
  const std::string folder = absl::StrCat(testing::TempDir(), "/", name);
  std::filesystem::remove_all(folder);
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

using Files = std::vector<std::pair<std::string, std::string>>;

std::string Message(const Files& files) {
  return std::string(LoadTokenizer(Folder("refused", files)).status().message());
}

const std::pair<std::string, std::string> kVocabTxt = {"vocab.txt", kWordPieces};
constexpr char kBert[] = R"({"model_type": "bert"})";
constexpr char kRoberta[] = R"({"model_type": "roberta"})";
constexpr char kWhole[] = R"({"version": "1.0", "added_tokens": [], "normalizer": null, "decoder": null,
    "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": null,
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
              "max_input_chars_per_word": 1, "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4,
                "aa": 5, "AA": 6, "A": 7}}})";

TEST(LoadTokenizerTest, TheClassDecidesWhatOfATokenizerJsonCounts) {
  const auto ids = [](const char* name, const Files& files) { return Ids(Folder(name, files), "AA A"); };
  EXPECT_THAT(ids("whole", {{"tokenizer.json", kWhole}}), ElementsAre(1, 7)) << "all of it";
  EXPECT_THAT(ids("class", {{"tokenizer.json", kWhole}, {"config.json", kBert}}), ElementsAre(5, 1))
      << "its pieces alone, for an uncased model";
  EXPECT_THAT(ids("option", {{"tokenizer.json", kWhole},
                             {"config.json", kBert},
                             {"tokenizer_config.json", R"({"do_lower_case": false})"}}),
              ElementsAre(6, 7));
  EXPECT_THAT(ids("said", {{"tokenizer.json", kWhole},
                           {"config.json", kBert},
                           {"tokenizer_config.json", R"({"tokenizer_class": "PreTrainedTokenizerFast"})"}}),
              ElementsAre(1, 7));
}

TEST(LoadTokenizerTest, FilesBesideAVocabularyAddPieces) {
  const auto ids = [](const char* name, Files files) {
    files.push_back(kVocabTxt);
    return Ids(Folder(name, files), "a<n> [M] N<n>a");
  };
  EXPECT_THAT(ids("added", {{"added_tokens.json", R"({"<n>": 70, "N": 60})"}}), ElementsAre(5, 10, 1, 1, 1, 9, 10, 5))
      << "in the order of the ids, which are the next ones";
  EXPECT_THAT(ids("map", {{"special_tokens_map.json", R"({"mask_token": {"content": "[M]", "lstrip": true}})"},
                          {"tokenizer_config.json", R"({"mask_token": "[X]", "extra_special_tokens": ["<n>"]})"}}),
              ElementsAre(5, 10, 9, 1, 10, 5));
  EXPECT_THAT(ids("list", {{"special_tokens_map.json", R"({"mask_token": "[M]"})"},
                           {"tokenizer_config.json",
                            R"({"added_tokens_decoder": {"9": {"content": "<n>", "normalized": false}}})"}}),
              ElementsAre(5, 9, 1, 1, 1, 1, 9, 5))
      << "a list is all there is";
}

TEST(LoadTokenizerTest, MaskOfRoberta) {
  const Files files = {{"vocab.json", R"({"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4, "\u0120": 5})"},
                       {"merges.txt", kNoMerges}};
  EXPECT_THAT(Ids(Folder("released", files), " <mask>"), ElementsAre(4)) << "as RoBERTa was released";
  Files model = files;
  model.push_back({"config.json", kRoberta});
  EXPECT_THAT(Ids(Folder("model", model), " <mask>"), ElementsAre(5, 4)) << "as RobertaTokenizer has it";
  model.push_back({"special_tokens_map.json", R"({"mask_token": {"content": "<mask>", "lstrip": true}})"});
  EXPECT_THAT(Ids(Folder("mapped", model), " <mask>"), ElementsAre(4));
}

TEST(LoadTokenizerTest, AHeadingAmongMergesIsOneToAWholeTokenizerAlone) {
  const char* whole = R"({"model": {"type": "BPE", "merges": ["#version: 0.2"],
      "vocab": {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4, "\u0120": 5}},
      "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}})";
  EXPECT_THAT(Ids(Folder("whole", {{"tokenizer.json", whole}}), " "), ElementsAre(5));
  EXPECT_THAT(Message({{"tokenizer.json", whole}, {"config.json", kRoberta}}),
              HasSubstr("merge 0 (\"#version:\", \"0.2\")"));
}

TEST(LoadTokenizerTest, Gpt2AddsPiecesAroundTextsWhereItIsSaid) {
  const std::string folder = Folder(
      "around",
      {{"vocab.json", kBytes}, {"merges.txt", kNoMerges}, {"tokenizer_config.json", R"({"add_bos_token": true})"}});
  const auto tokenizer = LoadTokenizer(folder);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_THAT((*tokenizer)->sequence_template().before, ElementsAre(1));
  EXPECT_THAT((*tokenizer)->sequence_template().between, ElementsAre(1));
  EXPECT_THAT((*tokenizer)->sequence_template().between_types, ElementsAre(1));
  EXPECT_THAT((*tokenizer)->sequence_template().behind, ElementsAre());
}

TEST(LoadTokenizerTest, WhatBesideAVocabularyIsNotSupportedIsNamed) {
  const auto config = [](const char* text) { return Message({kVocabTxt, {"tokenizer_config.json", text}}); };
  EXPECT_THAT(
      config(R"({"tokenizer_class": "MPNetTokenizer"})"),
      HasSubstr("tokenizer_config.json: tokenizer_class: want BertTokenizer, RobertaTokenizer, GPT2Tokenizer or "
                "PreTrainedTokenizerFast, got \"MPNetTokenizer\"; if the class has a fast tokenizer, let transformers "
                "(pip install transformers) write all of it down with: python3 -c 'import json, os, sys; "));
  EXPECT_THAT(config(R"({"tokenizer_class": "MPNetTokenizer"})"),
              testing::EndsWith(absl::StrCat("indent=2)' '", testing::TempDir(), "/refused'")));
  EXPECT_THAT(config(R"({"tokenizer_class": "RobertaTokenizer"})"),
              HasSubstr("want a tokenizer.json, or vocab.json and merges.txt for RobertaTokenizer, got "));
  EXPECT_THAT(config(R"({"split_special_tokens": true})"), HasSubstr("split_special_tokens: want false, got true"));
  for (const char* name : {"do_lower_case", "tokenize_chinese_chars", "split_special_tokens"}) {
    EXPECT_THAT(config(absl::StrCat("{\"", name, "\": null}").c_str()),
                HasSubstr(absl::StrCat("tokenizer_config.json: ", name, ": want true or false, got null")));
  }
  EXPECT_EQ(config(R"({"strip_accents": null, "add_prefix_space": null})"), "") << "as if it were not there";
  EXPECT_THAT(config(R"({"padding_side": "up"})"), HasSubstr("padding_side: want \"left\" or \"right\", got \"up\""));
  EXPECT_THAT(config(R"({"init_inputs": [1]})"), HasSubstr("init_inputs: want an empty list, got an array of 1"));
  EXPECT_THAT(config(R"({"unk_token": null})"),
              HasSubstr("tokenizer_config.json: unk_token: want a piece, got null: name one, or leave it out"));
  EXPECT_THAT(Message({{"vocab.json", kBytes},
                       {"merges.txt", kNoMerges},
                       {"tokenizer_config.json", R"({"add_prefix_space": null})"}}),
              HasSubstr("tokenizer_config.json: add_prefix_space: want true or false, got null"));
  EXPECT_THAT(config(R"({"mask_token": {"content": "[MASK]"}})"),
              HasSubstr("mask_token: want a piece or an object of \"__type\": \"AddedToken\", got an object of 1"));
  EXPECT_THAT(config(R"({"mask_token": null, "sep_token": null})"),
              HasSubstr("want the special piece [SEP], got none"));
  EXPECT_THAT(config(R"({"unk_token": "[Q]"})"), HasSubstr("want the unknown piece [Q] in the vocabulary itself"));
  EXPECT_THAT(config(R"({"a_token": "<a>", "b_token": "<b>"})"),
              HasSubstr("want the ids of \"<a>\" and \"<b>\", got none: list them in added_tokens_decoder"));
  EXPECT_THAT(config(R"({"added_tokens_decoder": [1]})"),
              HasSubstr("tokenizer_config.json: added_tokens_decoder: want an object, got an array of 1"));
  EXPECT_THAT(config(R"({"added_tokens_decoder": {"3": {}}})"),
              HasSubstr("tokenizer_config.json: added_tokens_decoder.3.content: want a string, got nothing"));
  EXPECT_THAT(
      Message({kVocabTxt, {"config.json", R"({"model_type": "t5"})"}}),
      HasSubstr("config.json: model_type: want one whose tokenizer is BERT's, RoBERTa's or GPT-2's, got \"t5\""));
  EXPECT_THAT(Message({kVocabTxt, {"added_tokens.json", R"({"x": "y"})"}}),
              HasSubstr("added_tokens.json: x: want an id, got \"y\""));
  EXPECT_THAT(
      Message({{"vocab.txt", "[PAD]\n"}}),
      HasSubstr("vocab.txt: want the special piece [UNK], got none: give the vocabulary one, or name another piece "
                "as \"unk_token\" in tokenizer_config.json"));
  EXPECT_THAT(Message({{"spiece.model", "x"}}), HasSubstr("got SentencePiece's spiece.model, which is not supported"));
}

TEST(LoadTokenizerTest, NullIsRefusedWhereAutoTokenizerDoes) {
  const auto config = [](const char* text) { return Message({kVocabTxt, {"tokenizer_config.json", text}}); };
  for (const char* name : {"auto_map", "fast_tokenizer_files", "init_inputs", "model_input_names", "padding_side",
                           "truncation_side", "added_tokens_decoder"}) {
    EXPECT_THAT(config(absl::StrCat("{\"", name, "\": null}").c_str()),
                AllOf(HasSubstr(absl::StrCat("tokenizer_config.json: ", name, ": want ")), HasSubstr(", got null")));
  }
  EXPECT_THAT(config(R"({"fast_tokenizer_files": null})"),
              HasSubstr("fast_tokenizer_files: want a list of files, got null: say which, or leave the field out"));
  EXPECT_THAT(config(R"({"added_tokens_decoder": {"9": {"content": "<n>", "lstrip": null}}})"),
              HasSubstr("added_tokens_decoder.9.lstrip: want true or false, got null"));
  EXPECT_EQ(config(R"({"chat_template": null, "model_max_length": null, "mask_token": null})"), "");
  const auto roberta = [](const char* text) {
    return Message({{"vocab.json", R"({"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4})"},
                    {"merges.txt", kNoMerges},
                    {"config.json", kRoberta},
                    {"tokenizer_config.json", text}});
  };
  EXPECT_THAT(roberta(R"({"trim_offsets": null})"), HasSubstr("trim_offsets: want true or false, got null"));
  EXPECT_THAT(roberta(R"({"sep_token": null})"), HasSubstr("sep_token: want a piece, got null: name one, or leave"));
  EXPECT_EQ(roberta(R"({"trim_offsets": false, "bos_token": null})"), "");
  const auto model = [](const char* text) { return Message({kVocabTxt, {"config.json", text}}); };
  EXPECT_THAT(model("null"), HasSubstr("config.json: want an object, got null"));
  EXPECT_THAT(model(R"({"model_type": null})"), HasSubstr("config.json: model_type: want one whose tokenizer is"));
  EXPECT_THAT(model(R"({"auto_map": null})"), HasSubstr("config.json: auto_map: want an object of classes, got null"));
  EXPECT_THAT(Message({{"config.json", kBert}, {"tokenizer.json", R"({"decoder": {"cleanup": null}})"}}),
              HasSubstr("tokenizer.json: decoder.cleanup: want a value, got null: write the one that is meant"))
      << "also in parts that the class does not read";
}

// No class makes a Unigram model one that is read, so that none is advised.
TEST(LoadTokenizerTest, OfAnUnknownClassTheModelIsLookedAtFirst) {
  const std::pair<std::string, std::string> unigram = {"tokenizer.json", R"({"model": {"type": "Unigram"}})"};
  const auto wanted = HasSubstr("tokenizer.json: model.type: want WordPiece or BPE, since no other vocabularies are");
  EXPECT_THAT(Message({unigram, {"tokenizer_config.json", R"({"tokenizer_class": "XLMRobertaTokenizer"})"}}), wanted);
  EXPECT_THAT(Message({unigram, {"config.json", R"({"model_type": "xlm-roberta"})"}}), wanted);
}

TEST(LoadTokenizerTest, NamesOnTheHubAreNoFolders) {
  EXPECT_THAT(std::string(LoadTokenizer("bert-base-uncased").status().message()),
              HasSubstr("hf download 'bert-base-uncased' --local-dir 'bert-base-uncased'"));
}

TEST(LoadTokenizerTest, AByteOrderMarkIsNamedInEveryFile) {
  const auto marked = [](const char* text) { return absl::StrCat("\xEF\xBB\xBF", text); };
  const Files bytes = {{"vocab.json", kBytes}, {"merges.txt", kNoMerges}};
  EXPECT_THAT(Message({{"vocab.txt", marked(kWordPieces)}}), HasSubstr("vocab.txt: want text, got a byte order mark"));
  EXPECT_THAT(Message({{"vocab.json", marked(kBytes)}, bytes[1]}), HasSubstr("vocab.json: want text, got a byte"));
  EXPECT_THAT(Message({bytes[0], {"merges.txt", marked(kNoMerges)}}), HasSubstr("merges.txt: want text, got a byte"));
  EXPECT_THAT(Message({{"tokenizer.json", marked(kWhole)}}), HasSubstr("tokenizer.json: want text, got a byte order"));
  EXPECT_THAT(Message({kVocabTxt, {"tokenizer_config.json", marked("{}")}}),
              HasSubstr("tokenizer_config.json: want text, got a byte order mark"));
  EXPECT_THAT(Ids(Folder("crlf", {{"vocab.json", kBytes}, {"merges.txt", "#version: 0.2\r\n"}}), "a"), ElementsAre(0));
}

TEST(LoadTokenizerTest, APackedFileIsNamedInEveryFile) {
  const std::string gzip = "\x1F\x8B\x08";
  const char* want = ": want plain text, got a file packed by gzip; unpack it, and name the text";
  for (const char* file :
       {"vocab.txt", "tokenizer.json", "tokenizer_config.json", "added_tokens.json", "config.json"}) {
    Files files = {kVocabTxt};
    if (file == kVocabTxt.first) files.clear();
    files.push_back({file, gzip});
    EXPECT_THAT(Message(files), HasSubstr(absl::StrCat(file, want)));
  }
  EXPECT_THAT(Message({{"vocab.json", kBytes}, {"merges.txt", gzip}}), HasSubstr(absl::StrCat("merges.txt", want)));
  EXPECT_THAT(Message({{"vocab.txt.gz", gzip}}),
              HasSubstr("vocab.txt.gz: want plain text, got a packed file: unpack it in its folder"));
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
