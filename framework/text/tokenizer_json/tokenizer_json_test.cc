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
    "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
      "lowercase": true},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
      "max_input_chars_per_word": 100,
              "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "a": 5, "##a": 6, "A": 7,
                "\u00e9": 8, "e": 9}}})");
  for (const auto& [piece, id] : json["model"]["vocab"].items()) {
    if (piece[0] == '[') json["added_tokens"].push_back(Added(id, piece.c_str()));
  }
  return json;
}

Json Bpe() {
  Json json = Json::parse(R"({
    "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
    "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": true,
      "add_prefix_space": false},
    "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
    "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
      "end_of_word_suffix": "",
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
    "single": [{"SpecialToken": {"id": "x", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
      {"SpecialToken": {"id": "y", "type_id": 0}}],
    "pair": [{"SpecialToken": {"id": "x", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
      {"SpecialToken": {"id": "y", "type_id": 0}},
             {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "y", "type_id": 1}}],
    "special_tokens": {"x": {"id": "x", "ids": [0, 1], "tokens": ["x", "x"]}, "y": {"id": "y", "ids": [2],
      "tokens": ["y"]}}})");
  const SequenceTemplate read = Parse(At(Bpe(), "/post_processor", processor))->sequence_template();
  EXPECT_THAT(read.before, ElementsAre(0, 1));
  EXPECT_THAT(read.between, ElementsAre(2));
  EXPECT_THAT(read.behind, ElementsAre(2));
  EXPECT_EQ(read.second_type, 1);
  EXPECT_THAT(Message(At(Bpe(), "/post_processor", At(processor, "/special_tokens/y/ids/0", 9))),
              HasSubstr("special piece \"y\": want ids of the vocabulary, got 9"));
  EXPECT_THAT(Message(At(Bpe(), "/post_processor", At(processor, "/pair/1/Sequence/id", "B"))),
              StartsWith("t.json: post_processor.pair: want texts A and B"));
  EXPECT_THAT(Message(At(Bpe(), "/post_processor", At(processor, "/pair/1/Sequence/type_id", 1))),
              StartsWith("t.json: post_processor.pair: want types of 0 up to A"));
  const SequenceTemplate mixed =
      Parse(At(Bpe(), "/post_processor", At(processor, "/pair/4/SpecialToken/type_id", 0)))->sequence_template();
  EXPECT_THAT(mixed.behind_types, ElementsAre(0));
  EXPECT_THAT(mixed.between_types, ElementsAre());
  const Json sequence = {{"type", "Sequence"},
                         {"processors", Json::array({{{"type", "ByteLevel"}, {"trim_offsets", true}}, processor})}};
  EXPECT_THAT(Parse(At(Bpe(), "/post_processor", sequence))->sequence_template().before, ElementsAre(0, 1));
  EXPECT_THAT(Message(At(Bpe(), "/post_processor", At(sequence, "/processors/0", processor))),
              StartsWith("t.json: post_processor.processors: want at most one"));
  const SequenceTemplate none = Parse(At(Bpe(), "/post_processor", nullptr))->sequence_template();
  EXPECT_THAT(none.behind, ElementsAre());
  EXPECT_EQ(none.second_type, 1);
}

TEST(TokenizerJsonTest, AModelWithoutATypeIsKnownByItsFields) {
  Json bpe = Bpe(), word_piece = WordPiece();
  bpe["model"].erase("type");
  word_piece["model"].erase("type");
  EXPECT_THAT(Ids(bpe, "ab"), ElementsAre(7));
  EXPECT_THAT(Ids(word_piece, "aa"), ElementsAre(5, 6));
  word_piece["model"].erase("max_input_chars_per_word");
  EXPECT_THAT(Message(word_piece), StartsWith("t.json: model.type: want WordPiece or BPE"));
}

TEST(TokenizerJsonTest, BpeWithoutADecoder) { EXPECT_THAT(Ids(At(Bpe(), "/decoder", nullptr), "ab"), ElementsAre(7)); }

TEST(TokenizerJsonTest, HolesInIds) {
  const Json holes = At(Bpe(), "/model/vocab/ab", 90);
  EXPECT_THAT(Ids(holes, "abb"), ElementsAre(90, 6));
  EXPECT_EQ(Parse(holes)->vocabulary_size(), 91);
  EXPECT_EQ(Parse(holes)->Decode({89, 90}), "ab");
  EXPECT_THAT(Ids(At(WordPiece(), "/model/vocab/a", 90), "a aa"), ElementsAre(90, 90, 6));
}

TEST(TokenizerJsonTest, SequencesOfNormalizers) {
  const auto sequence = [](const Json& parts) { return Json{{"type", "Sequence"}, {"normalizers", parts}}; };
  const auto with = [](const Json& normalizer) { return At(WordPiece(), "/normalizer", normalizer); };
  EXPECT_THAT(Ids(with(sequence(Json::array({WordPiece()["normalizer"]}))), "A \u00c9"), ElementsAre(5, 9));
  const Json nfd = {{"type", "NFD"}}, lower = {{"type", "Lowercase"}}, strip = {{"type", "StripAccents"}};
  EXPECT_THAT(Ids(with(sequence({nfd, sequence({lower, strip})})), "A \u00c9"), ElementsAre(5, 9));
  EXPECT_THAT(Ids(with(lower), "A \u00c9"), ElementsAre(5, 8));
  EXPECT_THAT(Ids(with(sequence(Json::array())), "A \u00e9"), ElementsAre(7, 8));
  EXPECT_THAT(Ids(with(nullptr), "A \u00e9"), ElementsAre(7, 8));
  EXPECT_THAT(Ids(At(Bpe(), "/normalizer", sequence(Json::array())), "ab"), ElementsAre(7));
  EXPECT_THAT(Message(with(sequence(Json::array({{{"type", "Nmt"}}})))),
              StartsWith("t.json: normalizer.normalizers[0].type: want BertNormalizer"));
}

// The ids are those of the tokenizers library, 0.23.2.
TEST(TokenizerJsonTest, FormsOfUnicode) {
  Json json = WordPiece();
  const char* const pieces[] = {"e\u0301", "\uFB01", "fi", "\u2260", "=", "\u0338"};
  for (int i = 0; i < 6; ++i) json["model"]["vocab"][pieces[i]] = 10 + i;
  const auto ids = [&](const Json& normalizer, const char* text) {
    return Ids(At(json, "/normalizer", normalizer), text);
  };
  const char* const text = "\u00E9 e\u0301 \uFB01 fi =\u0338";
  EXPECT_THAT(ids({{"type", "NFD"}}, text), ElementsAre(10, 10, 11, 12, 14, 15));
  EXPECT_THAT(ids({{"type", "NFC"}}, text), ElementsAre(8, 8, 11, 12, 13));
  EXPECT_THAT(ids({{"type", "NFKD"}}, text), ElementsAre(10, 10, 12, 12, 14, 15));
  EXPECT_THAT(ids({{"type", "NFKC"}}, text), ElementsAre(8, 8, 12, 12, 13));
  // Marks of Unicode 10, whose order the library does not know.
  json["model"]["vocab"]["e\u1DF6\u0301"] = 16;
  EXPECT_THAT(ids({{"type", "NFC"}}, "e\u1DF6\u0301"), ElementsAre(16));
  const Json strip = {{"type", "Strip"}, {"strip_left", true}, {"strip_right", true}};
  EXPECT_THAT(ids({{"type", "Sequence"}, {"normalizers", {strip, {{"type", "NFKC"}}}}}, " \u2003\uFB01\u00A0\n"),
              ElementsAre(12));
  EXPECT_THAT(Message(At(json, "/normalizer", {{"type", "Strip"}, {"strip_left", true}})),
              StartsWith("t.json: normalizer.strip_right: want true or false"));
}

TEST(TokenizerJsonTest, FieldsThatTheLibraryDoesNotKnowAreNothing) {
  for (const char* pointer : {"/model/x", "/normalizer/x", "/pre_tokenizer/x", "/post_processor/x", "/decoder/x"}) {
    EXPECT_THAT(Ids(At(WordPiece(), pointer, 1), "Aa"), ElementsAre(5, 6)) << pointer;
  }
  for (const char* pointer : {"/model/x", "/pre_tokenizer/x", "/post_processor/x", "/decoder/x"}) {
    EXPECT_THAT(Ids(At(Bpe(), pointer, 1), "ab"), ElementsAre(7)) << pointer;
  }
}

TEST(TokenizerJsonTest, MergesMayHaveTheHeadingOfTheirFile) {
  EXPECT_THAT(Ids(At(Bpe(), "/model/merges", {"#version: 0.2", "a b"}), "ab"), ElementsAre(7));
}

TEST(TokenizerJsonTest, AddedPiecesThatAreNormalizedOrSingleWords) {
  Json json = WordPiece();
  Json york = Added(10, "New York"), word = Added(11, "new");
  york["normalized"] = true;
  word["single_word"] = true;
  json["added_tokens"].push_back(york);
  json["added_tokens"].push_back(word);
  EXPECT_THAT(Ids(json, "NEW\tyork new aNew anew"), ElementsAre(10, 11, 1, 1));
  EXPECT_FALSE(Parse(json)->SplitsAtNewlines()) << "a line end may be the space";
  json["added_tokens"].push_back(At(york, "/content", "new york"));
  EXPECT_THAT(Message(json), HasSubstr("added piece \"new york\": want one that is left by the normalizer"));
}

TEST(TokenizerJsonTest, IdsOfAddedPiecesAreThoseThatTheLibraryGives) {
  Json json = WordPiece();
  json["added_tokens"].push_back(Added(77, "<new>"));
  EXPECT_THAT(Ids(json, "<new>"), ElementsAre(10));
  json["model"]["vocab"]["x"] = 11;
  json["model"]["vocab"].erase("e");
  EXPECT_THAT(Message(At(json, "/model/vocab/x", 10)),
              HasSubstr("added piece \"<new>\": want an id of its own, got 10, the number of pieces, which \"x\" has"));
}

TEST(TokenizerJsonTest, WhatIsNotSupportedIsNamed) {
  const std::vector<std::pair<const char*, Json>> wordpiece = {{"/model/type", "Unigram"},
                                                               {"/model/unk_token", "?"},
                                                               {"/model/continuing_subword_prefix", "@@"},
                                                               {"/normalizer/type", "Nmt"},
                                                               {"/normalizer/clean_text", nullptr},
                                                               {"/version", "2.0"},
                                                               {"/pre_tokenizer/type", "Whitespace"},
                                                               {"/decoder/prefix", "@@"},
                                                               {"/post_processor/type", "X"},
                                                               {"/added_tokens/0/lstrip", "no"},
                                                               {"/model/vocab", 3},
                                                               {"/model/max_input_chars_per_word", -1},
                                                               {"/model/max_input_chars_per_word", 1e300}};
  for (const auto& [pointer, value] : wordpiece) {
    std::string name = std::string(pointer).substr(1);
    EXPECT_THAT(Message(At(WordPiece(), pointer, value)), StartsWith("t.json: " + name.substr(0, name.find('/'))))
        << pointer;
  }
  const std::vector<std::pair<const char*, Json>> bpe = {
      {"/model/dropout", 0.1},        {"/model/end_of_word_suffix", "</w>"}, {"/model/byte_fallback", true},
      {"/model/ignore_merges", true}, {"/model/unk_token", "<unk>"},         {"/pre_tokenizer/use_regex", false},
      {"/decoder/type", "BPEDecoder"}};
  for (const auto& [pointer, value] : bpe) {
    std::string name = std::string(pointer).substr(1);
    name[name.find('/')] = '.';
    EXPECT_THAT(Message(At(Bpe(), pointer, value)), StartsWith("t.json: " + name + ": ")) << pointer;
  }
  EXPECT_THAT(Message(At(Bpe(), "/normalizer", {{"type", "NFC"}})), StartsWith("t.json: normalizer: want null"));
  EXPECT_EQ(Message(At(Bpe(), "/surprise", 1)), "t.json: surprise: not supported");
  EXPECT_THAT(Message(At(WordPiece(), "/model/type", "Unigram")),
              HasSubstr("take a model of another tokenizer, such as one of BERT's"));
  EXPECT_THAT(Message(At(WordPiece(), "/pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", Json::array()}})),
              StartsWith("t.json: pre_tokenizer.pretokenizers: want a list of one BertPreTokenizer"));
}

TEST(TokenizerJsonTest, MissingSpecialPiecesAreNamedWithTheFile) {
  Json bpe = Json::parse(absl::StrReplaceAll(Bpe().dump(), {{"<mask>", "<hide>"}}));
  EXPECT_EQ(Message(bpe),
            "t.json: want the special pieces <s>, <pad>, </s>, <unk> and <mask>, or <|endoftext|>, got neither: name "
            "others as \"eos_token\" and so on in a tokenizer_config.json beside it");
  Json word_piece = Json::parse(absl::StrReplaceAll(WordPiece().dump(), {{"[MASK]", "[HIDE]"}}));
  EXPECT_EQ(Message(word_piece),
            "t.json: vocabulary of 10 pieces: want the special piece [MASK], got none: name another piece as "
            "\"mask_token\" in a tokenizer_config.json beside it");
}

TEST(TokenizerJsonTest, HostileFilesAreErrors) {
  EXPECT_THAT(Message(At(Bpe(), "/model/merges/0", "a c")), HasSubstr("want pieces of the vocabulary"));
  EXPECT_THAT(Message(At(Bpe(), "/model/merges/0", "b b")), HasSubstr("want the merged piece in the vocabulary"));
  EXPECT_THAT(Message(At(Bpe(), "/model/merges/0", Json::array({"", "a"}))), HasSubstr("not empty"));
  EXPECT_THAT(Message(At(Bpe(), "/model/merges/0", "a b c")), HasSubstr("merges[0]: want two pieces, got \"a b c\""));
  EXPECT_THAT(Message(At(Bpe(), "/model/vocab/ab", 5)), HasSubstr("\"ab\": want an id that \"a\" has not, got 5"));
  EXPECT_THAT(Message(At(Bpe(), "/model/vocab/ab", 2147483647)),
              HasSubstr("want an id below 65608 in a vocabulary of 9 pieces, got 2147483647"));
  EXPECT_THAT(Message(At(Bpe(), "/model/vocab/ab", 1e18)), HasSubstr("want an id that is a whole number, got 1e+18"));
  EXPECT_THAT(Message(At(Bpe(), "/model/vocab/ab", nullptr)), HasSubstr("whole number"));
  EXPECT_THAT(Message(At(Bpe(), "/added_tokens/0/id", "x")), HasSubstr("added_tokens[0].id: want a whole number"));
  EXPECT_EQ(Message(At(Bpe(), "/post_processor/sep/1", 3)),
            "t.json: post_processor.sep: want a piece of the vocabulary and its id, got \"</s>\" and 3");
  EXPECT_EQ(Message(At(Bpe(), "/model/merges", 1)), "t.json: model.merges: want a list, got 1");
  EXPECT_EQ(Message(At(Bpe(), "/added_tokens", "x")), "t.json: added_tokens: want a list, got \"x\"");
  EXPECT_THAT(Message(Json::array()), StartsWith("t.json: want an object"));
  EXPECT_THAT(Message(Json::object()), StartsWith("t.json: model: want an object"));
}

}  // namespace
}  // namespace retort
