#include "framework/text/tokenizer_json/null_fields.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

// The field that is refused; empty where none is.
std::string Refused(const char* text) {
  const std::string message(CheckNulls(nlohmann::json::parse(text), "t.json").message());
  const size_t end = message.find(": want a value, got null: write the one that is meant");
  return end == std::string::npos ? message : message.substr(0, end);
}

TEST(CheckNullsTest, FieldsThatTheLibraryWants) {
  EXPECT_EQ(Refused(R"({"version": null})"), "t.json: version");
  EXPECT_EQ(Refused(R"({"padding": {"strategy": {"Fixed": null}}})"), "t.json: padding.strategy.Fixed");
  EXPECT_EQ(Refused(R"({"normalizer": {"normalizers": [{"type": "Strip", "strip_left": null}]}})"),
            "t.json: normalizer.normalizers[0].strip_left");
  EXPECT_EQ(Refused(R"({"post_processor": {"type": "RobertaProcessing", "trim_offsets": null}})"),
            "t.json: post_processor.trim_offsets");
  EXPECT_EQ(Refused(R"({"post_processor": {"sep": ["[SEP]", null]}})"), "t.json: post_processor.sep[1]");
  EXPECT_EQ(Refused(R"({"post_processor": {"special_tokens": {"[X]": null}}})"),
            "t.json: post_processor.special_tokens.[X]");
  EXPECT_EQ(Refused(R"({"model": {"unk_token": null, "max_input_chars_per_word": 9}})"), "t.json: model.unk_token");
}

TEST(CheckNullsTest, NullIsAsGoodAsNothing) {
  for (const char* part : {"truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder"}) {
    EXPECT_EQ(Refused(absl::StrCat("{\"", part, "\": null}").c_str()), "") << part;
  }
  EXPECT_EQ(Refused(R"({"normalizer": {"strip_accents": null}, "padding": {"pad_to_multiple_of": null}})"), "");
  EXPECT_EQ(Refused(R"({"model": {"unk_token": null, "dropout": null, "x": null}, "y": null})"), "");
  EXPECT_EQ(Refused(R"({"model": {"vocab": {"type": null}}})"), "") << "ids are another reader's";
}

}  // namespace
}  // namespace retort
