#include "framework/base/command_line/command_line.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "framework/base/command_line/commit.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

DEFINE_string(test_device, "cpu", "cpu or cuda");
DEFINE_string(test_folder, "", "a folder");
DEFINE_int32(test_threads, 0, "threads to compute with; default: one per core");
DEFINE_double(
    test_seconds_that_are_many, 60,
    "seconds of something that has a long description, so long that it takes more than one line of a terminal, "
    "which is wrapped");
DEFINE_bool(test_dry_run, false, "only look");
DEFINE_double(test_share, 0.4, "a share");

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class CommandLineTest : public ::testing::Test {
 protected:
  // What is wrong with the arguments; `left_` are those that are no flags.
  std::string Parse(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "program");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    int argc = static_cast<int>(argv.size());
    const absl::Status status = ParseFlags(&argc, argv.data(), "; --set sets fields");
    left_.assign(argv.begin() + 1, argv.begin() + (status.ok() ? argc : 1));
    return std::string(status.message());
  }

  gflags::FlagSaver saver_;
  std::vector<std::string> left_;
};

TEST_F(CommandLineTest, TakesFlagsOutOfTheArguments) {
  EXPECT_EQ(Parse({"a", "--test_device=cuda", "-test_threads", "3", "b", "--test_dry_run", "--", "--c", "-"}), "");
  EXPECT_THAT(left_, ElementsAre("a", "b", "--c", "-"));
  EXPECT_EQ(FLAGS_test_device, "cuda");
  EXPECT_EQ(FLAGS_test_threads, 3);
  EXPECT_TRUE(FLAGS_test_dry_run);
  EXPECT_EQ(Parse({"--notest_dry_run", "--test_folder=", "--test_seconds_that_are_many=1e-3"}), "");
  EXPECT_FALSE(FLAGS_test_dry_run);
  EXPECT_EQ(FLAGS_test_seconds_that_are_many, 1e-3);
}

TEST_F(CommandLineTest, RefusesWhatItCannotRead) {
  EXPECT_EQ(Parse({"--test_threads=many"}), "--test_threads: want int32, got \"many\"");
  EXPECT_EQ(Parse({"--test_threads=2.5"}), "--test_threads: want int32, got \"2.5\"");
  EXPECT_EQ(Parse({"--test_dry_run=perhaps"}), "--test_dry_run: want bool, got \"perhaps\"");
  EXPECT_EQ(Parse({"--test_seconds_that_are_many="}), "--test_seconds_that_are_many: want double, got \"\"");
  EXPECT_EQ(Parse({"--test_threads"}), "--test_threads: want a value, got none");
  EXPECT_EQ(Parse({"--learning_rate=1"}),
            "--learning_rate: there is no such flag; --help has those that there are; --set sets fields");
  EXPECT_THAT(Parse({"--notest_threads"}), StartsWith("--notest_threads: there is no such flag"));
}

TEST_F(CommandLineTest, HelpIsTheProgramsOwn) {
  const std::string help = HelpText({"look", "looks at something\n\n  look --test_dry_run", "command_line_test"});
  EXPECT_THAT(help, StartsWith("look: looks at something\n\n  look --test_dry_run\n\nFlags, with their defaults:\n"
                               "  --test_device=cpu         cpu or cuda\n"
                               "  --test_dry_run            only look\n"
                               "  --test_folder=...         a folder\n"));
  EXPECT_THAT(help, HasSubstr("\n  --test_seconds_that_are_many=60\n                            seconds of something"));
  EXPECT_THAT(help, HasSubstr("\n  --test_threads=0          threads to compute with; default: one per core\n"));
  EXPECT_THAT(help, HasSubstr("\n  --test_share=0.4          a share\n"));
  EXPECT_THAT(help, Not(HasSubstr("logtostderr")));
}

TEST_F(CommandLineTest, HelpAndVersionEndTheProgramWell) {
  for (const auto& [flag, text] :
       {std::pair("--help", "look: looks at something"), std::pair("--version", "look of retort ")}) {
    std::string name = "look", argument = flag;
    char* argv[] = {name.data(), argument.data()};
    int argc = 2;
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(TakeFlags({"look", "looks at something", "command_line_test"}, &argc, argv), 0);
    EXPECT_THAT(::testing::internal::GetCapturedStdout(), StartsWith(text));
    gflags::SetCommandLineOption("help", "false");
    gflags::SetCommandLineOption("version", "false");
  }
}

TEST_F(CommandLineTest, RefusesArgumentsOfProgramsWithout) {
  std::string name = "look", argument = "there";
  char* argv[] = {name.data(), argument.data()};
  int argc = 2;
  EXPECT_EQ(TakeFlags({"look", "looks", "command_line_test", /*takes_arguments=*/true}, &argc, argv), std::nullopt);
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(TakeFlags({"look", "looks", "command_line_test"}, &argc, argv), 1);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "error: want flags alone, got \"there\"; see --help\n");
}

TEST(VersionTest, NamesTheCommitWhereItIsKnown) {
  EXPECT_THAT(VersionText(), ::testing::MatchesRegex("retort [0-9.]+, commit .+"));
}

}  // namespace
}  // namespace retort
