#include "framework/base/program.h"

#include <cstdlib>
#include <filesystem>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;

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

TEST(ProgramTest, ExitCodesTellWhoseErrorItIs) {
  EXPECT_EQ(ExitCode(absl::OkStatus()), 0);
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(ExitCode(absl::NotFoundError("no such corpus")), 1);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "error: no such corpus\n");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(ExitCode(absl::InternalError("oh")), 2);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "internal error: oh\n");
}

}  // namespace
}  // namespace retort
