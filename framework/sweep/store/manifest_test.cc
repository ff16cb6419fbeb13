#include "framework/sweep/store/manifest.h"

#include <filesystem>

#include "framework/base/file.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

TEST(Manifest, NamesWhatIsNotAsItWas) {
  const std::string folder = ::testing::TempDir() + "/manifest";
  std::filesystem::remove_all(folder);
  ASSERT_THAT(MakeDirectories(folder + "/model"), IsOk());
  ASSERT_THAT(AtomicWriteFile(folder + "/model/config.json", "{}"), IsOk());
  ASSERT_THAT(AtomicWriteFile(folder + "/log", std::string(3 << 20, 'x')), IsOk());
  ASSERT_THAT(AtomicWriteFile(folder + "/other", "not named"), IsOk());
  const absl::StatusOr<Manifest> manifest = MakeManifest(folder, {"model", "log", "missing"});
  ASSERT_THAT(manifest, IsOk());
  EXPECT_EQ(manifest->size(), 2u);
  EXPECT_THAT(CheckManifest(folder, *manifest), IsOk());
  ASSERT_THAT(AtomicWriteFile(folder + "/log", std::string(3 << 20, 'x') + "y"), IsOk());
  EXPECT_THAT(CheckManifest(folder, *manifest), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("/log is damaged")));
  std::filesystem::remove(folder + "/log");
  EXPECT_THAT(CheckManifest(folder, *manifest), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("/log is gone")));
}

}  // namespace
}  // namespace retort
