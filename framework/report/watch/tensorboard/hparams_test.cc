#include "framework/report/watch/tensorboard/hparams.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "framework/base/file.h"
#include "framework/report/analysis/fake_sweep.h"
#include "framework/report/analysis/format.h"
#include "framework/report/watch/tensorboard/event.pb.h"
#include "framework/report/watch/tensorboard/hparams.pb.h"
#include "framework/report/watch/tensorboard/tfrecord.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);

SweepResult Result() {
  SweepResult result = TinySweep();
  result.settings = {{"stage.distil.adamw.learning_rate", {"1e-3", "0.002"}},
                     {"stage.distil.loss.ce", {"absent", "5"}}};
  return result;
}

// The values of a file's events behind the first, which tells the version.
std::vector<tensorboard::Summary::Value> Values(const std::string& file) {
  std::vector<tensorboard::Summary::Value> values;
  for (const std::string& record : SoundRecords(file)) {
    tensorboard::Event event;
    EXPECT_TRUE(event.ParseFromString(record));
    EXPECT_EQ(event.wall_time(), 1'000'000);
    for (const tensorboard::Summary::Value& value : event.summary().value()) values.push_back(value);
  }
  return values;
}

tensorboard::HParamsPluginData DataOf(const tensorboard::Summary::Value& value) {
  tensorboard::HParamsPluginData data;
  EXPECT_EQ(value.metadata().plugin_data().plugin_name(), "hparams");
  EXPECT_TRUE(data.ParseFromString(value.metadata().plugin_data().content()));
  EXPECT_EQ(value.tensor().tensor_shape().dim_size(), 1);
  return data;
}

TEST(HparamsTest, TheExperimentNamesParametersAndMetrics) {
  const auto files = HparamsEvents(Result(), kNow);
  ASSERT_TRUE(files.ok()) << files.status();
  const std::vector<tensorboard::Summary::Value> values = Values(files->at(""));
  ASSERT_EQ(values.size(), 1u);
  EXPECT_EQ(values[0].tag(), "_hparams_/experiment");
  const tensorboard::Experiment experiment = DataOf(values[0]).experiment();
  std::vector<std::string> names;
  for (const tensorboard::HParamInfo& info : experiment.hparam_infos()) names.push_back(info.name());
  EXPECT_THAT(names, ElementsAre("variant", "stage.distil.adamw.learning_rate", "stage.distil.loss.ce"));
  ASSERT_EQ(experiment.metric_infos_size(), 1);
  EXPECT_EQ(experiment.metric_infos(0).name().tag(), "final/eval/m/cross_entropy");
}

TEST(HparamsTest, ARunHasItsSettingsAndFinalMetrics) {
  const auto files = HparamsEvents(Result(), kNow);
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(*files, UnorderedElementsAre(Pair("", testing::_), Pair("base/seed_1", testing::_),
                                           Pair("base/seed_2", testing::_), Pair("a/seed_1", testing::_),
                                           Pair("a/seed_2", testing::_)));
  const std::vector<tensorboard::Summary::Value> values = Values(files->at("a/seed_2"));
  ASSERT_EQ(values.size(), 3u);
  EXPECT_EQ(values[0].tag(), "_hparams_/session_start_info");
  const tensorboard::SessionStartInfo start = DataOf(values[0]).session_start_info();
  EXPECT_EQ(start.group_name(), "a");
  EXPECT_EQ(start.hparams().at("variant").string_value(), "a");
  EXPECT_EQ(start.hparams().count("seed"), 0u) << "the dashboard would show the mean of those of a group";
  EXPECT_EQ(start.hparams().at("stage.distil.adamw.learning_rate").number_value(), 0.002);
  EXPECT_EQ(start.hparams().at("stage.distil.loss.ce").string_value(), "5") << "the base has none";
  EXPECT_EQ(values[1].tag(), "final/eval/m/cross_entropy");
  EXPECT_EQ(values[1].simple_value(), 6) << "the mean of 4 and 8";
  EXPECT_EQ(DataOf(values[2]).session_end_info().status(), tensorboard::SessionEndInfo::STATUS_SUCCESS);
}

// The same messages as TensorBoard's own package gives (make_goldens.py); fields that are not known would differ.
TEST(HparamsTest, AreTensorboardsOwn) {
  const auto files = HparamsEvents(Result(), kNow);
  ASSERT_TRUE(files.ok()) << files.status();
  std::vector<tensorboard::Summary::Value> values = Values(files->at("")), of_run = Values(files->at("a/seed_2"));
  values.insert(values.end(), {of_run.front(), of_run.back()});
  const auto goldens = nlohmann::json::parse(*ReadFile("framework/report/watch/tensorboard/goldens.json"));
  ASSERT_EQ(goldens.size(), values.size());
  for (tensorboard::Summary::Value& value : values) {
    tensorboard::Summary::Value golden;
    ASSERT_TRUE(golden.ParseFromString(absl::HexStringToBytes(goldens.at(value.tag()).get<std::string>())));
    EXPECT_TRUE(MessageDifferencer::Equals(DataOf(value), DataOf(golden))) << value.tag();
    for (auto* either : {&value, &golden}) either->mutable_metadata()->mutable_plugin_data()->clear_content();
    EXPECT_TRUE(MessageDifferencer::Equals(value, golden)) << value.tag();
  }
}

TEST(HparamsTest, ARunThatStoppedSaysSo) {
  SweepResult result = Result();
  result.runs.back().error = "not finite";
  const auto files = HparamsEvents(result, kNow);
  ASSERT_TRUE(files.ok()) << files.status();
  const std::vector<tensorboard::Summary::Value> values =
      Values(files->at(RunFolder(result.runs.back().variant, result.runs.back().seed)));
  EXPECT_EQ(DataOf(values.back()).session_end_info().status(), tensorboard::SessionEndInfo::STATUS_FAILURE);
}

}  // namespace
}  // namespace retort
