#include "framework/text/tokenizer_json/tokenizer_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "framework/text/tokenizer.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Json = nlohmann::json;

Json Added(int id, const char* content) {
  return {{"id", id},        {"content", content}, {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"special", true},    {"normalized", false}};
}

Json WordPiece() {
  Json json = Json::parse(R"({
    "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
    "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
              "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "a": 5, "##a": 6, "A": 7, "\u00e9": 8, "e": 9}}})");
  for (const auto& [piece, id] : json["model"]["vocab"].items()) {
    if (piece[0] == '[') json["added_tokens"].push_back(Added(id, piece.c_str()));
  }
  return json;
}

Json Bpe() {
  Json json = Json::parse(R"({
    "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
    "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": true, "add_prefix_space": false},
    "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
    "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "", "end_of_word_suffix": "",
              "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
              "vocab": {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4, "a": 5, "b": 6, "ab": 7, "\u0120": 8},
              "merges": ["a b"]}})");
  for (const auto& [piece, id] : json["model"]["vocab"].items()) {
    if (piece[0] == '<') json["added_tokens"].push_back(Added(id, piece.c_str()));
  }
  return json;
}

std::unique_ptr<Tokenizer> Parse(const Json& json) {
  auto tokenizer = ParseTokenizerJson(json.dump(), "t.json");
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

std::string Message(const Json& json) {
  return std::string(ParseTokenizerJson(json.dump(), "t.json").status().message());
}

std::vector<int32_t> Ids(const Json& json, absl::string_view text) {
  std::vector<int32_t> ids;
  EXPECT_TRUE(Parse(json)->Encode(text, &ids).ok());
  return ids;
}

Json At(Json json, const char* pointer, const Json& value) {
  json[Json::json_pointer(pointer)] = value;
  return json;
}

TEST(TokenizerJsonTest, WordPiece) {
  EXPECT_THAT(Ids(WordPiece(), "Aa \u00c9 [MASK] b"), ElementsAre(5, 6, 9, 4, 1));
  EXPECT_THAT(Parse(WordPiece())->sequence_template().before, ElementsAre(2));
}

TEST(TokenizerJsonTest, NormalizerOptions) {
  const Json cased = At(WordPiece(), "/normalizer/lowercase", false);
  EXPECT_THAT(Ids(cased, "A \u00e9"), ElementsAre(7, 8));
  EXPECT_THAT(Ids(At(cased, "/normalizer/strip_accents", true), "A \u00e9"), ElementsAre(7, 9));
  EXPECT_THAT(Ids(At(WordPiece(), "/normalizer/strip_accents", false), "A \u00c9"), ElementsAre(5, 8));
  EXPECT_THAT(Ids(At(WordPiece(), "/normalizer/clean_text", false), "a\x01"), ElementsAre(1));
  EXPECT_THAT(Ids(At(WordPiece(), "/normalizer/handle_chinese_chars", false), "a\u4e2d"), ElementsAre(1));
  EXPECT_THAT(Ids(At(WordPiece(), "/model/max_input_chars_per_word", 2), "aa aaa"), ElementsAre(5, 6, 1));
}

TEST(TokenizerJsonTest, AddedPiecesBeyondTheModelAreForTextAsItIs) {
  Json json = WordPiece();
  json["added_tokens"].push_back(Added(10, "New"));
  json["added_tokens"].push_back(Added(11, "new"));
  EXPECT_THAT(Ids(json, "aNew NEW new"), ElementsAre(5, 10, 1, 11));
}

TEST(TokenizerJsonTest, Bpe) {
  EXPECT_THAT(Ids(Bpe(), "ab<mask>a ba"), ElementsAre(7, 4, 5, 8, 6, 5));
  EXPECT_THAT(Ids(At(Bpe(), "/pre_tokenizer/add_prefix_space", true), "ab"), ElementsAre(8, 7));
  EXPECT_THAT(Ids(At(Bpe(), "/model/merges/0", {"a", "b"}), "abx"), ElementsAre(7));
}

TEST(TokenizerJsonTest, Templates) {
  EXPECT_THAT(Parse(Bpe())->sequence_template().between, ElementsAre(2, 2));
  const Json processor = Json::parse(R"({"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "x", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "y", "type_id": 0}}],
    "pair": [{"SpecialToken": {"id": "x", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "y", "type_id": 0}},
             {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "y", "type_id": 1}}],
    "special_tokens": {"x": {"id": "x", "ids": [0, 1], "tokens": ["x", "x"]}, "y": {"id": "y", "ids": [2], "tokens": ["y"]}}})");
  const SequenceTemplate read = Parse(At(Bpe(), "/post_processor", processor))->sequence_template();
  EXPECT_THAT(read.before, ElementsAre(0, 1));
  EXPECT_THAT(read.between, ElementsAre(2));
  EXPECT_THAT(read.behind, ElementsAre(2));
  EXPECT_EQ(read.second_type, 1);
  EXPECT_THAT(Message(At(Bpe(), "/post_processor", At(processor, "/special_tokens/y/ids/0", 9))),
              HasSubstr("special piece \"y\": want ids of the vocabulary, got 9"));
  EXPECT_THAT(Message(At(Bpe(), "/post_processor", At(processor, "/pair/1/Sequence/id", "B"))),
              StartsWith("t.json: post_processor.pair: want texts A and B"));
  EXPECT_THAT(Message(At(Bpe(), "/post_processor", At(processor, "/pair/4/SpecialToken/type_id", 0))),
              StartsWith("t.json: post_processor.pair: want types of 0 before B"));
  const SequenceTemplate none = Parse(At(Bpe(), "/post_processor", nullptr))->sequence_template();
  EXPECT_THAT(none.behind, ElementsAre());
  EXPECT_EQ(none.second_type, 1);
}

TEST(TokenizerJsonTest, WhatIsNotSupportedIsNamed) {
  const std::vector<std::pair<const char*, Json>> wordpiece = {{"/model/type", "Unigram"},
                                                               {"/model/unk_token", "?"},
                                                               {"/model/continuing_subword_prefix", "@@"},
                                                               {"/normalizer/type", "NFC"},
                                                               {"/normalizer/new", 1},
                                                               {"/pre_tokenizer/type", "Whitespace"},
                                                               {"/decoder/prefix", "@@"},
                                                               {"/post_processor/type", "X"},
                                                               {"/added_tokens/0/single_word", true},
                                                               {"/added_tokens/0/lstrip", "no"},
                                                               {"/model/vocab", 3},
                                                               {"/model/max_input_chars_per_word", -1},
                                                               {"/model/max_input_chars_per_word", 1e300}};
  for (const auto& [pointer, value] : wordpiece) {
    std::string name = std::string(pointer).substr(1);
    EXPECT_THAT(Message(At(WordPiece(), pointer, value)), StartsWith("t.json: " + name.substr(0, name.find('/'))))
        << pointer;
  }
  const std::vector<std::pair<const char*, Json>> bpe = {{"/model/dropout", 0.1},
                                                         {"/model/end_of_word_suffix", "</w>"},
                                                         {"/model/byte_fallback", true},
                                                         {"/model/ignore_merges", true},
                                                         {"/model/unk_token", "<unk>"},
                                                         {"/model/more", 1},
                                                         {"/pre_tokenizer/use_regex", false},
                                                         {"/decoder/type", "BPEDecoder"}};
  for (const auto& [pointer, value] : bpe) {
    std::string name = std::string(pointer).substr(1);
    name[name.find('/')] = '.';
    EXPECT_THAT(Message(At(Bpe(), pointer, value)), StartsWith("t.json: " + name + ": ")) << pointer;
  }
  EXPECT_THAT(Message(At(Bpe(), "/normalizer", {{"type", "NFC"}})), StartsWith("t.json: normalizer: want null"));
  EXPECT_EQ(Message(At(Bpe(), "/surprise", 1)), "t.json: surprise: not supported");
  EXPECT_THAT(Message(At(WordPiece(), "/added_tokens/0/normalized", true)), HasSubstr("normalized: want false"));
}

TEST(TokenizerJsonTest, MissingSpecialPiecesAreNamedWithTheFile) {
  Json bpe = Json::parse(absl::StrReplaceAll(Bpe().dump(), {{"<mask>", "<hide>"}}));
  EXPECT_EQ(Message(bpe),
            "t.json: want the special pieces <s>, <pad>, </s>, <unk> and <mask>, or <|endoftext|>, got neither");
  Json word_piece = Json::parse(absl::StrReplaceAll(WordPiece().dump(), {{"[MASK]", "[HIDE]"}}));
  EXPECT_EQ(Message(word_piece), "t.json: vocabulary of 10 pieces: want the special piece [MASK], got none");
}

TEST(TokenizerJsonTest, HostileFilesAreErrors) {
  EXPECT_THAT(Message(At(Bpe(), "/model/merges/0", "a c")), HasSubstr("want pieces of the vocabulary"));
  EXPECT_THAT(Message(At(Bpe(), "/model/merges/0", "b b")), HasSubstr("want the merged piece in the vocabulary"));
  EXPECT_THAT(Message(At(Bpe(), "/model/merges/0", Json::array({"", "a"}))), HasSubstr("not empty"));
  EXPECT_THAT(Message(At(Bpe(), "/model/merges/0", "a b c")), HasSubstr("merges[0]: want two pieces, got \"a b c\""));
  EXPECT_THAT(Message(At(Bpe(), "/model/vocab/ab", 5)), HasSubstr("want an id for one piece, got 5"));
  EXPECT_THAT(Message(At(Bpe(), "/model/vocab/ab", 9)), HasSubstr("want a piece for every id, got none for 7"));
  EXPECT_THAT(Message(At(Bpe(), "/model/vocab/ab", 2147483647)), HasSubstr("want an id below the number of pieces"));
  EXPECT_THAT(Message(At(Bpe(), "/model/vocab/ab", 1e18)),
              HasSubstr("want an id that is a whole number below 2^31, got 1e+18"));
  EXPECT_THAT(Message(At(Bpe(), "/model/vocab/ab", nullptr)), HasSubstr("whole number"));
  EXPECT_THAT(Message(At(Bpe(), "/added_tokens/0/id", 4)), HasSubstr("want its id"));
  EXPECT_THAT(Message(At(Bpe(), "/added_tokens/0/content", "")), HasSubstr("not empty"));
  EXPECT_THAT(Message(At(Bpe(), "/added_tokens/1/content", "</s>")), HasSubstr("want each piece once"));
  EXPECT_EQ(Message(At(Bpe(), "/post_processor/sep/1", 3)),
            "t.json: post_processor.sep: want a piece of the vocabulary and its id, got \"</s>\" and 3");
  EXPECT_EQ(Message(At(Bpe(), "/model/merges", 1)), "t.json: model.merges: want a list, got 1");
  EXPECT_EQ(Message(At(Bpe(), "/added_tokens", "x")), "t.json: added_tokens: want a list, got \"x\"");
  EXPECT_THAT(Message(Json::array()), StartsWith("t.json: want an object"));
  EXPECT_THAT(Message(Json::object()), StartsWith("t.json: model: want an object"));
}

}  // namespace
}  // namespace retort
