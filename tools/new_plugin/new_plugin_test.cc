#include "tools/new_plugin/new_plugin.h"

#include <filesystem>

#include "absl/strings/match.h"
#include "framework/base/file.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

constexpr char kTemplates[] = "tools/new_plugin/templates";
constexpr char kList[] =
    "PLUGINS = {\n    \"init\": [\n        \"b\",\n    ],\n    \"loss\": [\n        \"a\",\n        \"z\",\n    ],\n   "
    " \"mapping\": [\n    ],\n}\n";

class NewPlugin : public ::testing::Test {
 protected:
  NewPlugin() {
    std::filesystem::remove_all(workspace_);
    EXPECT_TRUE(MakeDirectories(workspace_ + "/plugins").ok());
    EXPECT_TRUE(AtomicWriteFile(workspace_ + "/plugins/plugins.bzl", kList).ok());
  }
  std::string Error(const std::string& kind, const std::string& name) const {
    return std::string(WriteNewPlugin(kTemplates, workspace_, kind, name).message());
  }
  std::string Read(const std::string& path) const { return ReadFile(workspace_ + "/" + path).value(); }

  const std::string workspace_ = ::testing::TempDir() + "/new_plugin_test";
};

TEST_F(NewPlugin, WritesAWholeFolderOfEachKind) {
  for (const std::string kind : {"loss", "mapping", "init"}) {
    EXPECT_EQ(Error(kind, "my_thing2"), "");
    for (const char* file :
         {"my_thing2.proto", "my_thing2.h", "my_thing2.cc", "my_thing2_test.cc", "example.textproto", "BUILD"}) {
      const std::string text = Read("plugins/" + kind + "/my_thing2/" + file);
      EXPECT_FALSE(text.empty());
      EXPECT_FALSE(absl::StrContains(text, "{{name}}") || absl::StrContains(text, "{{Name}}")) << file;
      EXPECT_TRUE(absl::StrContains(text, "my_thing2") || absl::StrContains(text, "MyThing2")) << file;
    }
  }
  EXPECT_EQ(
      Read("plugins/plugins.bzl"),
      "PLUGINS = {\n    \"init\": [\n        \"b\",\n        \"my_thing2\",\n    ],\n    \"loss\": [\n        \"a\",\n"
      "        \"my_thing2\",\n        \"z\",\n    ],\n    \"mapping\": [\n        \"my_thing2\",\n    ],\n}\n");
}

TEST_F(NewPlugin, RefusesWhatCannotBeAndWritesNothing) {
  EXPECT_EQ(Error("optimizer", "x"), "--kind: want loss, mapping or init, got \"optimizer\"");
  for (const std::string name : {"", "MyLoss", "my__loss", "_x", "2x", "my_2", "a b", "../x"}) {
    EXPECT_EQ(Error("loss", name), "--name: want a name like my_loss, got \"" + name + "\"");
  }
  EXPECT_EQ(Read("plugins/plugins.bzl"), kList);
  EXPECT_EQ(Error("loss", "mine"), "");
  EXPECT_TRUE(absl::StrContains(Error("loss", "mine"), "plugins/loss/mine is there already"));
}

}  // namespace
}  // namespace retort
