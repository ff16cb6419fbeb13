#include "tools/bench/measure/workloads.h"

#include <set>
#include <string>

#include "absl/status/status.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace retort::bench {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;

TEST(WorkloadsTest, HaveNamesOfTheirOwnAndSingleRunsThatThereAre) {
  std::set<std::string> names;
  for (const Workload& workload : Workloads()) EXPECT_TRUE(names.insert(workload.name).second) << workload.name;
  for (const Workload& workload : Workloads()) {
    if (!workload.single.empty()) {
      EXPECT_EQ(names.count(workload.single), 1) << workload.name;
    }
    EXPECT_EQ(workload.single.empty(), workload.students == 1) << workload.name;
    EXPECT_NE(ListWorkloads().find(workload.name + " "), std::string::npos) << workload.name;
  }
}

TEST(WorkloadsTest, EncodersAreValidAndReadTheLongestSequence) {
  for (const Workload& workload : Workloads()) {
    if (workload.work != Work::kTraining) continue;
    EXPECT_THAT(workload.student.Validate(), IsOk()) << workload.name;
    if (workload.teacher) {
      EXPECT_THAT(workload.teacher->Validate(), IsOk()) << workload.name;
    }
    EXPECT_EQ(workload.teacher.has_value(), workload.losses != Losses::kClasses) << workload.name;
    ASSERT_FALSE(workload.lengths.empty()) << workload.name;
    for (const int64_t length : workload.lengths) EXPECT_LE(length, workload.student.longest_sequence());
  }
}

TEST(WorkloadsTest, AreChosenByNameInTheOrderGiven) {
  const auto chosen = ChooseWorkloads("tinybert_x7,small", c10::DeviceType::CPU);
  ASSERT_THAT(chosen, IsOk());
  ASSERT_EQ(chosen->size(), 2);
  EXPECT_EQ((*chosen)[0].name, "tinybert_x7");
  EXPECT_EQ((*chosen)[0].students, 7);
  EXPECT_EQ((*chosen)[0].single, "tinybert");
  EXPECT_EQ((*chosen)[1].name, "small");
}

TEST(WorkloadsTest, WithoutNamesThoseForTheDevice) {
  const auto cpu = ChooseWorkloads("", c10::DeviceType::CPU), gpu = ChooseWorkloads("", c10::DeviceType::CUDA);
  ASSERT_THAT(cpu, IsOk());
  ASSERT_THAT(gpu, IsOk());
  for (const Workload& workload : *cpu) EXPECT_TRUE(workload.on_cpu) << workload.name;
  for (const Workload& workload : *gpu) EXPECT_TRUE(workload.on_gpu) << workload.name;
  EXPECT_GT(cpu->size(), gpu->size());
  EXPECT_FALSE(gpu->empty());
}

TEST(WorkloadsTest, UnknownNamesAreErrorsThatListAll) {
  const auto cpu = c10::DeviceType::CPU;
  EXPECT_THAT(ChooseWorkloads("small,smal", cpu),
              IsInvalidArgument("--workloads: want different names parted by commas"));
  EXPECT_THAT(ChooseWorkloads("small,smal", cpu),
              IsInvalidArgument("small, small_lengths, small_padded, base, base_masked"));
  EXPECT_THAT(ChooseWorkloads("small,smal", cpu), IsInvalidArgument("got \"smal\"; --list says what they are"));
  EXPECT_THAT(ChooseWorkloads("small,small", cpu), IsInvalidArgument("got \"small\""));
}

TEST(WorkloadsTest, TrainingsAsJson) {
  const auto all = nlohmann::json::parse(WorkloadsJson());
  const auto find = [&all](const std::string& name) {
    for (const auto& workload : all) {
      if (workload["name"] == name) return workload;
    }
    return nlohmann::json();
  };
  EXPECT_TRUE(find("tokenize").is_null()) << "it trains nothing";
  const auto base = find("base");
  EXPECT_EQ(base["losses"], "triple");
  EXPECT_EQ(base["teacher"]["layers"], 12);
  EXPECT_EQ(base["student"]["intermediate"], 3072);
  EXPECT_EQ(base["lengths"].size(), 8);
  EXPECT_TRUE(find("fine_tune")["teacher"].is_null());
  EXPECT_EQ(find("tinybert_x7")["students"], 7);
}

}  // namespace
}  // namespace retort::bench
