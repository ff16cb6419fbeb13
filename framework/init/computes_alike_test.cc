#include "framework/init/computes_alike.h"

#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;
using testing::SmallModel;

TEST(CheckComputesAlike, TakesOtherSizesAndFamiliesThatComputeTheSame) {
  EncoderConfig wide = SmallModel("bert", 3);
  for (LayerSpec& layer : wide.layers) layer.feed_forward.width *= 2;
  EXPECT_THAT(CheckComputesAlike(SmallModel("bert", 2), wide, "init"), IsOk());
  EXPECT_THAT(CheckComputesAlike(SmallModel("distilbert", 2), SmallModel("bert", 2), "init"), IsOk());
  EncoderConfig narrow = SmallModel("mobilebert", 2);
  for (LayerSpec& layer : narrow.layers) layer.bottleneck.width = 4;
  EXPECT_THAT(CheckComputesAlike(narrow, SmallModel("mobilebert", 2), "init"), IsOk());
}

TEST(CheckComputesAlike, NamesFamiliesThatDoNot) {
  EXPECT_THAT(
      CheckComputesAlike(SmallModel("roberta", 2), SmallModel("bert", 2), "init"),
      IsInvalidArgument("init: want a student that computes as the model whose weights it gets, of family bert, "
                        "got one of family roberta; name that family, or draw the weights"));
  EXPECT_THAT(CheckComputesAlike(SmallModel("bert", 2), SmallModel("gpt2", 2), "init"),
              IsInvalidArgument("of family gpt2"));
  EXPECT_THAT(CheckComputesAlike(SmallModel("mobilebert", 2), SmallModel("bert", 2), "init"),
              IsInvalidArgument("of family bert, got one of family mobilebert"));
  EncoderConfig with_layer_norm = SmallModel("mobilebert", 2);
  with_layer_norm.norm_kind = NormKind::kLayer;
  EXPECT_THAT(CheckComputesAlike(SmallModel("mobilebert", 2), with_layer_norm, "init"),
              IsInvalidArgument("computes as the model"));
  EncoderConfig gated = SmallModel("bert", 2);
  for (LayerSpec& layer : gated.layers) layer.feed_forward.gated = true;
  EXPECT_THAT(CheckComputesAlike(gated, SmallModel("bert", 2), "init"), IsInvalidArgument("computes as the model"));
}

}  // namespace
}  // namespace retort
