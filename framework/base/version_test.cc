#include "framework/base/version.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(Version, IsTheOneThatTheChangelogBeginsWith) {
  const std::string changelog = ReadFile("CHANGELOG.md").value();
  const std::string newest = changelog.substr(changelog.find("\n## ") + 1);
  EXPECT_TRUE(absl::StartsWith(newest, absl::StrCat("## ", Version(), "\n")))
      << "want the version " << Version() << " of framework/base/version.cc first in CHANGELOG.md";
}

}  // namespace
}  // namespace retort
