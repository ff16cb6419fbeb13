#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/paths/folder.h"
#include "framework/base/paths/missing_path.h"
#include "framework/base/paths/output_file.h"
#include "framework/base/paths/relative_link.h"
#include "framework/base/paths/shell_command.h"

namespace retort {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A folder with these two files.
std::string Folder() {
  std::string folder = absl::StrCat(testing::TempDir(), "/paths");
  std::filesystem::remove_all(folder);
  EXPECT_TRUE(MakeDirectories(folder).ok());
  EXPECT_TRUE(AtomicWriteFile(folder + "/b", "MINE and more").ok());
  EXPECT_TRUE(AtomicWriteFile(folder + "/a", "text").ok());
  return folder;
}

TEST(PathsTest, NamesInAFolder) {
  const std::string folder = Folder();
  EXPECT_THAT(*NamesIn(folder), ElementsAre("a", "b"));
  EXPECT_EQ(NamesIn(folder + "/none").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(NamesIn(folder + "/a").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(IsFolder(folder));
  EXPECT_FALSE(IsFolder(folder + "/a"));
  EXPECT_FALSE(IsFolder(folder + "/none"));
  EXPECT_TRUE(IsSamePath(folder, folder + "/./"));
  EXPECT_FALSE(IsSamePath(folder, folder + "/nowhere"));
}

TEST(PathsTest, LinksAreRelativeAndReplaceWhatIsThere) {
  const std::string folder = Folder();
  ASSERT_TRUE(MakeDirectories(folder + "/links/deep").ok());
  const std::string link = folder + "/links/deep/x";
  for (const char* target : {"/a", "/b"}) {
    ASSERT_TRUE(MakeRelativeLink(folder + target, link).ok());
    EXPECT_EQ(std::filesystem::read_symlink(link).string(), absl::StrCat("../..", target));
  }
  EXPECT_EQ(*ReadFile(link), "MINE and more");
  ASSERT_TRUE(MakeRelativeLink(folder + "/later", link).ok()) << "what is not there yet";
  ASSERT_TRUE(AtomicWriteFile(folder + "/later", "now").ok());
  EXPECT_EQ(*ReadFile(link), "now");
  EXPECT_THAT(std::string(MakeRelativeLink(folder + "/a", folder + "/none/x").message()),
              HasSubstr(absl::StrCat("cannot find ", folder, "/none: ")));
}

TEST(PathsTest, CommandsAreQuoted) {
  EXPECT_EQ(ShellQuoted("it's"), "'it'\\''s'");
  EXPECT_EQ(PythonCommand("print('x')", {"a b", "c"}), "python3 -c 'print('\\''x'\\'')' 'a b' 'c'");
}

TEST(PathsTest, NamesOnTheHubGetACommand) {
  const absl::Status missing = absl::NotFoundError("no file");
  const auto said = [&](const std::string& path) { return std::string(ExplainMissing(path, missing).message()); };
  EXPECT_EQ(said("google/bert"),
            "no file; models and tokenizers are read from folders, and there is none called google/bert; if that is a "
            "name on the Hugging Face hub, make it one with: hf download 'google/bert' --local-dir 'google/bert'");
  EXPECT_THAT(said("bert-base-uncased"), HasSubstr("hf download 'bert-base-uncased' --local-dir 'bert-base-uncased'"));
  EXPECT_THAT(said("google/bert/"), HasSubstr("hf download 'google/bert' --local-dir 'google/bert'"));
  for (const char* address :
       {"https://huggingface.co/google/bert", "huggingface.co/google/bert/tree/main", "https://hf.co/google/bert/"}) {
    EXPECT_THAT(said(address), HasSubstr("and not from addresses; say google/bert instead, and make it one with: "
                                         "hf download 'google/bert' --local-dir 'google/bert'"));
  }
  EXPECT_THAT(said("https://huggingface.co/gpt2/resolve/main/config.json"), HasSubstr("hf download 'gpt2' "));
  for (const char* path : {"/google/bert", "./bert", "a/b/c", "a b", "", "no-vocab.txt", "my/tokenizer.json"}) {
    EXPECT_EQ(ExplainMissing(path, missing), missing) << path;
  }
  const absl::Status other = absl::InvalidArgumentError("damaged");
  EXPECT_EQ(ExplainMissing("google/bert", other), other);
}

TEST(PathsTest, OutputsTakeThePlaceOfNothingElse) {
  const std::string folder = Folder();
  const auto check = [&](const std::string& name, const OutputRules& rules) {
    return std::string(CheckOutputFile(absl::StrCat(folder, "/", name), rules).message());
  };
  EXPECT_EQ(check("new", {}), "");
  EXPECT_EQ(check("a", {}), absl::StrCat("--output: want a new file, got ", folder,
                                         "/a, which is there; choose another, or say --overwrite"));
  EXPECT_EQ(check("a", {{}, /*overwrite=*/true, ""}), "");
  EXPECT_EQ(check("b", {{}, false, "MINE"}), "");
  EXPECT_THAT(check("a", {{}, false, "MINE"}), HasSubstr("want a new file"));
  for (const char* packed : {"new.gz", "new.jsonl.XZ", "new.zst"}) {
    EXPECT_EQ(check(packed, {{}, /*overwrite=*/true, ""}),
              absl::StrCat("--output: want a name without .gz, .xz or .zst, as what is written is not packed, got ",
                           folder, "/", packed, "; pack it afterwards"));
  }
  ASSERT_EQ(mkfifo((folder + "/pipe").c_str(), 0600), 0);
  for (const OutputRules& rules :
       {OutputRules(), OutputRules{{}, /*overwrite=*/true, ""}, OutputRules{{}, false, "MINE"}}) {
    EXPECT_EQ(check("pipe", rules), absl::StrCat("--output: cannot open ", folder,
                                                 "/pipe: want a regular file, got a named pipe; choose another"));
    EXPECT_THAT(check("../paths", rules), HasSubstr("got a folder"));
  }
  EXPECT_THAT(check("b", {{folder + "/./b"}, /*overwrite=*/true, "MINE"}),
              HasSubstr("--output: want another file than those that are read"));
}

}  // namespace
}  // namespace retort
