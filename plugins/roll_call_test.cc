// What is linked is what plugins.bzl lists, in a statically linked program: no registration was dropped.

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "framework/base/file.h"
#include "framework/registry/plugin_catalogue.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(RollCall, LinkedPluginsAreThoseOfTheList) {
  const absl::StatusOr<std::string> list = ReadFile("plugins/plugin_list.txt");
  ASSERT_THAT(list, testing::IsOk());
  std::set<std::string> listed, linked;
  for (absl::string_view line : absl::StrSplit(*list, '\n', absl::SkipEmpty())) listed.emplace(line);
  for (PluginKind kind : kPluginKinds) {
    for (const PluginEntry& entry : PluginCatalogue::Global().Entries(kind)) {
      linked.insert(absl::StrCat(PluginKindName(kind), "/", entry.name));
      EXPECT_EQ(PluginCatalogue::Global().Digest(kind, entry.name).size(), 32u) << entry.name;
    }
  }
  EXPECT_EQ(linked, listed);
}

}  // namespace
}  // namespace retort
