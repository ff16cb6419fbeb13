#include "tools/cut_model/kept_tokenizer.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::json;

std::string Whole(const std::string& normalizer, const std::string& model = "{}") {
  return R"({"normalizer": )" + normalizer + R"(, "model": )" + model + "}";
}

TokenizerFiles Kept(const TokenizerFiles& files) {
  const auto kept = TokenizerOfKeptPieces(files, "new\n", "m");
  EXPECT_TRUE(kept.ok()) << kept.status();
  return kept.value_or(TokenizerFiles());
}

TEST(TokenizerOfKeptPieces, HasTheNewPiecesAndNoOldIds) {
  const TokenizerFiles kept = Kept({{"vocab.txt", "old\n"},
                                    {"added_tokens.json", "{}"},
                                    {"special_tokens_map.json", "[]"},
                                    {"tokenizer_config.json", R"({"x": 1, "added_tokens_decoder": {"0": {}}})"}});
  EXPECT_EQ(kept, (TokenizerFiles{
                      {"vocab.txt", "new\n"},
                      {"special_tokens_map.json", "[]"},
                      {"tokenizer_config.json", "{\n  \"x\": 1,\n  \"tokenizer_class\": \"BertTokenizer\"\n}\n"}}));
  EXPECT_EQ(Kept({{"vocab.txt", "old\n"}}), (TokenizerFiles{{"vocab.txt", "new\n"}}));
  EXPECT_EQ(Kept({{"vocab.txt", "old\n"}, {"tokenizer_config.json", R"({"model_max_length": Infinity})"}})
                .at("tokenizer_config.json"),
            "{\n  \"model_max_length\": Infinity,\n  \"tokenizer_class\": \"BertTokenizer\"\n}\n");
}

TEST(TokenizerOfKeptPieces, ACasedModelStaysCased) {
  const std::string cased = Whole(R"({"lowercase": false, "strip_accents": null, "handle_chinese_chars": false})");
  const Json options = {{"do_lower_case", false},
                        {"strip_accents", false},
                        {"tokenize_chinese_chars", false},
                        {"tokenizer_class", "BertTokenizer"}};
  EXPECT_EQ(Json::parse(Kept({{"vocab.txt", "old\n"}, {"tokenizer.json", cased}})["tokenizer_config.json"]), options);
  const TokenizerFiles beside = Kept(
      {{"vocab.txt", "old\n"}, {"tokenizer.json", cased}, {"tokenizer_config.json", R"({"do_lower_case": true})"}});
  EXPECT_EQ(beside.count("tokenizer.json"), 0u);
  EXPECT_EQ(Json::parse(beside.at("tokenizer_config.json")), options);
  const TokenizerFiles uncased = Kept({{"vocab.txt", "old\n"},
                                       {"tokenizer.json", Whole("{}")},
                                       {"tokenizer_config.json", R"({"tokenizer_class": null})"}});
  EXPECT_TRUE(Json::parse(uncased.at("tokenizer_config.json"))["do_lower_case"]);
}

TEST(TokenizerOfKeptPieces, AClassHasItsOptionsFromItsConfig) {
  const TokenizerFiles kept = Kept({{"vocab.txt", "old\n"},
                                    {"tokenizer.json", Whole(R"({"lowercase": false})")},
                                    {"tokenizer_config.json", R"({"tokenizer_class": "BertTokenizer"})"}});
  EXPECT_EQ(Json::parse(kept.at("tokenizer_config.json")), (Json{{"tokenizer_class", "BertTokenizer"}}));
}

TEST(TokenizerOfKeptPieces, AClassThatIsNoNameIsNone) {
  const std::string cased = Whole(R"({"lowercase": false})");
  for (const char* name : {"null", "7", "[]"}) {
    const TokenizerFiles kept = Kept({{"vocab.txt", "old\n"},
                                      {"tokenizer.json", cased},
                                      {"tokenizer_config.json", absl::StrCat(R"({"tokenizer_class": )", name, "}")}});
    EXPECT_FALSE(Json::parse(kept.at("tokenizer_config.json"))["do_lower_case"]) << name;
  }
}

TEST(TokenizerOfKeptPieces, Errors) {
  const auto error = [](const char* name, const std::string& text) {
    return std::string(TokenizerOfKeptPieces({{"vocab.txt", "old\n"}, {name, text}}, "new\n", "m").status().message());
  };
  EXPECT_EQ(TokenizerOfKeptPieces({{"vocab.json", "{}"}}, "new\n", "m").status(),
            absl::InvalidArgumentError("m: want a model with a vocab.txt, got none"));
  EXPECT_EQ(error("tokenizer_config.json", "{"),
            "m/tokenizer_config.json: want JSON, got something else before byte 2");
  EXPECT_EQ(error("tokenizer_config.json", "[]"), "m/tokenizer_config.json: want a JSON object, got something else");
  EXPECT_EQ(error("tokenizer.json", Whole("null")), "m/tokenizer.json: normalizer: want an object, got null");
  EXPECT_EQ(error("tokenizer.json", Whole(R"({"clean_text": false})")),
            "m/tokenizer.json: normalizer.clean_text: want true, got false");
  EXPECT_EQ(error("tokenizer.json", Whole("{}", R"({"max_input_chars_per_word": 50})")),
            "m/tokenizer.json: model.max_input_chars_per_word: want 100, got 50");
}

}  // namespace
}  // namespace retort
