#include "framework/data/examples/task_data.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/data/examples/labelled_sequences.h"
#include "framework/data/sequences/test_store.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::LetterTokenizer;

// Examples from memory instead of files.
class FixedReader final : public TaskReader {
 public:
  using Splits = std::map<std::string, std::vector<TaskExample>>;

  explicit FixedReader(Splits files, std::vector<std::string> classes = {}, HeadKind head = HeadKind::kClasses)
      : files_(std::move(files)), classes_(std::move(classes)), head_(head) {}

  std::string Description() const override { return "fixed"; }
  HeadKind head() const override { return head_; }
  std::vector<std::string> classes() const override { return classes_; }
  std::vector<std::string> splits() const override {
    std::vector<std::string> names;
    for (const auto& [name, examples] : files_) names.push_back(name);
    return names;
  }
  absl::StatusOr<TaskExamples> Read(absl::string_view split) const override {
    return TaskExamples{files_.at(std::string(split)), {}};
  }

 private:
  const Splits files_;
  const std::vector<std::string> classes_;
  const HeadKind head_;
};

// The i-th of examples with different texts, in two classes.
TaskExample Example(int i) {
  std::string text;
  for (int rest = i, place = 0; place < 3; ++place, rest /= 26) text += {static_cast<char>('a' + rest % 26), ' '};
  return {absl::StrCat(i), text, std::nullopt, i % 2 == 0 ? "no" : "yes"};
}

std::vector<TaskExample> Examples(int count) {
  std::vector<TaskExample> examples;
  for (int i = 0; i < count; ++i) examples.push_back(Example(i));
  return examples;
}

// What a test looks at, each time from nothing.
class TaskDataTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::shared_ptr<const LabelledSequences>> Sequences(FixedReader::Splits files,
                                                                     const std::string& split,
                                                                     TaskDataOptions options = {}) const {
    const TaskData data(std::make_unique<FixedReader>(std::move(files)), options, "test");
    DataCache cache(::testing::TempDir(), /*threads=*/1);
    return data.Sequences(split, *tokenizer_, &cache);
  }
  std::set<std::string> Ids(const FixedReader::Splits& files, const std::string& split,
                            TaskDataOptions options = {}) const {
    const auto sequences = Sequences(files, split, options);
    EXPECT_THAT(sequences, IsOk());
    if (!sequences.ok()) return {};
    return {(*sequences)->ids.begin(), (*sequences)->ids.end()};
  }
  absl::StatusOr<std::vector<std::string>> Classes(std::vector<std::string> labels) const {
    std::vector<TaskExample> examples;
    for (std::string& label : labels) examples.push_back({"", "a", std::nullopt, std::move(label)});
    const TaskData data(std::make_unique<FixedReader>(FixedReader::Splits{{kTrainSplit, std::move(examples)}}), {}, "");
    DataCache cache(::testing::TempDir(), /*threads=*/1);
    return data.Classes(&cache);
  }

  const std::unique_ptr<Tokenizer> tokenizer_ = LetterTokenizer();
};

TEST_F(TaskDataTest, WhereThereIsAFileItIsTheSplit) {
  const FixedReader::Splits files = {{kTrainSplit, Examples(40)},
                                     {kSelectSplit, {Example(50)}},
                                     {kReportSplit, {Example(60)}},
                                     {"more", {Example(7)}}};
  EXPECT_EQ(Ids(files, kTrainSplit).size(), 40u);
  EXPECT_THAT(Ids(files, kSelectSplit), ElementsAre("50"));
  EXPECT_THAT(Ids(files, kReportSplit), ElementsAre("60"));
  EXPECT_THAT(Ids(files, "more"), ElementsAre("7"));
}

TEST_F(TaskDataTest, SplitsWithoutFilesAreTenthsOfTheTrainingFile) {
  const FixedReader::Splits files = {{kTrainSplit, Examples(1000)}};
  std::set<std::string> all;
  for (const auto& [split, share] :
       std::map<std::string, double>{{kTrainSplit, 0.8}, {kSelectSplit, 0.1}, {kReportSplit, 0.1}}) {
    const std::set<std::string> ids = Ids(files, split);
    EXPECT_NEAR(static_cast<double>(ids.size()) / 1000, share, 0.03) << split;
    all.insert(ids.begin(), ids.end());
  }
  EXPECT_EQ(all.size(), 1000u) << "no example is in two splits";
  const FixedReader::Splits with_report = {{kTrainSplit, Examples(1000)}, {kReportSplit, {Example(1)}}};
  EXPECT_EQ(Ids(with_report, kSelectSplit), Ids(files, kSelectSplit));
  EXPECT_EQ(Ids(with_report, kTrainSplit).size(), 1000 - Ids(files, kSelectSplit).size());
}

TEST_F(TaskDataTest, TwinsAreOnOneSide) {
  std::vector<TaskExample> examples = Examples(200);
  for (TaskExample twin : Examples(200)) {
    twin.id += "'";
    twin.label = "yes";
    examples.push_back(std::move(twin));
  }
  const FixedReader::Splits files = {{kTrainSplit, examples}};
  for (const char* split : {kTrainSplit, kSelectSplit, kReportSplit}) {
    const std::set<std::string> ids = Ids(files, split);
    EXPECT_FALSE(ids.empty());
    for (const std::string& id : ids)
      EXPECT_EQ(ids.count(id.back() == '\'' ? id.substr(0, id.size() - 1) : id + "'"), 1u);
  }
}

TEST_F(TaskDataTest, FewExamplesArePartsOfMore) {
  const FixedReader::Splits files = {{kTrainSplit, Examples(300)}};
  const std::set<std::string> few = Ids(files, kTrainSplit, {128, 16}), more = Ids(files, kTrainSplit, {128, 64});
  EXPECT_EQ(few.size(), 16u);
  EXPECT_EQ(more.size(), 64u);
  for (const std::string& id : few) EXPECT_EQ(more.count(id), 1u) << id;
  EXPECT_EQ(Ids(files, kSelectSplit, {128, 16}), Ids(files, kSelectSplit)) << "of the training split alone";
  EXPECT_THAT(Sequences(files, kTrainSplit, {128, 1000}), IsInvalidArgument("examples: want at most the 2"));
}

TEST_F(TaskDataTest, ClassesAreLookedForOnce) {
  const std::vector<TaskExample> no_and_yes = Examples(40);
  DataCache cache(::testing::TempDir(), /*threads=*/1);
  for (int stage = 0; stage < 2; ++stage) {
    const TaskData data(std::make_unique<FixedReader>(FixedReader::Splits{{kTrainSplit, no_and_yes}}), {}, "task");
    EXPECT_THAT(*data.Classes(&cache), ElementsAre("no", "yes"));
  }
  const std::vector<TaskExample> bad_and_good = {{"", "a", std::nullopt, "good"}, {"", "b", std::nullopt, "bad"}};
  const TaskData other(std::make_unique<FixedReader>(FixedReader::Splits{{kTrainSplit, bad_and_good}}), {}, "other");
  EXPECT_THAT(*other.Classes(&cache), ElementsAre("bad", "good"));
}

TEST_F(TaskDataTest, SplitsThatAreNotThereOrEmptyAreErrors) {
  EXPECT_THAT(Sequences({{kTrainSplit, Examples(40)}}, kTestSplit),
              IsInvalidArgument("split: want one of train, select, report, got \"test\""));
  EXPECT_THAT(Sequences({{kTrainSplit, Examples(40)}, {kReportSplit, std::vector<TaskExample>()}}, kReportSplit),
              IsInvalidArgument("fixed: split \"report\": want examples, got none"));
  EXPECT_THAT(Sequences({{kTrainSplit, std::vector<TaskExample>()}}, kTrainSplit),
              IsInvalidArgument("want examples, got none"));
}

TEST_F(TaskDataTest, ClassesAreInTheOrderOfTheirNumbersOrNames) {
  auto classes = Classes({"10", "9", "-1", "9"});
  ASSERT_THAT(classes, IsOk());
  EXPECT_THAT(*classes, ElementsAre("-1", "9", "10"));
  classes = Classes({"b", "10", "9"});
  ASSERT_THAT(classes, IsOk());
  EXPECT_THAT(*classes, ElementsAre("10", "9", "b"));
  EXPECT_THAT(Classes({"a", "a"}), IsInvalidArgument("fixed: want examples of at least 2 classes, got all of \"a\""));
  EXPECT_THAT(Classes({}), IsInvalidArgument("fixed: want examples of at least 2 classes, got none"));
}

TEST_F(TaskDataTest, StepsHaveTheLabels) {
  const TaskData data(std::make_unique<FixedReader>(FixedReader::Splits{
                          {kTrainSplit, Examples(30)}, {kSelectSplit, Examples(1)}, {kReportSplit, Examples(1)}}),
                      {/*length=*/8, /*examples=*/0}, "test");
  EXPECT_EQ(data.needs().heads, std::set<HeadKind>{HeadKind::kClasses});
  EXPECT_EQ(data.needs().longest_sequence, 8);
  DataCache cache(::testing::TempDir(), /*threads=*/1);
  BatchSpec batch;
  batch.set_sequences(5);
  const auto source = data.Open({*tokenizer_, batch, /*data_seed=*/3, &cache});
  ASSERT_THAT(source, IsOk());
  EXPECT_EQ((*source)->steps_per_epoch(), 6);
  std::set<int64_t> seen;
  for (int64_t step = 0; step < 6; ++step) {
    for (const StepSequence& sequence : (*source)->Step(step).sequences) {
      EXPECT_TRUE(seen.insert(sequence.sample_id).second);
      EXPECT_EQ(sequence.class_label, sequence.sample_id % 2);
      EXPECT_EQ(sequence.ids.size(), 5u);
    }
  }
  EXPECT_THAT((*source)->notes(), IsEmpty());
}

TEST_F(TaskDataTest, AugmentedExamplesAreTrainedOnInThePlaceOfTheOriginals) {
  const TaskData data(std::make_unique<FixedReader>(FixedReader::Splits{
                          {kTrainSplit, Examples(40)}, {kSelectSplit, {Example(50)}}, {kReportSplit, {Example(60)}}}),
                      {}, "test");
  DataCache cache(::testing::TempDir(), /*threads=*/1);
  BatchSpec batch;
  batch.set_sequences(8);
  AugmentedSplit split{nullptr, /*copies=*/3, /*content_hash=*/17};
  const auto expected = data.Open({*tokenizer_, batch, /*data_seed=*/3, &cache, &split});
  ASSERT_THAT(expected, IsOk());
  EXPECT_EQ((*expected)->steps_per_epoch(), 20) << "of 160 examples";
  EXPECT_EQ((*expected)->content_hash(), 17u);
  EXPECT_EQ((*expected)->Step(19).sequences.size(), 8u);

  TaskExamples made;
  made.examples.assign(160, {"1.1", "z z z", std::nullopt, "yes"});
  split.examples = std::make_shared<const TaskExamples>(std::move(made));
  const auto source = data.Open({*tokenizer_, batch, /*data_seed=*/3, &cache, &split});
  ASSERT_THAT(source, IsOk());
  EXPECT_EQ((*source)->steps_per_epoch(), 20);
  EXPECT_EQ((*source)->content_hash(), 17u);
  const StepBatch step = (*source)->Step(0);
  for (const StepSequence& sequence : step.sequences) EXPECT_EQ(sequence.ids, step.sequences.front().ids);
}

TEST_F(TaskDataTest, APairHasCopiesOfEitherText) {
  std::vector<TaskExample> pairs = Examples(40);
  for (TaskExample& pair : pairs) pair.second = "b c";
  const TaskData data(std::make_unique<FixedReader>(FixedReader::Splits{
                          {kTrainSplit, pairs}, {kSelectSplit, {Example(50)}}, {kReportSplit, {Example(60)}}}),
                      {}, "test");
  DataCache cache(::testing::TempDir(), /*threads=*/1);
  BatchSpec batch;
  batch.set_sequences(8);
  const AugmentedSplit split{nullptr, /*copies=*/3, /*content_hash=*/17};
  const auto source = data.Open({*tokenizer_, batch, /*data_seed=*/3, &cache, &split});
  ASSERT_THAT(source, IsOk());
  EXPECT_EQ((*source)->steps_per_epoch(), 35) << "of 40 pairs and 240 copies";
}

TEST_F(TaskDataTest, ChecksItsOptions) {
  Problems problems;
  CheckTaskDataOptions("data: table: ", {7, -1}, &problems);
  EXPECT_EQ(problems.ToStatus().message(),
            "data: table: length: want >= 8, got 7\ndata: table: examples: want >= 0 (0: all), got -1");
}

// Labels examples for two classes.
absl::StatusOr<LabelledSequences> Label(const std::vector<TaskExample>& examples, int64_t length,
                                        HeadKind head = HeadKind::kClasses) {
  LabellingOptions options;
  options.head = head;
  if (head == HeadKind::kClasses) options.classes = {"no", "yes"};
  options.length = length;
  return LabelSequences({examples, {"a note"}}, options, *LetterTokenizer());
}

TEST(LabelSequences, EncodesTextsAndPairs) {
  const auto labelled = Label({{"7", "a b", std::nullopt, "yes"}, {"x", "a", "b c", "no"}}, 16);
  ASSERT_THAT(labelled, IsOk());
  ASSERT_EQ(labelled->size(), 2);
  const StepSequence &single = labelled->sequences[0], &pair = labelled->sequences[1];
  EXPECT_THAT(single.ids, ElementsAre(2, 5, 6, 3));
  EXPECT_THAT(single.labels, ElementsAre(kNoLabel, kNoLabel, kNoLabel, kNoLabel));
  EXPECT_THAT(single.token_types, IsEmpty());
  EXPECT_EQ(single.class_label, 1);
  EXPECT_THAT(pair.ids, ElementsAre(2, 5, 3, 6, 7, 3));
  EXPECT_THAT(pair.token_types, ElementsAre(0, 0, 0, 1, 1, 1));
  EXPECT_EQ(pair.class_label, 0);
  EXPECT_THAT(labelled->ids, ElementsAre("7", "x"));
  EXPECT_THAT(labelled->classes, ElementsAre("no", "yes"));
  EXPECT_THAT(labelled->Lengths(), ElementsAre(4, 6));
  EXPECT_THAT(labelled->notes, ElementsAre("a note"));
  EXPECT_TRUE(labelled->labelled);
  const StepBatch step = labelled->Step({1, 0, 1}, /*epoch=*/4);
  EXPECT_EQ(step.epoch, 4);
  EXPECT_EQ(step.sequences[2].ids, pair.ids);
  EXPECT_EQ(step.sequences[1].sample_id, 0);
}

TEST(LabelSequences, CutsTheLongerTextAndSaysHowOften) {
  const auto labelled = Label({{"", "a b c d e f", "x y", "no"},
                               {"", "a b c d e", std::nullopt, "no"},
                               {"", "a b c d e f", std::nullopt, "no"},
                               {"", "a b c d e f g", std::nullopt, "no"}},
                              8);
  ASSERT_THAT(labelled, IsOk());
  EXPECT_THAT(labelled->sequences[0].ids, ElementsAre(2, 5, 6, 7, 3, 28, 29, 3));
  EXPECT_THAT(labelled->Lengths(), ElementsAre(8, 7, 8, 8));
  EXPECT_THAT(labelled->notes, ElementsAre("a note", "2 of 4 examples cut to 8 pieces"));
}

TEST(LabelSequences, HashesWhatTheyAreMadeOf) {
  const auto hashes = [](const TaskExample& example, int64_t length = 16) {
    const auto labelled = Label({example}, length);
    EXPECT_THAT(labelled, IsOk());
    return std::pair(labelled->content_hash, labelled->text_hash);
  };
  const auto one = hashes({"", "a b", std::nullopt, "no"});
  EXPECT_EQ(hashes({"other id", "a b", std::nullopt, "no"}), one);
  for (const TaskExample& other : {TaskExample{"", "a c", std::nullopt, "no"},
                                   TaskExample{"", "a b", std::nullopt, "yes"}, TaskExample{"", "a", "b", "no"}}) {
    EXPECT_NE(hashes(other).first, one.first);
    EXPECT_NE(hashes(other).second, one.second);
  }
  EXPECT_EQ(hashes({"", "a  b", std::nullopt, "no"}).first, one.first) << "the same pieces";
  EXPECT_NE(hashes({"", "a b", std::nullopt, "no"}, 12).second, one.second);
}

TEST(LabelSequences, LabelsMayLack) {
  const auto labelled = Label({{"", "a", std::nullopt, "no"}, {"", "b"}}, 16);
  ASSERT_THAT(labelled, IsOk());
  EXPECT_FALSE(labelled->labelled);
  EXPECT_EQ(labelled->sequences[1].class_label, kNoLabel);
  const auto scored = Label({{"", "a", std::nullopt, "", 2.5}}, 16, HeadKind::kScore);
  ASSERT_THAT(scored, IsOk());
  EXPECT_TRUE(scored->labelled);
  EXPECT_EQ(scored->sequences[0].score, 2.5f);
  EXPECT_FALSE(Label({{"", "a"}}, 16, HeadKind::kScore)->labelled);
}

TEST(LabelSequences, Errors) {
  TaskExample example{"", "a", std::nullopt, "maybe", 0, "train.tsv:17"};
  EXPECT_THAT(Label({example}, 16),
              IsInvalidArgument("train.tsv:17: label: want one of the classes (no, yes), got \"maybe\""));
  example.label = "no";
  example.first = "\xff";
  EXPECT_THAT(Label({example}, 16), IsInvalidArgument("train.tsv:17: "));
}

}  // namespace
}  // namespace retort
