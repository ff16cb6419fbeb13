#include "tools/plugin_pages/markdown.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;

TEST(Prose, KeepsParagraphsAndSetsFormulasAsCode) {
  EXPECT_EQ(Prose({"A loss, <here>", "of `<x>` * y.", "", "  sum = a * b", "    + c", "which is all."}),
            "A loss, &lt;here>\nof `<x>` \\* y.\n\n```\nsum = a * b\n  + c\n```\n\nwhich is all.\n");
  EXPECT_EQ(Prose({}), "");
}

TEST(Cell, IsOneLine) {
  EXPECT_EQ(Cell({"KL(t || s)", "of rows.", "", "Default: all."}), "KL(t \\|\\| s) of rows.<br>Default: all.");
  EXPECT_EQ(Cell({}), "");
}

TEST(CodeCell, KeepsBars) {
  EXPECT_EQ(CodeCell("ALL | SOME"), "`ALL \\| SOME`");
  EXPECT_EQ(CodeCell(""), "");
}

TEST(FirstSentence, EndsWithItsPoint) {
  EXPECT_EQ(FirstSentence({"Of a paper (Sun et al. 2019, section", "3). More."}),
            "Of a paper (Sun et al. 2019, section 3).");
  EXPECT_EQ(FirstSentence({"One alone.", "", "Another."}), "One alone.");
  EXPECT_EQ(FirstSentence({}), "");
}

TEST(ArxivNumbers, AreEachOnce) {
  EXPECT_THAT(ArxivNumbers("Of arXiv:1503.02531, section 2, arXiv:1910.01108. And (arXiv:1503.02531)."),
              ElementsAre("1503.02531", "1910.01108"));
  EXPECT_TRUE(ArxivNumbers("a book").empty());
}

}  // namespace
}  // namespace retort
