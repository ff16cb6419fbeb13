#include "framework/data/squad/squad_data.h"

#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/data/data_cache.h"
#include "framework/data/sequences/test_store.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;

// A file of so many paragraphs of two letters, with two questions each: "p3-0", "p3-1".
std::string FileOf(const std::string& name, int paragraphs) {
  std::string text;
  for (int p = 0; p < paragraphs; ++p) {
    const char a = static_cast<char>('a' + p % 26), b = static_cast<char>('a' + p / 26);
    absl::StrAppend(&text, p > 0 ? "," : "", "{\"context\": \"", std::string(1, a), " ", std::string(1, b),
                    "\", \"qas\": [");
    for (int q = 0; q < 2; ++q) {
      absl::StrAppend(&text, q > 0 ? "," : "", "{\"id\": \"p", p, "-", q, "\", \"question\": \"x\", \"answers\": [",
                      "{\"text\": \"", std::string(1, q == 0 ? a : b), "\", \"answer_start\": ", 2 * q, "}]}");
    }
    absl::StrAppend(&text, "]}");
  }
  std::string path = absl::StrCat(::testing::TempDir(), "/", name, ".json");
  EXPECT_THAT(AtomicWriteFile(path, absl::StrCat("{\"data\": [{\"paragraphs\": [", text, "]}]}")), IsOk());
  return path;
}

class SquadDataTest : public ::testing::Test {
 protected:
  SquadDataTest() {
    options_.paths = {{"train", FileOf("train", 100)}};
    options_.cut = {/*length=*/16, /*stride=*/4, /*question_length=*/8};
  }

  absl::StatusOr<std::shared_ptr<const SquadWindows>> Windows(const std::string& split, int64_t sequences = 0) {
    DataCache cache(::testing::TempDir(), /*threads=*/1);
    return SquadData(options_, "test").Windows(split, sequences, *tokenizer_, &cache);
  }

  std::set<std::string> Ids(const std::string& split, int64_t sequences = 0) {
    const auto windows = Windows(split, sequences);
    EXPECT_THAT(windows, IsOk());
    std::set<std::string> ids;
    for (const SquadQuestion& question : (*windows)->questions()) ids.insert(question.id);
    return ids;
  }

  SquadDataOptions options_;
  const std::unique_ptr<Tokenizer> tokenizer_ = testing::LetterTokenizer();
};

TEST_F(SquadDataTest, ParagraphsAreInOneSplit) {
  const std::set<std::string> train = Ids("train"), select = Ids("select"), report = Ids("report");
  EXPECT_EQ(train.size() + select.size() + report.size(), 200u);
  for (const auto* ids : {&train, &select, &report}) {
    EXPECT_GE(ids->size(), 4u);
    EXPECT_EQ(ids->size() % 2, 0u);
    for (const std::string& id : *ids) EXPECT_EQ(ids->count(id.substr(0, id.size() - 1) + "1"), 1u);
  }
  options_.paths["report"] = FileOf("report", 3);
  EXPECT_EQ(Ids("report").size(), 6u);
  EXPECT_EQ(Ids("train").size(), train.size() + report.size());
  EXPECT_EQ(Ids("select"), select);
}

TEST_F(SquadDataTest, FewQuestionsArePartsOfMore) {
  options_.examples = 16;
  const std::set<std::string> few = Ids("train");
  options_.examples = 40;
  const std::set<std::string> more = Ids("train");
  EXPECT_EQ(few.size(), 16u);
  EXPECT_EQ(more.size(), 40u);
  for (const std::string& id : few) EXPECT_EQ(more.count(id), 1u);
  EXPECT_EQ(Ids("train", 5).size(), 5u);
  options_.examples = 1000;
  EXPECT_THAT(Windows("train"), IsInvalidArgument("examples: want at most the 1"));
  options_.examples = 0;
  EXPECT_THAT(Windows("train", 1000), IsInvalidArgument("sequences: want at most the 1"));
}

TEST_F(SquadDataTest, SplitsThatAreNotThereOrEmptyAreErrors) {
  EXPECT_THAT(Windows("test"), IsInvalidArgument("split: want one of report, select, train, got \"test\""));
  options_.paths["report"] = FileOf("report", 0);
  EXPECT_THAT(Windows("report"), IsInvalidArgument("split \"report\": want questions, got none"));
}

TEST_F(SquadDataTest, StepsHaveTheSpans) {
  options_.paths = {{"train", FileOf("train", 10)}, {"select", FileOf("a", 1)}, {"report", FileOf("b", 1)}};
  const SquadData data(options_, "test");
  EXPECT_EQ(data.needs().heads, std::set<HeadKind>{HeadKind::kSpans});
  EXPECT_EQ(data.needs().longest_sequence, 16);
  EXPECT_EQ(data.Description(), "SQuAD (" + options_.paths["train"] + ")");
  DataCache cache(::testing::TempDir(), /*threads=*/1);
  BatchSpec batch;
  batch.set_sequences(5);
  const auto source = data.Open({*tokenizer_, batch, /*data_seed=*/3, &cache});
  ASSERT_THAT(source, IsOk());
  EXPECT_EQ((*source)->steps_per_epoch(), 4);
  std::set<int64_t> seen;
  for (int64_t step = 0; step < 4; ++step) {
    for (const StepSequence& sequence : (*source)->Step(step).sequences) {
      EXPECT_TRUE(seen.insert(sequence.sample_id).second);
      EXPECT_EQ(sequence.span.first, 3 + sequence.sample_id % 2) << "[CLS] x [SEP] A B [SEP]";
      EXPECT_EQ(sequence.span.last, sequence.span.first);
    }
  }
}

TEST_F(SquadDataTest, ChecksItsOptions) {
  Problems problems;
  CheckSquadDataOptions("data: squad: ", options_, &problems);
  EXPECT_TRUE(problems.empty());
  CheckSquadDataOptions("data: squad: ", {{}, {20, 0, 13}, false, -1}, &problems);
  CheckSquadDataOptions("data: squad: ", {options_.paths, {20, 1, 0}}, &problems);
  EXPECT_EQ(problems.ToStatus().message(),
            "data: squad: train: want a file to train on, got none\n"
            "data: squad: length: want >= question_length + 8, got 20\n"
            "data: squad: stride: want >= 1, got 0\n"
            "data: squad: examples: want >= 0 (0: all), got -1\n"
            "data: squad: question_length: want >= 1, got 0");
}

}  // namespace
}  // namespace retort
