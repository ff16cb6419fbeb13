#include "framework/config/variants/difference.h"

#include <string>

#include "framework/config/test_catalogue.h"
#include "framework/config/text/overlay.h"
#include "framework/config/text/parse.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

Sweep Parsed(const std::string& text) {
  absl::StatusOr<Sweep> sweep = ParseSweep(text, "text", TestCatalogue());
  EXPECT_TRUE(sweep.ok()) << sweep.status();
  return sweep.ok() ? *sweep : Sweep();
}

TEST(DifferenceTest, NamesEachField) {
  const Experiment a = Parsed(kGoodSweep).experiment();
  EXPECT_EQ(DescribeDifference(a, a, TestCatalogue()), "");
  Sweep changed = Parsed(kGoodSweep);
  const Sweep overlay = Parsed(R"(experiment { student { init { test_normal {} } }
                       stage { name: 'distil' remove: 'mlm' freeze: 'word_embeddings' constant {}
                               loss { name: 'ce' weight: 0 test_hidden {} } loss { name: 'new' test_soft {} } } })");
  ASSERT_TRUE(Overlay(overlay, &changed).ok());
  const Experiment b = changed.experiment();
  EXPECT_EQ(DescribeDifference(a, b, TestCatalogue()),
            "student.init: test_copy { mapping { test_top { } } } -> test_normal { }\n"
            "stage.distil.loss.ce.weight: 5 -> 0\n"
            "stage.distil.loss.ce: test_soft { temperature: 2 } -> test_hidden { }\n"
            "stage.distil.loss.mlm: removed\n"
            "stage.distil.loss.new: added { name: \"new\" test_soft { } }\n"
            "stage.distil.constant: absent -> { }\n"
            "stage.distil.linear: { warmup: 0.05 } -> absent\n"
            "stage.distil.freeze: [] -> [\"word_embeddings\"]");
}

}  // namespace
}  // namespace retort
