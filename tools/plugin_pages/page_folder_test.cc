#include "tools/plugin_pages/page_folder.h"

#include <memory>

#include "framework/base/file.h"
#include "framework/base/temporary_folder.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(PageFolder, HoldsWhatWasWrittenAndNothingElse) {
  const std::unique_ptr<TemporaryFolder> root = TemporaryFolder::Create().value();
  const std::string folder = root->path() + "/pages";
  const Pages pages = {{"README.md", "all"}, {"loss/a.md", "a"}};
  EXPECT_EQ(CheckPages(pages, folder, "make").message(),
            folder +
                ": want the pages that follow from the plugins, got others: README.md (missing), loss/a.md "
                "(missing); write them with: make");
  ASSERT_TRUE(WritePages(pages, folder).ok());
  EXPECT_TRUE(CheckPages(pages, folder, "make").ok());
  EXPECT_EQ(ReadFile(folder + "/loss/a.md").value(), "a");

  ASSERT_TRUE(AtomicWriteFile(folder + "/loss/a.md", "b").ok());
  ASSERT_TRUE(AtomicWriteFile(folder + "/loss/gone.md", "gone").ok());
  ASSERT_TRUE(AtomicWriteFile(folder + "/loss/figure.txt", "kept").ok());
  EXPECT_EQ(CheckPages(pages, folder, "make").message(),
            folder +
                ": want the pages that follow from the plugins, got others: loss/a.md (differs), loss/gone.md (of "
                "no plugin); write them with: make");
  ASSERT_TRUE(WritePages(pages, folder).ok());
  EXPECT_TRUE(CheckPages(pages, folder, "make").ok());
  EXPECT_TRUE(Exists(folder + "/loss/figure.txt"));
}

}  // namespace
}  // namespace retort
