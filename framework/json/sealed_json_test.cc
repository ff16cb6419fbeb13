#include "framework/json/sealed_json.h"

#include "gtest/gtest.h"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;

std::string Sealed(Json json, absl::string_view before = "") {
  Seal(&json, before);
  return CompactText(json);
}

bool IsSound(const std::string& text, absl::string_view before = "") {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return !Unseal(&json, before).empty();
}

TEST(SealedJson, GivesBackWhatWasSealed) {
  const Json plain = {{"step", 1}, {"loss", 0.1}, {"name", "a\xC3\xA9"}, {"terms", Json::object()}};
  Json json = Json::parse(Sealed(plain));
  EXPECT_FALSE(Unseal(&json).empty());
  EXPECT_EQ(json, plain);
}

TEST(SealedJson, VouchesForBytesThatAreNoUtf8AsTheyAreWritten) { EXPECT_TRUE(IsSound(Sealed({{"name", "\xFF"}}))); }

TEST(SealedJson, EveryChangedByteShows) {
  const std::string sound = Sealed({{"step", 17}, {"loss", 2.5}});
  ASSERT_TRUE(IsSound(sound));
  for (size_t i = 0; i < sound.size(); ++i) {
    std::string damaged = sound;
    damaged[i] ^= 1;
    EXPECT_FALSE(IsSound(damaged)) << damaged;
  }
  EXPECT_FALSE(IsSound(sound.substr(0, sound.size() - 1)));
}

TEST(SealedJson, AMissingLineShows) {
  Json first = {{"step", 1}};
  Seal(&first);
  const std::string second = Sealed({{"step", 2}}, first["check"].get<std::string>());
  EXPECT_TRUE(IsSound(second, first["check"].get<std::string>()));
  EXPECT_FALSE(IsSound(second));
}

}  // namespace
}  // namespace retort
