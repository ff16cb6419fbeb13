#include "framework/config/text/overlay.h"

#include <string>

#include "framework/config/test_catalogue.h"
#include "framework/config/text/parse.h"
#include "framework/config/text/print.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

template <typename M>
M Parsed(const std::string& text) {
  M message;
  const absl::Status status = ParseText(text, "text", TestCatalogue(), &message);
  EXPECT_TRUE(status.ok()) << status;
  return message;
}

// The base with the overlay laid over it, in one line, or the error.
template <typename M>
std::string Laid(const std::string& base_text, const std::string& overlay_text) {
  M base = Parsed<M>(base_text);
  const absl::Status status = Overlay(Parsed<M>(overlay_text), &base);
  return status.ok() ? PrintLine(base, TestCatalogue()) : std::string(status.message());
}

template <typename M>
std::string Line(const std::string& text) {
  return PrintLine(Parsed<M>(text), TestCatalogue());
}

TEST(OverlayTest, ScalarsReplaceEvenByZero) {
  EXPECT_EQ(Laid<Stage>("clip_norm: 5 row_chunk: 7", "clip_norm: 0"), Line<Stage>("clip_norm: 0 row_chunk: 7"));
}

TEST(OverlayTest, MessagesMerge) {
  EXPECT_EQ(Laid<Stage>("adamw { learning_rate: 1 beta1: 0.5 }", "adamw { beta1: 0.25 beta2: 0.75 }"),
            Line<Stage>("adamw { learning_rate: 1 beta1: 0.25 beta2: 0.75 }"));
}

TEST(OverlayTest, OtherMembersOfAOneofReplace) {
  EXPECT_EQ(Laid<Stage>("linear { warmup: 0.5 }", "constant {}"), Line<Stage>("constant {}"));
  EXPECT_EQ(Laid<BatchSpec>("sequences: 4 micro_batches: 2", "tokens: 9"),
            Line<BatchSpec>("tokens: 9 micro_batches: 2"));
}

TEST(OverlayTest, NamedItemsMergeByNameAndNewOnesAreAppended) {
  EXPECT_EQ(Laid<Stage>("loss { name: 'a' weight: 1 } loss { name: 'b' weight: 2 }",
                        "loss { name: 'c' weight: 4 } loss { name: 'a' weight: 3 }"),
            Line<Stage>("loss { name: 'a' weight: 3 } loss { name: 'b' weight: 2 } loss { name: 'c' weight: 4 }"));
}

TEST(OverlayTest, ListsWithoutNamesReplace) {
  EXPECT_EQ(Laid<Stage>("freeze: ['a', 'b']", "freeze: 'c'"), Line<Stage>("freeze: 'c'"));
  EXPECT_EQ(Laid<Stage>("freeze: ['a', 'b']", "clip_norm: 1"), Line<Stage>("freeze: ['a', 'b'] clip_norm: 1"));
}

TEST(OverlayTest, RemoveDropsAndDoesNotStay) {
  EXPECT_EQ(Laid<Stage>("loss { name: 'a' } loss { name: 'b' } loss { name: 'c' }", "remove: ['a', 'c']"),
            Line<Stage>("loss { name: 'b' }"));
  EXPECT_EQ(Laid<Stage>("loss { name: 'a' weight: 2 }", "remove: 'a' loss { name: 'a' }"),
            Line<Stage>("loss { name: 'a' }"));
}

// A stage that is trained otherwise stays before the evaluation that measures it.
TEST(OverlayTest, WhatIsRemovedAndGivenAnewKeepsItsPlace) {
  EXPECT_EQ(Laid<Experiment>("stage { name: 'a' clip_norm: 1 } stage { name: 'b' } stage { name: 'c' }",
                             "remove: ['a', 'b'] stage { name: 'new' } stage { name: 'a' row_chunk: 7 }"),
            Line<Experiment>("stage { name: 'a' row_chunk: 7 } stage { name: 'c' } stage { name: 'new' }"));
  EXPECT_EQ(Laid<Sweep>("variant { name: 'v' overlay { stage { name: 'a' } stage { name: 'b' } } }",
                        "variant { name: 'v' overlay { remove: 'a' stage { name: 'a' row_chunk: 7 } } }"),
            Line<Sweep>("variant { name: 'v' overlay { remove: 'a' stage { name: 'a' row_chunk: 7 } "
                        "stage { name: 'b' } } }"));
}

TEST(OverlayTest, RemovingWhatIsNotThereIsAnError) {
  EXPECT_EQ(
      Laid<Experiment>("stage { name: 's' loss { name: 'a' } loss { name: 'b' } }", "stage { name: 's' remove: 'ce' }"),
      "stage.s.remove: nothing is named \"ce\"; there are: a, b");
}

TEST(OverlayTest, ItemsOfAnOverlayNeedOneNameEach) {
  EXPECT_EQ(Laid<Stage>("", "loss { weight: 1 }"), "loss: want a name in each item of an overlay, got one without");
  EXPECT_EQ(Laid<Stage>("", "loss { name: 'a' } loss { name: 'a' }"), "loss: want each name once, got \"a\" twice");
}

TEST(OverlayTest, TheSamePluginMerges) {
  EXPECT_EQ(Laid<Loss>("test_soft { temperature: 2 }", "test_soft { rows: TEST_MASKED }"),
            Line<Loss>("test_soft { temperature: 2 rows: TEST_MASKED }"));
  EXPECT_EQ(Laid<Loss>("test_hidden { bias: true mapping { test_stride { offset: 2 } } }",
                       "test_hidden { mapping { test_top {} } }"),
            Line<Loss>("test_hidden { bias: true mapping { test_top {} } }"));
}

TEST(OverlayTest, AnotherPluginReplaces) {
  EXPECT_EQ(Laid<Loss>("weight: 3 test_soft { temperature: 2 }", "test_hidden {}"),
            Line<Loss>("weight: 3 test_hidden {}"));
}

TEST(OverlayTest, RemoveInsideOfAVariantIsData) {
  EXPECT_EQ(
      Laid<Sweep>("experiment { stage { name: 's' loss { name: 'a' } } }"
                  "variant { name: 'v' overlay { stage { name: 's' remove: 'a' loss { name: 'b' weight: 1 } } } }",
                  "variant { name: 'v' overlay { stage { name: 's' remove: 'b' clip_norm: 1 } } }"),
      Line<Sweep>("experiment { stage { name: 's' loss { name: 'a' } } }"
                  "variant { name: 'v' overlay { stage { name: 's' remove: ['a', 'b'] clip_norm: 1 } } }"));
}

}  // namespace
}  // namespace retort
