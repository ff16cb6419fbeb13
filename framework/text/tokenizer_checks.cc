#include "framework/text/tokenizer_checks.h"

#include <memory>
#include <random>
#include <thread>

#include "gtest/gtest.h"

namespace retort::testing {

void ExpectScratchChangesNothing(const Tokenizer& tokenizer, const std::vector<std::string>& characters) {
  const std::unique_ptr<Tokenizer::Scratch> scratch = tokenizer.NewScratch();
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0; i < 60; ++i) text += characters[random() % characters.size()];
    std::vector<int32_t> cached, wanted;
    ASSERT_TRUE(tokenizer.Encode(text, scratch.get(), &cached).ok());
    ASSERT_TRUE(tokenizer.Encode(text, &wanted).ok());
    ASSERT_EQ(cached, wanted) << text;
  }
}

void ExpectThreadsShare(const Tokenizer& tokenizer, const std::string& text) {
  std::vector<int32_t> wanted;
  ASSERT_TRUE(tokenizer.Encode(text, &wanted).ok());
  std::vector<std::thread> threads;
  std::vector<int> mismatches(4);
  for (size_t t = 0; t < mismatches.size(); ++t) {
    threads.emplace_back([&, t] {
      const std::unique_ptr<Tokenizer::Scratch> scratch = tokenizer.NewScratch();
      for (int i = 0; i < 1000; ++i) {
        std::vector<int32_t> ids;
        const bool ok = tokenizer.Encode(text, scratch.get(), &ids).ok();
        mismatches[t] += !ok || ids != wanted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(mismatches, std::vector<int>(mismatches.size(), 0));
}

}  // namespace retort::testing
