#include "framework/json/strict_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace retort {
namespace {

using testing::HasSubstr;

std::string Message(absl::string_view text) { return std::string(ParseStrictJson(text, "f").status().message()); }

TEST(StrictJsonTest, ReadsValues) {
  auto json = ParseStrictJson(R"({"a": [1, {"a": "[,\"{"}], "b": {"a": null}})", "f");
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ((*json)["a"][1]["a"], "[,\"{");
}

TEST(StrictJsonTest, RefusesWhatIsNotJson) {
  EXPECT_THAT(Message(""), HasSubstr("f: want JSON"));
  EXPECT_THAT(Message("{\"a\": 1"), HasSubstr("f: want JSON"));
  EXPECT_THAT(Message("{} x"), HasSubstr("f: want JSON"));
  EXPECT_THAT(Message("]]]"), HasSubstr("f: want JSON"));
  EXPECT_THAT(Message("\"\xff\""), HasSubstr("f: want JSON"));
  EXPECT_THAT(Message("1e99999"), HasSubstr("f: want JSON"));
  EXPECT_EQ(Message(absl::string_view("{}\0{}", 5)), "f: want JSON, got something else before byte 3");
}

TEST(StrictJsonTest, RefusesANameTwice) {
  EXPECT_EQ(Message(R"({"a": {"b": 1}, "c": 2, "a": 3})"), "f: want each name once, got \"a\" twice in an object");
  EXPECT_EQ(Message(R"([{"b": 1}, {"b": 1}])"), "");
}

TEST(StrictJsonTest, RefusesDeepNesting) {
  EXPECT_EQ(Message(absl::StrCat(std::string(32, '['), std::string(32, ']'))), "");
  EXPECT_EQ(Message(std::string(1000000, '[')), "f: byte 32: want nesting of at most 32, got more");
}

// Vocabularies of half a million pieces and merges as pairs are plain files.
TEST(StrictJsonTest, ReadsMoreThanHalfAMillionValues) {
  std::string text = "[";
  for (int i = 0; i < 600'000; ++i) text += "0,";
  EXPECT_EQ(Message(text + "0]"), "");
}

TEST(StrictJsonTest, RefusesTextsThatAreTooLong) {
  EXPECT_EQ(Message(std::string((64 << 20) + 1, ' ')), "f: want at most 64 MiB of JSON, got 67108865 bytes");
}

TEST(StrictJsonTest, RefusesAByteOrderMark) {
  EXPECT_EQ(Message("\xef\xbb\xbf{}"), "f: want JSON, got a byte order mark (EF BB BF) before it");
}

TEST(StrictJsonTest, ReadsNumbersOfPythonOnlyWhereAsked) {
  const absl::string_view text = R"({"a": NaN, "b": [-Infinity, Infinity], "c\"": "x\"NaN", "NaN": "Infinity\\"})";
  EXPECT_THAT(Message(text), HasSubstr("f: want JSON, got something else before byte"));
  auto json = ParseStrictJson(text, "f", JsonDialect::kPython);
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ((*json)["a"], "NaN");
  EXPECT_EQ((*json)["b"], nlohmann::json({"-Infinity", "Infinity"}));
  EXPECT_EQ((*json)["c\""], "x\"NaN");
  EXPECT_EQ((*json)["NaN"], "Infinity\\");
  json = ParseStrictJson(R"([1e999, -1e999, 1e3, -7, 18446744073709551615, "1e999"])", "f", JsonDialect::kPython);
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(*json, nlohmann::json({"Infinity", "-Infinity", 1e3, -7, 18446744073709551615u, "1e999"}));
  EXPECT_THAT(Message("[1e999]"), HasSubstr("f: want JSON"));
  EXPECT_THAT(ParseStrictJson("[--1e]", "f", JsonDialect::kPython).status().message(), HasSubstr("want JSON"));
  EXPECT_THAT(ParseStrictJson("{\"a\": Na}", "f", JsonDialect::kPython).status().message(), HasSubstr("want JSON"));
}

TEST(StrictJsonTest, NamesAPackedFile) {
  EXPECT_EQ(Message("\x28\xB5\x2F\xFD"), "f: want plain text, got a file packed by zstd; unpack it, and name the text");
}

TEST(EditableJsonTest, KeepsOrderAndNumbersOfPython) {
  auto json = EditableJson::Parse(R"({"b": NaN, "a": [-Infinity, "NaN", Infinity], "c": "python_number_NaN"})", "f");
  ASSERT_TRUE(json.ok()) << json.status();
  json->value["a"].push_back(1);
  json->value["d"] = true;
  EXPECT_EQ(json->Text(),
            "{\n  \"b\": NaN,\n  \"a\": [\n    -Infinity,\n    \"NaN\",\n    Infinity,\n    1\n  ],\n"
            "  \"c\": \"python_number_NaN\",\n  \"d\": true\n}\n");
  EXPECT_EQ(EditableJson().Text(), "{}\n");
}

TEST(EditableJsonTest, IsAsStrictAsTheParser) {
  EXPECT_EQ(EditableJson::Parse(R"({"a": 1, "a": NaN})", "f").status().message(),
            "f: want each name once, got \"a\" twice in an object");
}

}  // namespace
}  // namespace retort
