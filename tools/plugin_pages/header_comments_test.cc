#include "tools/plugin_pages/header_comments.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;

TEST(HeaderComments, AreThoseForUsers) {
  const std::string header = R"(#ifndef X
// Apart from what follows.

namespace retort {

// A loss.
//
//   sum = Σ s²
//
// Args:
//   student: s
// Returns: [] float64.
//
// After all.
at::Tensor SoftSum(const at::Tensor& student,
                   double factor);

// A pair of tensors.
struct Pair {
  // Inside.
  int x();
};

// The term is a mean.
// Errors: many.
class SoftLoss final : public LossTerm {
 public:
  // Inside (a class).
  void Create();
};

// The steps.
class SoftSource {};

// Errors: none.
void Nothing();

}  // namespace retort
)";
  EXPECT_THAT(HeaderComments(header), ElementsAre(ElementsAre("A loss.", "", "  sum = Σ s²", "", "After all."),
                                                  ElementsAre("The term is a mean.")));
}

TEST(HeaderComments, AreNoneWhereThereAreNone) {
  EXPECT_TRUE(HeaderComments("").empty());
  EXPECT_TRUE(HeaderComments("// Of nothing.").empty());
}

}  // namespace
}  // namespace retort
