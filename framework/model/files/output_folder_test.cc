#include "framework/model/files/output_folder.h"

#include <filesystem>
#include <string>

#include "framework/base/file.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;

TEST(CheckHoldsNoModel, NamesTheFilesThatWouldGo) {
  const std::string folder = ::testing::TempDir() + "/output_folder";
  std::filesystem::remove_all(folder);
  EXPECT_THAT(CheckHoldsNoModel(folder), IsOk());
  ASSERT_THAT(MakeDirectories(folder), IsOk());
  ASSERT_THAT(AtomicWriteFile(folder + "/README.md", ""), IsOk());
  EXPECT_THAT(CheckHoldsNoModel(folder), IsOk());
  for (const char* name : {"merges.txt", "model-00001-of-00002.safetensors"}) {
    ASSERT_THAT(AtomicWriteFile(folder + "/" + name, ""), IsOk());
  }
  EXPECT_THAT(CheckHoldsNoModel(folder),
              IsInvalidArgument("got " + folder + " with merges.txt, model-00001-of-00002.safetensors"));
  EXPECT_FALSE(CheckHoldsNoModel(folder + "/README.md").ok());
  EXPECT_TRUE(IsSameFolder(folder, folder + "/./"));
  EXPECT_FALSE(IsSameFolder(folder, folder + "/nowhere"));
}

}  // namespace
}  // namespace retort
