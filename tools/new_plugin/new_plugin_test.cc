#include "tools/new_plugin/new_plugin.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "framework/base/file.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

constexpr char kTemplates[] = "tools/new_plugin/templates";
constexpr char kList[] =
    "PLUGINS = {\n    \"data\": [\n    ],\n    \"evaluation\": [\n    ],\n    \"init\": [\n        \"b\",\n    ],\n    "
    "\"loss\": [\n        \"a\",\n        \"z\",\n    ],\n   "
    " \"mapping\": [\n    ],\n}\n";

class NewPlugin : public ::testing::Test {
 protected:
  NewPlugin() {
    std::filesystem::remove_all(workspace_);
    EXPECT_TRUE(MakeDirectories(workspace_ + "/plugins").ok());
    EXPECT_TRUE(AtomicWriteFile(workspace_ + "/plugins/plugins.bzl", kList).ok());
  }
  std::string Error(const std::string& kind, const std::string& name, bool task = false,
                    const std::string& like = "") const {
    return std::string(WriteNewPlugin(kTemplates, workspace_, {kind, name, task, like}).message());
  }
  std::string Read(const std::string& path) const { return ReadFile(workspace_ + "/" + path).value(); }

  const std::string workspace_ = ::testing::TempDir() + "/new_plugin_test";
};

TEST_F(NewPlugin, WritesAWholeFolderOfEachKind) {
  for (const std::string kind : {"loss", "mapping", "init", "data", "evaluation"}) {
    const std::string name = "my_" + kind;
    EXPECT_EQ(Error(kind, name), "");
    for (const std::string& file : {name + ".proto", name + ".h", name + ".cc", name + "_test.cc",
                                    std::string("example.textproto"), std::string("BUILD")}) {
      const std::string text = Read("plugins/" + kind + "/" + name + "/" + file);
      EXPECT_FALSE(text.empty());
      for (const std::string placeholder : {"{{name}}", "{{Name}}", "{{NAME}}"}) {
        EXPECT_FALSE(absl::StrContains(text, placeholder)) << file << " " << placeholder;
      }
      EXPECT_TRUE(absl::StrContains(text, name) || absl::StrContains(text, "My")) << file;
    }
  }
  EXPECT_EQ(Read("plugins/plugins.bzl"),
            "PLUGINS = {\n    \"data\": [\n        \"my_data\",\n    ],\n    \"evaluation\": [\n        "
            "\"my_evaluation\",\n    ],\n"
            "    \"init\": [\n        \"b\",\n    "
            "    \"my_init\",\n    ],\n    \"loss\": [\n        \"a\",\n"
            "        \"my_loss\",\n        \"z\",\n    ],\n    \"mapping\": [\n        \"my_mapping\",\n    ],\n}\n");
}

TEST_F(NewPlugin, ATaskHasAReaderAndAFileOfItsOwn) {
  EXPECT_EQ(Error("data", "my_task", /*task=*/true), "");
  EXPECT_TRUE(
      absl::StrContains(Read("plugins/data/my_task/my_task.h"), "class MyTaskReader final : public TaskReader"));
  EXPECT_FALSE(Read("plugins/data/my_task/example/train.txt").empty());
  EXPECT_EQ(Error("loss", "other", /*task=*/true), "--task: want --kind=data beside it, got \"loss\"");
}

TEST_F(NewPlugin, ALossCanBeLikeAnother) {
  EXPECT_EQ(Error("loss", "mine", /*task=*/false, "soft_targets"), "");
  EXPECT_TRUE(absl::StrContains(Read("plugins/loss/mine/mine.h"), "class MineLoss final : public RowLossTerm"));
  EXPECT_EQ(Error("loss", "other", /*task=*/false, "hidden_mse"), "");
  EXPECT_TRUE(absl::StrContains(Read("plugins/loss/other/other.h"), "std::vector<ParameterSpec> parameters()"));
  EXPECT_EQ(Error("data", "third", /*task=*/false, "hidden_mse"), "--like: want --kind=loss beside it, got \"data\"");
  EXPECT_EQ(Error("loss", "third", /*task=*/false, "pkd"),
            "--like: want soft_targets (over logits) or hidden_mse (with parameters), got \"pkd\"");
}

TEST_F(NewPlugin, RefusesWhatCannotBeAndWritesNothing) {
  EXPECT_EQ(Error("optimizer", "x"), "--kind: want loss, mapping, init, data or evaluation, got \"optimizer\"");
  for (const std::string name : {"", "MyLoss", "my__loss", "_x", "2x", "my_2", "a b", "../x"}) {
    EXPECT_EQ(Error("loss", name), "--name: want a name like my_loss, got \"" + name + "\"");
  }
  EXPECT_EQ(Read("plugins/plugins.bzl"), kList);
  EXPECT_EQ(Error("loss", "mine"), "");
  EXPECT_TRUE(absl::StrContains(Error("loss", "mine"), "plugins/loss/mine is there already"));
  EXPECT_TRUE(absl::StrContains(Error("init", "mine"), "plugins/loss/mine is there already"));
  EXPECT_EQ(Error("data", "mine"), "") << "data have names of their own";
  EXPECT_EQ(Error("loss", "weight"), "--name: \"weight\" means something else here; want another name");
}

// Whether clang-format leaves the files in the folders of a folder as they are.
bool IsLaidOut(const std::string& folder) {
  const std::string files = "'" + folder + "'/*/*";
  return std::system(("clang-format --style=file:.clang-format --dry-run --Werror " + files + ".h " + files + ".cc " +
                      files + ".proto")
                         .c_str()) == 0;
}

// Names of one to 27 letters, so that every line that holds a name is broken at some length.
TEST_F(NewPlugin, IsLaidOutAsClangFormatWould) {
  if (std::system("command -v clang-format > /dev/null") != 0) GTEST_SKIP() << "there is no clang-format";
  const std::vector<NewPluginSpec> plugins = {{"loss", "", false, ""},
                                              {"loss", "", false, "soft_targets"},
                                              {"loss", "", false, "hidden_mse"},
                                              {"mapping", ""},
                                              {"init", ""},
                                              {"data", ""},
                                              {"evaluation", ""},
                                              {"data", "", true}};
  for (int words = 1; words <= 9; ++words) {
    for (const std::string letters : {"a", "ab", "abc"}) {
      std::string name = letters;
      for (int i = 1; i < words; ++i) name += "_" + letters;
      const std::string written = workspace_ + "/" + name + "/";
      EXPECT_TRUE(MakeDirectories(written).ok());
      for (size_t i = 0; i < plugins.size(); ++i) {
        EXPECT_EQ(Error(plugins[i].kind, name, plugins[i].task, plugins[i].like), "");
        // Out of the way of the others of this name.
        std::filesystem::rename(workspace_ + "/plugins/" + plugins[i].kind + "/" + name, written + std::to_string(i));
      }
      EXPECT_TRUE(IsLaidOut(written)) << name;
    }
  }
}

}  // namespace
}  // namespace retort
