#include "plugins/data/table/table.h"

#include <memory>
#include <string>
#include <vector>

#include "framework/base/file.h"
#include "framework/data/sequences/test_store.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;

TableDataConfig Filled(TableDataConfig config) {
  TableData::FillDefaults(&config);
  return config;
}

// A table of letters with the classes "bad" and "good".
TableDataConfig Letters() {
  TableDataConfig config;
  config.set_train(::testing::TempDir() + "/letters.tsv");
  std::string text = "sentence\tlabel\n";
  for (int i = 0; i < 52; ++i) {
    text += {static_cast<char>('a' + i % 26), ' ', static_cast<char>('a' + i / 26), '\t'};
    text += i % 2 == 0 ? "good\n" : "bad\n";
  }
  EXPECT_THAT(AtomicWriteFile(config.train(), text), IsOk());
  config.add_text("sentence");
  config.set_label("label");
  return Filled(config);
}

std::string ErrorsOf(const TableDataConfig& config) {
  Problems problems;
  TableData::Check("data: ", config, &problems);
  return std::string(problems.ToStatus().message());
}

TEST(TableData, Defaults) {
  TableDataConfig config = Letters();
  EXPECT_EQ(config.length(), 128);
  EXPECT_TRUE(config.has_examples());
  EXPECT_TRUE(config.heading());
  EXPECT_EQ(ErrorsOf(config), "");
  EXPECT_EQ(TableData::Evaluation(config), "classification");
  TableDataConfig numbers;
  numbers.add_text("3");
  numbers.set_score("1");
  EXPECT_FALSE(Filled(numbers).heading());
  EXPECT_EQ(TableData::Evaluation(numbers), "regression");
}

TEST(TableData, SaysAllThatCannotBe) {
  EXPECT_EQ(ErrorsOf(Filled({})),
            "data: train: want a file to train on, got none\n"
            "data: text: want 1 or 2 columns, got 0\n"
            "data: label: want a column for either label or score, got none");
  TableDataConfig config = Letters();
  config.set_train("train.txt");
  config.set_test("test.tsv");
  config.set_heading(false);
  config.set_score("score");
  config.add_classes("good");
  config.set_length(3);
  EXPECT_EQ(ErrorsOf(config),
            "data: train: want a name that ends in .tsv, .csv or .jsonl (also .gz, .xz or .zst), or format, got "
            "train.txt\n"
            "data: label: want a column for either label or score, got both\n"
            "data: classes: want 2 different names or more, or none at all, got good\n"
            "data: classes: want none beside score, got some\n"
            "data: heading: want true, or numbers of columns, from 0, got false and sentence\n"
            "data: length: want >= 8, got 3");
  config = Letters();
  config.set_train("train.txt");
  config.set_format(TableDataConfig::JSONL);
  config.set_heading(false);
  EXPECT_EQ(ErrorsOf(config), "") << "JSON has names in each row";
}

TEST(TableData, IsTrainedOnByItsLabels) {
  const TableDataConfig config = Letters();
  const auto data = TableData::Create(config, {});
  ASSERT_THAT(data, IsOk());
  EXPECT_EQ((*data)->Description(), "table (" + config.train() + ")");
  DataCache cache(::testing::TempDir(), /*threads=*/1);
  const auto classes = (*data)->Classes(&cache);
  ASSERT_THAT(classes, IsOk());
  EXPECT_THAT(*classes, ElementsAre("bad", "good"));
  BatchSpec batch;
  batch.set_sequences(4);
  const auto source = (*data)->Open({*testing::LetterTokenizer(), batch, /*data_seed=*/1, &cache});
  ASSERT_THAT(source, IsOk());
  EXPECT_GE((*source)->steps_per_epoch(), 8) << "about four fifths of 52";
  for (const StepSequence& sequence : (*source)->Step(0).sequences) {
    const int32_t letter = sequence.ids[1] - 5;  // The first letter tells the class.
    EXPECT_EQ(sequence.class_label, letter % 2 == 0 ? 1 : 0);
  }
}

TEST(TableData, ClassesMayBeSaid) {
  TableDataConfig config = Letters();
  config.add_classes("good");
  config.add_classes("bad");
  const auto data = TableData::Create(config, {});
  ASSERT_THAT(data, IsOk());
  DataCache cache(::testing::TempDir(), /*threads=*/1);
  EXPECT_THAT((*data)->Classes(&cache).value(), ElementsAre("good", "bad"));
  config.set_classes(1, "worse");
  const auto other = TableData::Create(config, {});
  ASSERT_THAT(other, IsOk());
  BatchSpec batch;
  batch.set_sequences(4);
  EXPECT_THAT((*other)->Open({*testing::LetterTokenizer(), batch, /*data_seed=*/1, &cache}),
              testing::IsInvalidArgument("letters.tsv:3: label: want one of the classes (good, worse), got \"bad\""));
}

}  // namespace
}  // namespace retort
