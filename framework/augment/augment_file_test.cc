#include "framework/augment/augment_file.h"

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "framework/augment/masked/test_word_model.h"
#include "framework/base/file.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsInvalidArgument;
using testing::IsOk;
using ::testing::Pair;
using testing::StatusIs;

// A pair with a class, a text with a score, a text with neither.
std::vector<TaskExample> Examples() {
  std::vector<TaskExample> examples(3);
  examples[0].id = "x";
  examples[0].first = "Good \"plot\"";
  examples[0].second = "a film";
  examples[0].label = "yes";
  examples[1].id = "y";
  examples[1].first = "the";
  examples[1].score = 2.5;
  examples[2].id = "z";
  examples[2].first = "bad\\ caf\u00e9";
  return examples;
}

class AugmentFileTest : public ::testing::Test {
 protected:
  AugmentFileTest() : path_(::testing::TempDir() + "/augmented.jsonl"), partial_(path_ + ".partial") {
    std::remove(path_.c_str());
    std::remove(partial_.c_str());
    hooks_.block_examples = 2;
  }

  absl::Status Write(const std::vector<TaskExample>& examples, uint64_t seed = 1) const {
    return Augment(examples, seed).status();
  }

  absl::StatusOr<int64_t> Augment(const std::vector<TaskExample>& examples, uint64_t seed = 1) const {
    AugmentationOptions options;
    options.copies = 1;
    options.candidates = 3;
    options.probability = 1;
    options.seed = seed;
    const auto augmenter =
        Augmenter::Create(model_.encoder, model_.parameters, *tokenizer_, nullptr, options, at::kCPU);
    EXPECT_THAT(augmenter, IsOk());
    return AugmentToFile(examples, *augmenter, path_, hooks_);
  }

  // The file of an uninterrupted run.
  std::string Whole() const {
    EXPECT_THAT(Write(Examples()), IsOk());
    return *ReadFile(path_);
  }

  const std::unique_ptr<WordPieceTokenizer> tokenizer_ = testing::WordTokenizer();
  const testing::WordModel model_ = testing::ConstantWordModel({"film", "good", "plot"});
  const std::string path_, partial_;
  AugmentationHooks hooks_;
};

TEST_F(AugmentFileTest, ALineForEachRow) {
  std::vector<TaskExample> examples = Examples();
  examples[0].first = "the";
  examples[0].second = "a";
  EXPECT_THAT(Write(examples), IsOk());
  EXPECT_THAT(*ReadFile(path_),
              ::testing::StartsWith(R"({"example":0,"id":"x","first":"the","second":"a","label":"yes"})"
                                    "\n"
                                    R"({"example":0,"id":"x.1","first":"the","second":"a","label":"yes"})"
                                    "\n"
                                    R"({"example":0,"id":"x.2","first":"the","second":"a","label":"yes"})"
                                    "\n"
                                    R"({"example":1,"id":"y","first":"the","score":2.5})"
                                    "\n"
                                    R"({"example":1,"id":"y.1","first":"the","score":2.5})"
                                    "\n"
                                    R"({"example":2,"id":"z","first":"bad\\ café"})"
                                    "\n"
                                    R"({"example":2,"id":"z.1","first":)"));
  EXPECT_FALSE(Exists(partial_));
}

TEST_F(AugmentFileTest, WhatIsWrittenIsRead) {
  EXPECT_THAT(Write(Examples()), IsOk());
  const auto read = ReadAugmented(path_);
  ASSERT_THAT(read, IsOk());
  ASSERT_EQ(read->examples.size(), 7u);
  EXPECT_EQ(read->examples[0], Examples()[0]);
  EXPECT_EQ(read->examples[1].id, "x.1");
  EXPECT_EQ(read->examples[3], Examples()[1]);
  EXPECT_EQ(read->examples[5], Examples()[2]);
  EXPECT_EQ(read->examples[6].place, path_ + ":7");
  EXPECT_THAT(read->notes, IsEmpty());
}

TEST_F(AugmentFileTest, CutAnywhereItIsCompletedWithTheSameBytes) {
  const std::string whole = Whole();
  for (size_t bytes = 0; bytes <= whole.size(); ++bytes) {
    EXPECT_THAT(AtomicWriteFile(partial_, whole.substr(0, bytes)), IsOk());
    EXPECT_THAT(Write(Examples()), IsOk()) << bytes;
    EXPECT_EQ(*ReadFile(path_), whole) << bytes;
  }
}

TEST_F(AugmentFileTest, WhatFollowsSoundLinesIsCutOff) {
  const std::string whole = Whole(), line = whole.substr(0, whole.find('\n') + 1);
  for (const std::string& junk : {std::string("junk\n"), std::string(9, '\0'), std::string("{\"example\":5,}\n"),
                                  std::string("{\"example\":x,}\n"), std::string("{\"example\":0,\n"), line}) {
    EXPECT_THAT(AtomicWriteFile(partial_, absl::StrCat(whole, junk)), IsOk());
    EXPECT_THAT(Write(Examples()), IsOk()) << junk;
    EXPECT_EQ(*ReadFile(path_), whole) << junk;
  }
}

TEST_F(AugmentFileTest, ProgressTellsWhatIsDone) {
  std::vector<std::pair<int64_t, int64_t>> calls;
  hooks_.progress = [&](int64_t done, int64_t all) { calls.emplace_back(done, all); };
  const std::string whole = Whole();
  EXPECT_THAT(calls, ElementsAre(Pair(2, 3), Pair(3, 3)));
  calls.clear();
  EXPECT_THAT(AtomicWriteFile(partial_, whole), IsOk());
  EXPECT_THAT(Write(Examples()), IsOk());
  EXPECT_THAT(calls, ElementsAre(Pair(3, 3)));
}

TEST_F(AugmentFileTest, StoppedItKeepsWhatIsDone) {
  const std::string whole = Whole();
  std::remove(path_.c_str());
  std::atomic<bool> stop = false;
  hooks_.stop = &stop;
  hooks_.progress = [&](int64_t, int64_t) { stop = true; };
  EXPECT_THAT(Write(Examples()),
              StatusIs(absl::StatusCode::kCancelled,
                       absl::StrCat("interrupted after 2 of 3 examples, which ", partial_, " keeps")));
  EXPECT_FALSE(Exists(path_));
  stop = false;
  hooks_.progress = {};
  EXPECT_THAT(Write(Examples()), IsOk());
  EXPECT_EQ(*ReadFile(path_), whole);
}

TEST_F(AugmentFileTest, APartialFileOfOtherWorkIsAnError) {
  const std::string whole = Whole();
  EXPECT_THAT(AtomicWriteFile(partial_, whole), IsOk());
  std::vector<TaskExample> others = Examples();
  others[2].first = "plot";
  EXPECT_THAT(Write(others),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat(partial_,
                                    ": want what was begun with these examples, this model and these "
                                    "options, got other lines from example 2 on; remove it to begin anew")));
  EXPECT_EQ(*ReadFile(partial_), whole);
}

TEST_F(AugmentFileTest, AnExampleThatWasCorrectedSinceIsAnErrorWhereverItIs) {
  const std::string whole = Whole();
  for (int example = 0; example < 3; ++example) {
    std::vector<TaskExample> corrected = Examples();
    corrected[example].label = "no";
    EXPECT_THAT(AtomicWriteFile(partial_, whole), IsOk());
    EXPECT_THAT(Write(corrected), StatusIs(absl::StatusCode::kFailedPrecondition,
                                           HasSubstr(absl::StrCat("got other lines from example ", example, " on"))));
    EXPECT_EQ(*ReadFile(partial_), whole);
  }
}

TEST_F(AugmentFileTest, OtherOptionsAreFoundBeforeABlockWithoutCopies) {
  const std::string whole = Whole();
  ASSERT_THAT(Write(Examples(), /*seed=*/2), IsOk());
  const auto first_block = [](absl::string_view lines) { return lines.substr(0, lines.find("{\"example\":2,")); };
  ASSERT_NE(first_block(*ReadFile(path_)), first_block(whole));
  const size_t third = first_block(whole).size(), copies = whole.find('\n', third) + 1;
  EXPECT_THAT(AtomicWriteFile(partial_, whole.substr(0, copies)), IsOk());
  EXPECT_THAT(Write(Examples(), /*seed=*/2),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("got other lines from example 0 on")));
}

TEST_F(AugmentFileTest, SaysHowManyExamplesItAugmented) {
  EXPECT_EQ(*Augment(Examples()), 3);
  EXPECT_THAT(AtomicWriteFile(partial_, *ReadFile(path_)), IsOk());
  EXPECT_EQ(*Augment(Examples()), 1) << "the last block is made again";
}

TEST_F(AugmentFileTest, NoExamplesAreAnEmptyFile) {
  EXPECT_THAT(Write({}), IsOk());
  EXPECT_EQ(*ReadFile(path_), "");
  EXPECT_THAT(ReadAugmented(path_)->examples, IsEmpty());
}

TEST_F(AugmentFileTest, BytesThatAreNoUtf8InNamesAreReplaced) {
  std::vector<TaskExample> examples = Examples();
  examples[0].label = "\xff";
  EXPECT_THAT(Write(examples), IsOk());
  EXPECT_EQ(ReadAugmented(path_)->examples[0].label, "\ufffd");
}

TEST_F(AugmentFileTest, FilesThatCannotBeWrittenAreErrors) {
  const auto augmenter = Augmenter::Create(model_.encoder, model_.parameters, *tokenizer_, nullptr, {}, at::kCPU);
  EXPECT_THAT(AugmentToFile({}, *augmenter, ::testing::TempDir() + "/nowhere/x.jsonl").status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nowhere/x.jsonl.partial: No such file or directory")));
  hooks_.progress = [&](int64_t, int64_t) {
    EXPECT_THAT(Write(Examples()),
                StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("one that another process is writing")));
  };
  EXPECT_THAT(Write(Examples()), IsOk());
}

TEST_F(AugmentFileTest, LinesOfAnotherKindAreErrors) {
  const auto read = [&](absl::string_view text) {
    EXPECT_THAT(AtomicWriteFile(path_, text), IsOk());
    return ReadAugmented(path_);
  };
  EXPECT_THAT(read("{\"id\":\"1\",\"first\":\"a\"}\n{\"id\":\"2\"}\n"),
              IsInvalidArgument("augmented.jsonl:2: first: want a string, got nothing"));
  EXPECT_THAT(read("{\"id\":\"1\",\"first\":\"a\",\"second\":2}\n"),
              IsInvalidArgument("augmented.jsonl:1: second: want a string, got 2"));
  EXPECT_THAT(read("{\"id\":\"1\",\"first\":\"a\",\"third\":\"b\"}\n"),
              IsInvalidArgument("augmented.jsonl:1: third: not supported"));
  EXPECT_THAT(read("text\n"), IsInvalidArgument("augmented.jsonl:1"));
}

}  // namespace
}  // namespace retort
