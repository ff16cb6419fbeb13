#include "framework/config/frozen.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(FrozenPrefixes, AreThoseOfParameters) {
  EXPECT_THAT(FrozenPrefixes("word_embeddings"), ElementsAre("embeddings.word"));
  EXPECT_THAT(FrozenPrefixes("padding_embedding"), ElementsAre("embeddings.word"));
  EXPECT_THAT(FrozenPrefixes("embeddings"), ElementsAre("embeddings."));
  EXPECT_THAT(FrozenPrefixes("layers.12"), ElementsAre("layer.12."));
  EXPECT_THAT(FrozenPrefixes("layers.2-4"), ElementsAre("layer.2.", "layer.3.", "layer.4."));
}

TEST(FrozenPrefixes, AreNoneOfOtherWords) {
  for (const char* word : {"", "everything", "layers", "layers.", "layers.0", "layers.3-1", "layers.1-2-3", "layers.x",
                           "layers.-1", "layers.1-99999999"}) {
    EXPECT_THAT(FrozenPrefixes(word), IsEmpty()) << word;
  }
}

}  // namespace
}  // namespace retort
