#include "framework/sweep/key/key.h"

#include "framework/config/sweep.pb.h"
#include "framework/config/text/parse.h"
#include "framework/registry/plugin_catalogue.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::MatchesRegex;

std::string KeyOf(const std::map<std::string, std::string>& parts) {
  KeyBuilder key;
  for (const auto& [name, bytes] : parts) key.Add(name, bytes);
  return key.Key();
}

Stage ParseStage(const std::string& text) {
  Stage stage;
  EXPECT_TRUE(ParseText(text, "test", PluginCatalogue::Global(), &stage).ok());
  return stage;
}

TEST(KeyBuilder, DoesNotDependOnTheOrderOfAdding) {
  KeyBuilder forward, backward;
  forward.Add("a", "1");
  forward.Add("b", uint64_t{2});
  backward.Add("b", uint64_t{2});
  backward.Add("a", "1");
  EXPECT_EQ(forward.Key(), backward.Key());
}

TEST(KeyBuilder, TellsApartWhatDiffersInNamesBytesOrBorders) {
  const std::string key = KeyOf({{"a", "bc"}, {"d", ""}});
  EXPECT_THAT(key, MatchesRegex("[0-9a-f]{32}"));
  EXPECT_NE(key, KeyOf({{"a", "bd"}, {"d", ""}}));
  EXPECT_NE(key, KeyOf({{"ab", "c"}, {"d", ""}}));
  EXPECT_NE(key, KeyOf({{"a", "bc"}}));
  EXPECT_NE(key, KeyOf({{"a", "bc\nd 0\n\n"}}));
  EXPECT_NE(key, KeyOf({{"a", std::string("bc\0", 3)}, {"d", ""}}));
}

// Folders of earlier results are found again as long as this holds.
TEST(KeyBuilder, IsTheSameInEveryProgram) {
  EXPECT_EQ(KeyOf({{"a", "bc"}, {"d", ""}}), "eafd2f5c2cdd52d4e805c6316b347b54");
  EXPECT_EQ(HashText("retort"), "c31362c29b7693f8");
}

TEST(PluginDigests, NamesEachPluginOnceAtAnyDepth) {
  const Stage stage = ParseStage(R"(
      loss { name: "a" cosine {} }
      loss { name: "b" cosine {} }
      loss { name: "c" hidden_mse { mapping { uniform {} } } }
  )");
  const PluginCatalogue& catalogue = PluginCatalogue::Global();
  EXPECT_EQ(PluginDigests(stage), "loss/cosine=" + catalogue.Digest(PluginKind::kLoss, "cosine") +
                                      " loss/hidden_mse=" + catalogue.Digest(PluginKind::kLoss, "hidden_mse") +
                                      " mapping/uniform=" + catalogue.Digest(PluginKind::kMapping, "uniform"));
  EXPECT_FALSE(catalogue.Digest(PluginKind::kLoss, "cosine").empty());
  EXPECT_NE(catalogue.Digest(PluginKind::kLoss, "cosine"), catalogue.Digest(PluginKind::kLoss, "hidden_mse"));
}

TEST(PluginDigests, AreEmptyWithoutPlugins) {
  EXPECT_EQ(PluginDigests(ParseStage("batch { sequences: 3 }")), "");
  EXPECT_EQ(PluginDigests(ParseStage("loss { name: \"a\" weight: 2 }")), "");
}

}  // namespace
}  // namespace retort
