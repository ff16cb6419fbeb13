#include "framework/base/program.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StrEq;

TEST(ProgramTest, EntersTheFolderThatBazelNames) {
  const auto before = std::filesystem::current_path();
  unsetenv("BUILD_WORKING_DIRECTORY");
  EXPECT_TRUE(EnterUserDirectory().ok());
  EXPECT_EQ(std::filesystem::current_path(), before);
  setenv("BUILD_WORKING_DIRECTORY", ::testing::TempDir().c_str(), 1);
  EXPECT_TRUE(EnterUserDirectory().ok());
  EXPECT_TRUE(std::filesystem::equivalent(std::filesystem::current_path(), ::testing::TempDir()));
  setenv("BUILD_WORKING_DIRECTORY", "/no such folder", 1);
  EXPECT_THAT(EnterUserDirectory().ToString(), HasSubstr("/no such folder"));
}

TEST(ProgramTest, TakesAFlagAsOftenAsItIsGiven) {
  std::string arguments[] = {"program", "--set=a=1", "file", "--set", "b", "--settle=c", "--set"};
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  int argc = static_cast<int>(argv.size());
  EXPECT_THAT(TakeFlag("set", &argc, argv.data()), ElementsAre("a=1", "b"));
  argv.resize(argc);
  EXPECT_THAT(argv, ElementsAre(StrEq("program"), StrEq("file"), StrEq("--settle=c"), StrEq("--set")));
}

TEST(ProgramTest, ExitCodesTellWhoseErrorItIs) {
  EXPECT_EQ(ExitCode(absl::OkStatus()), 0);
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(ExitCode(absl::NotFoundError("no such corpus")), 1);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "error: no such corpus\n");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(ExitCode(absl::InternalError("oh")), 2);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "internal error: oh\n");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(ExitCode(absl::CancelledError("interrupted after step 3")), 130);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "interrupted after step 3\nthe same command goes on from here\n");
}

// A disk that fails (EIO) arrives as Unknown: nothing that we could mend.
TEST(ProgramTest, ErrorsOfTheSystemAreNotOurs) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(ExitCode(absl::ErrnoToStatus(EIO, "cannot write results")), 1);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "error: cannot write results: Input/output error\n");
}

}  // namespace
}  // namespace retort
