#include "framework/config/text/parse.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_replace.h"
#include "framework/config/corpus.pb.h"
#include "framework/config/reflection.h"
#include "framework/config/test_catalogue.h"
#include "framework/config/text/print.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;

std::string ErrorOf(const std::string& text) {
  return std::string(ParseSweep(text, "x.textproto", TestCatalogue()).status().message());
}

Sweep Parsed(const std::string& text) {
  absl::StatusOr<Sweep> sweep = ParseSweep(text, "x.textproto", TestCatalogue());
  EXPECT_TRUE(sweep.ok()) << sweep.status();
  return sweep.ok() ? *sweep : Sweep();
}

std::string LossText(const std::string& loss) { return "experiment { stage { name: 's' " + loss + " } }"; }

TEST(ParseTest, ShortNamesBecomeAnys) {
  const Sweep sweep = Parsed(kGoodSweep);
  const Loss& loss = sweep.experiment().stage(0).loss(0);
  EXPECT_EQ(loss.name(), "ce");
  EXPECT_EQ(loss.weight(), 5);
  TestSoftConfig config;
  ASSERT_TRUE(loss.plugin().UnpackTo(&config));
  EXPECT_EQ(config.temperature(), 2);
  EXPECT_FALSE(config.has_rows());
}

TEST(ParseTest, PluginsInsideOfPluginsBecomeAnys) {
  const Sweep sweep = Parsed(kGoodSweep);
  TestHiddenConfig config;
  ASSERT_TRUE(sweep.experiment().stage(0).loss(1).plugin().UnpackTo(&config));
  EXPECT_EQ(config.layers_size(), 2);
  TestStrideConfig stride;
  ASSERT_TRUE(config.mapping().plugin().UnpackTo(&stride));
  EXPECT_EQ(stride.offset(), 1);
}

TEST(ParseTest, PresenceOfZeroIsKept) {
  const Sweep sweep = Parsed(LossText("loss { name: 'a' weight: 0 test_soft { temperature: 0 } }"));
  const Loss& loss = sweep.experiment().stage(0).loss(0);
  EXPECT_TRUE(loss.has_weight());
  TestSoftConfig config;
  ASSERT_TRUE(loss.plugin().UnpackTo(&config));
  EXPECT_TRUE(config.has_temperature());
}

TEST(ParseTest, AnysMayBeSpeltOut) {
  const Sweep spelt = Parsed(LossText(
      "loss { plugin { [type.googleapis.com/retort.TestHiddenConfig] { mapping { test_stride { offset: 3 } } } } }"));
  const Sweep twice =
      Parsed(LossText("loss { plugin { [type.googleapis.com/retort.TestHiddenConfig] { mapping { plugin { "
                      "[type.googleapis.com/retort.TestStrideConfig] { offset: 3 } } } } } }"));
  const Sweep brief = Parsed(LossText("loss { test_hidden { mapping { test_stride { offset: 3 } } } }"));
  EXPECT_EQ(DeterministicBytes(spelt), DeterministicBytes(brief));
  EXPECT_EQ(DeterministicBytes(twice), DeterministicBytes(brief));
}

TEST(ParseTest, UnknownPluginListsTheLinkedOnes) {
  EXPECT_EQ(ErrorOf("experiment {\n stage {\n  loss { test_sof { temperature: 2 } } } }"),
            "x.textproto:3:19: Message type \"retort.Loss\" has no field named \"test_sof\"; linked loss plugins: "
            "test_hidden, test_soft (see plugins/plugins.bzl)");
}

TEST(ParseTest, UnknownFieldListsTheFields) {
  EXPECT_THAT(ErrorOf("experiment { teacher { checkpont: 'a' } }"),
              HasSubstr("has no field named \"checkpont\"; its fields: checkpoint, dropout"));
  EXPECT_THAT(ErrorOf(LossText("loss { test_soft { temprature: 1 } }")),
              HasSubstr("has no field named \"temprature\"; its fields: temperature, rows"));
}

TEST(ParseTest, AllErrorsOfATextAreReported) {
  const std::string error = ErrorOf("nam: 'x'\nexperiment { studnt {} }\n");
  EXPECT_THAT(error, HasSubstr("x.textproto:1:"));
  EXPECT_THAT(error, HasSubstr("\nx.textproto:2:"));
}

TEST(ParseTest, TwoPluginsInOneMessageAreAnError) {
  EXPECT_THAT(ErrorOf(LossText("loss { test_soft {} test_hidden {} }")), HasSubstr("x.textproto:1:"));
  EXPECT_THAT(ErrorOf(LossText("loss { test_soft {} test_hidden {} }")), HasSubstr("test_hidden"));
  EXPECT_THAT(ErrorOf(LossText("loss { test_soft {} test_soft {} }")), HasSubstr("test_soft"));
}

TEST(ParseTest, AnysOfOtherTypesAreAnError) {
  EXPECT_THAT(ErrorOf(LossText("loss { plugin { [type.googleapis.com/retort.GoneConfig] {} } }")),
              HasSubstr("linked plugins: loss: test_hidden, test_soft; mapping:"));
  EXPECT_EQ(ErrorOf(LossText("loss { name: 'a' plugin { [type.googleapis.com/retort.TestTopConfig] {} } }")),
            "x.textproto: experiment.stage.s.loss.a.plugin: no loss plugin takes a retort.TestTopConfig; linked: "
            "test_hidden, test_soft (see plugins/plugins.bzl)");
}

TEST(ParseTest, WrongValuesAndSyntaxHaveAPlace) {
  EXPECT_THAT(ErrorOf("seeds: -1"), HasSubstr("x.textproto:1:8: "));
  EXPECT_THAT(ErrorOf("experiment {"), HasSubstr("x.textproto:1:"));
  EXPECT_THAT(ErrorOf(LossText("loss { test_soft { rows: SOME } }")), HasSubstr("SOME"));
}

// A text is the same however its lines end, and what is behind a comment is not part of it.
TEST(ParseTest, LineEndsAndByteOrderMarksAreNoText) {
  const std::string text = "# A sweep.\nname: 'a'  # first\nseeds: 3\n";
  const std::string wanted = DeterministicBytes(Parsed(text));
  for (const char* end : {"\r\n", "\r"}) {
    EXPECT_EQ(DeterministicBytes(Parsed(absl::StrReplaceAll(text, {{"\n", end}}))), wanted);
  }
  EXPECT_EQ(DeterministicBytes(Parsed("\xEF\xBB\xBF" + text)), wanted);
  EXPECT_THAT(ErrorOf("name: 'a'\rseeds: x\r"), HasSubstr("x.textproto:2:8: "));
}

TEST(ParseTest, BytesThatAreNotUtf8AreErrors) {
  EXPECT_EQ(ErrorOf("seeds: 1\nname: 'caf\xe9'"), "x.textproto:2:11: want UTF-8, got 0xe9");
  EXPECT_EQ(ErrorOf("\x1F\x8B\x08"),
            "x.textproto: want plain text, got a file packed by gzip; unpack it, and name the text");
  EXPECT_EQ(ErrorOf("name: '\\xff'"), "x.textproto: name: want UTF-8, got 0xff");
  EXPECT_EQ(ErrorOf(LossText("use: 'a' use: '\\377'")), "x.textproto: experiment.stage.use: want UTF-8, got 0xff");
  EXPECT_EQ(ErrorOf("experiment { stage { data { test_text { corpus: '\\xc0' } } } }"),
            "x.textproto: experiment.stage.data.test_text.corpus: want UTF-8, got 0xc0");
  const std::string any =
      "plugin { type_url: 'type.googleapis.com/retort.TestTextDataConfig' value: '\\x0a\\x01\\xc0' }";
  EXPECT_EQ(ErrorOf("experiment { stage { name: 's' data { " + any + " } } }"),
            "x.textproto: experiment.stage.s.data.plugin: want the bytes of a retort.TestTextDataConfig");
  Corpus corpus;
  EXPECT_EQ(ParseText("file { path: '\\xff' }", "corpus", TestCatalogue(), &corpus),
            absl::InvalidArgumentError("corpus: file.path: want UTF-8, got 0xff"));
}

TEST(ParseTest, DeeplyNestedTextIsAnError) {
  for (const char* open : {"experiment {", "unknown {", "seeds: [", "unknown: [", "unknown <", "variant { overlay {"}) {
    std::string text;
    for (int i = 0; i < 100000; ++i) text += open;
    EXPECT_THAT(ErrorOf(text), HasSubstr("want at most 64 messages inside of each other, got more")) << open;
  }
  // Neither strings nor comments nest.
  EXPECT_EQ(Parsed("name: '" + std::string(100, '{') + "' # " + std::string(100, '[')).name(), std::string(100, '{'));
  EXPECT_EQ(Parsed("name: '\\'" + std::string(100, '{') + "'").name(), "'" + std::string(100, '{'));
}

TEST(ParseTest, ReadsOtherMessages) {
  Corpus corpus;
  ASSERT_TRUE(ParseText("file { path: 'a.txt' document: LINE }", "corpus", TestCatalogue(), &corpus).ok());
  EXPECT_EQ(corpus.file(0).document(), CorpusFile::LINE);
  TestCopyConfig copy;
  ASSERT_TRUE(ParseText("mapping { test_top {} }", "example", TestCatalogue(), &copy).ok());
  EXPECT_TRUE(copy.mapping().has_plugin());
}

TEST(PrintTest, SweepsAreReadBack) {
  const Sweep sweep = Parsed(kGoodSweep);
  const std::string text = PrintSweep(sweep, TestCatalogue());
  EXPECT_THAT(text, HasSubstr("# proto-message: retort.Sweep"));
  EXPECT_THAT(text, HasSubstr("test_stride {"));
  EXPECT_EQ(DeterministicBytes(Parsed(text)), DeterministicBytes(sweep));
}

TEST(PrintTest, PluginsThatAreNotLinkedStayReadable) {
  const std::string text = PrintSweep(Parsed(kGoodSweep), PluginCatalogue());
  EXPECT_THAT(text, HasSubstr("type_url: \"type.googleapis.com/retort.TestSoftConfig\""));
}

class LoadSweepTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(::testing::TempDir()) / ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_ / "sub");
  }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  std::filesystem::path folder_;
};

TEST_F(LoadSweepTest, FollowsExtendsRelativeToTheFile) {
  Write("base.textproto", kGoodSweep);
  Write("middle.textproto", "extends: 'base.textproto' seeds: [4, 5]");
  const std::string path = Write("sub/top.textproto",
                                 "extends: '../middle.textproto' name: 'top' "
                                 "experiment { stage { name: 'distil' remove: 'hid' loss { name: 'ce' weight: 1 } } }");
  const auto sweep = LoadSweep(path, TestCatalogue());
  ASSERT_TRUE(sweep.ok()) << sweep.status();
  EXPECT_EQ(sweep->name(), "top");
  EXPECT_FALSE(sweep->has_extends());
  EXPECT_EQ(sweep->seeds_size(), 2);
  const Stage& stage = sweep->experiment().stage(0);
  ASSERT_EQ(stage.loss_size(), 2);
  EXPECT_EQ(stage.loss(0).weight(), 1);
  EXPECT_TRUE(stage.loss(0).has_plugin());
}

TEST_F(LoadSweepTest, MissingFilesAreNamed) {
  const auto missing = LoadSweep((folder_ / "none.textproto").string(), TestCatalogue());
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("none.textproto: no such file"));
  const std::string path = Write("a.textproto", "extends: 'gone.textproto'");
  EXPECT_THAT(std::string(LoadSweep(path, TestCatalogue()).status().message()),
              ::testing::AllOf(HasSubstr("a.textproto: extends: "), HasSubstr("gone.textproto: no such file")));
}

TEST_F(LoadSweepTest, FoldersAndPipesAreRefused) {
  EXPECT_THAT(std::string(LoadSweep(folder_.string(), TestCatalogue()).status().message()),
              HasSubstr("want a regular file, got a folder"));
  EXPECT_THAT(std::string(LoadSweep("/dev/zero", TestCatalogue()).status().message()),
              HasSubstr("want a regular file, got a device"));
}

TEST_F(LoadSweepTest, CirclesAreAnError) {
  const std::string path = Write("a.textproto", "extends: 'b.textproto'");
  Write("b.textproto", "extends: 'a.textproto'");
  EXPECT_THAT(std::string(LoadSweep(path, TestCatalogue()).status().message()), HasSubstr("in a circle"));
}

}  // namespace
}  // namespace retort
