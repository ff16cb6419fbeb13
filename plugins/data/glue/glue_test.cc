#include "plugins/data/glue/glue.h"

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

GlueDataConfig Config(const std::string& task, const std::string& folder) {
  GlueDataConfig config;
  config.set_task(task);
  config.set_folder(folder);
  GlueData::FillDefaults(&config);
  return config;
}

std::string ErrorsOf(const GlueDataConfig& config) {
  Problems problems;
  GlueData::Check("data: ", config, &problems);
  return std::string(problems.ToStatus().message());
}

TEST(GlueData, DefaultsAndErrors) {
  const GlueDataConfig config = Config("CoLA", "glue/CoLA");
  EXPECT_EQ(config.length(), 128);
  EXPECT_EQ(ErrorsOf(config), "");
  EXPECT_EQ(ErrorsOf(Config("SST2", "")),
            "data: task: want one of CoLA, MNLI, MRPC, QNLI, QQP, RTE, SST-2, STS-B, WNLI, got \"SST2\"\n"
            "data: folder: want a folder with the task's files, got none");
  EXPECT_EQ(ErrorsOf(Config("AX", "glue/AX")),
            "data: task: want one of CoLA, MNLI, MRPC, QNLI, QQP, RTE, SST-2, STS-B, WNLI, got \"AX\"; AX is the "
            "split \"diagnostic\" of MNLI");
}

TEST(GlueData, ScoresAreEvaluatedByRegression) {
  EXPECT_EQ(GlueData::Evaluation(Config("STS-B", "glue")), "regression");
  EXPECT_EQ(GlueData::Evaluation(Config("MNLI", "glue")), "classification");
}

TEST(GlueData, IsTrainedOnByItsLabels) {
  const std::string folder = ::testing::TempDir() + "/glue_data";
  EXPECT_THAT(MakeDirectories(folder), IsOk());
  std::string text;
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    text += std::string("x\t") + (letter < 'f' ? "1" : "0") + "\t\t" + letter + " b\n";
  }
  EXPECT_THAT(AtomicWriteFile(folder + "/train.tsv", text), IsOk());
  const auto data = GlueData::Create(Config("CoLA", folder), {});
  ASSERT_THAT(data, IsOk());
  EXPECT_EQ((*data)->Description(), "GLUE CoLA (" + folder + ")");
  DataCache cache(::testing::TempDir(), /*threads=*/1);
  EXPECT_THAT((*data)->Classes(&cache).value(), ElementsAre("unacceptable", "acceptable"));
  BatchSpec batch;
  batch.set_sequences(8);
  const auto source = (*data)->Open({*testing::LetterTokenizer(), batch, /*data_seed=*/1, &cache});
  ASSERT_THAT(source, IsOk());
  for (const StepSequence& sequence : (*source)->Step(0).sequences) {
    EXPECT_EQ(sequence.class_label, sequence.ids[1] < 5 + 5 ? 1 : 0);
  }
}

}  // namespace
}  // namespace retort
