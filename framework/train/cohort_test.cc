#include "framework/train/cohort.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "framework/train/test_cohort.h"
#include "framework/train/test_training.h"
#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::CohortTest;
using ::testing::ElementsAre;
using testing::ExpectSame;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::kOptimizer;
using testing::kSteps;
using testing::kTripleLoss;
using testing::Recorder;
using testing::SevenMembers;
using testing::StatusIs;
using testing::TestCohort;
using testing::TestMember;

struct ThirdStepFails {
  static bool Fails(const Batch& batch) {
    if (batch.epoch == 2 && out_of_memory) throw std::bad_alloc();
    return batch.epoch == 2;
  }
  static inline bool out_of_memory = false;
};
using ThirdStepLoss = testing::FailingLoss<ThirdStepFails>;
RETORT_REGISTER_LOSS_TERM(ThirdStepLoss, google::protobuf::Empty);

TEST_P(CohortTest, AMemberHasTheSameBitsInACohortAndAlone) { ExpectSameBitsInACohortAndAlone(); }

TEST_P(CohortTest, StoppedAndResumedHasTheSameBitsAsInOneGo) { ExpectSameBitsStoppedAndResumed(); }

TEST_P(CohortTest, AMemberHasTheSameBitsWithAnyNumberSideBySide) {
  at::set_num_threads(3);
  const std::vector<TestMember> members = SevenMembers();
  const auto train = [&](const std::string& folder, int students_at_once, const std::vector<TestMember>& trained) {
    const auto cohort = Make(folder);
    cohort->options().students_at_once = students_at_once;
    return Train(trained, cohort.get());
  };
  const auto three = train("three", 3, members), two = train("two", 2, members);
  for (const TestMember& member : members) {
    SCOPED_TRACE(member.name);
    ExpectSame(two.at(member.name), three.at(member.name));
    ExpectSame(train("alone_" + member.name, 2, {member}).at(member.name), three.at(member.name));
  }
}

TEST_F(CohortTest, SideBySideAMemberThatFailsStopsAlone) {
  at::set_num_threads(2);
  const std::vector<TestMember> members = {SevenMembers()[0], SevenMembers()[4], SevenMembers()[3]};
  const auto whole = Make("whole");
  whole->options().students_at_once = 2;
  const auto want = Train(members, whole.get());
  std::vector<TestMember> one_fails = members;
  one_fails[1] = {"fails", testing::kFailingLoss + kOptimizer, 2, 3};
  const auto cohort = Make("one_fails");
  cohort->options().students_at_once = 2;
  const auto got = Train(one_fails, cohort.get());
  EXPECT_FALSE(got.at("fails").status.ok());
  ExpectSame(got.at("triple"), want.at("triple"));
  ExpectSame(got.at("attention"), want.at("attention"));
}

INSTANTIATE_TEST_SUITE_P(Precisions, CohortTest, ::testing::Values(at::kFloat, at::kBFloat16),
                         [](const auto& info) { return info.param == at::kFloat ? "Float32" : "Bfloat16"; });

// The teacher runs once for those who read padding and once for the others.
TEST_F(CohortTest, WhetherSomebodyReadsPaddingChangesNobodysBits) {
  const auto hidden = [](const std::string& name, const std::string& options) -> TestMember {
    return {
        name,
        "loss { name: \"h\" hidden_mse { mapping { uniform {} } projection: SHARED " + options + " } } " + kOptimizer,
        1, 2};
  };
  const std::vector<TestMember> members = {SevenMembers()[0], hidden("real", ""), hidden("padded", "padding: INCLUDED"),
                                           SevenMembers()[4]};
  const auto together = Train(members);
  for (const TestMember& member : members) {
    SCOPED_TRACE(member.name);
    ExpectSame(together.at(member.name), Train({member}).at(member.name));
  }
  EXPECT_FALSE(together.at("padded").parameters.equal(together.at("real").parameters));
  EXPECT_GT(together.at("padded").progress.student_flops, together.at("real").progress.student_flops);
}

// A member that was killed while the others wrote their checkpoint is one behind.
TEST_F(CohortTest, GoesOnFromTheNewestCheckpointThatAllMembersHave) {
  const std::vector<TestMember> members = SevenMembers();
  const auto in_one_go = Train(members);
  const auto cohort = Make("uneven");
  TrainUntil(6, members, cohort.get());
  std::vector<std::string> folders;
  for (const TestMember& member : members) folders.push_back(cohort->CheckpointFolder(member.name));
  for (const std::string& folder : folders) EXPECT_THAT(ListCheckpoints(folder), ElementsAre(4, 6));
  EXPECT_EQ(NewestCommonCheckpoint(folders), 6);
  std::filesystem::remove(folders[2] + "/step_6.safetensors");
  EXPECT_EQ(NewestCommonCheckpoint(folders), 4);

  Recorder recorder;
  cohort->options().observers = {&recorder};
  const auto resumed = Train(members, cohort.get());
  for (const TestMember& member : members) {
    SCOPED_TRACE(member.name);
    ExpectSame(resumed.at(member.name), in_one_go.at(member.name));
    EXPECT_EQ(recorder.events[member.name].front(), "started at 4");
  }
}

TEST_F(CohortTest, BeginsAnewIfMembersHaveNoCheckpointInCommon) {
  const std::vector<TestMember> members = {SevenMembers()[0], SevenMembers()[4]};
  const auto in_one_go = Train(members);
  const auto cohort = Make("fresh");
  TrainUntil(6, members, cohort.get());
  std::filesystem::remove_all(cohort->CheckpointFolder("gold"));
  EXPECT_EQ(NewestCommonCheckpoint({cohort->CheckpointFolder("gold"), cohort->CheckpointFolder("triple")}), 0);

  // Stopped once more: the checkpoints of before are not in the way of the new ones.
  TrainUntil(3, members, cohort.get());
  EXPECT_EQ(NewestCommonCheckpoint({cohort->CheckpointFolder("gold"), cohort->CheckpointFolder("triple")}), 3);
  const auto resumed = Train(members, cohort.get());
  for (const TestMember& member : members) ExpectSame(resumed.at(member.name), in_one_go.at(member.name));
}

TEST_F(CohortTest, ACheckpointOfAnotherModelIsDataLoss) {
  const auto cohort = Make("other");
  TrainUntil(4, {SevenMembers()[0]}, cohort.get());
  TestMember larger = SevenMembers()[0];
  larger.layers = 3;
  std::vector<CohortMember> made = cohort->Members({larger});
  EXPECT_THAT(TrainCohort(cohort->options(), &made),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(cohort->CheckpointFolder("triple") +
                                                              ": the checkpoint of step 4 is of another model")));
}

TEST_F(CohortTest, ADamagedCheckpointIsDataLoss) {
  const auto cohort = Make("damaged");
  TrainUntil(4, {SevenMembers()[0]}, cohort.get());
  const std::string path = cohort->CheckpointFolder("triple") + "/step_4.safetensors";
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  std::vector<CohortMember> made = cohort->Members({SevenMembers()[0]});
  EXPECT_THAT(TrainCohort(cohort->options(), &made), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)));
}

TEST_F(CohortTest, AMemberWhoseLossIsNotFiniteStopsAlone) {
  std::vector<TestMember> members = SevenMembers();
  const auto without = Train(members);
  TestMember wild = members[0];
  wild.name = "wild";
  wild.stage = kTripleLoss + std::string("adamw { learning_rate: 1e30 } ");
  members.insert(members.begin() + 1, wild);

  Recorder recorder;
  const auto cohort = Make("wild");
  cohort->options().observers = {&recorder};
  const auto with = Train(members, cohort.get());
  EXPECT_THAT(with.at("wild").status, StatusIs(absl::StatusCode::kAborted, HasSubstr("want a finite value, got")));
  EXPECT_FALSE(with.at("wild").parameters.defined());
  EXPECT_LT(with.at("wild").progress.step, kSteps);
  EXPECT_EQ(recorder.events["wild"].back(), "failed");
  EXPECT_EQ(static_cast<int64_t>(recorder.steps["wild"].size()), with.at("wild").progress.step);
  for (const auto& [name, result] : without) {
    SCOPED_TRACE(name);
    ExpectSame(with.at(name), result);
  }
}

TEST_F(CohortTest, AMemberThatMemoryRunsOutForStopsAloneWithWhatWouldHelp) {
  const std::vector<TestMember> members = {SevenMembers()[0], {"failing", testing::kFailingLoss + kOptimizer}};
  ThirdStepFails::out_of_memory = true;
  const auto results = Train(members);
  ThirdStepFails::out_of_memory = false;
  EXPECT_THAT(results.at("failing").status, StatusIs(absl::StatusCode::kResourceExhausted,
                                                     "step 3: gradient: memory ran out (std::bad_alloc); compute a "
                                                     "step in more slices (batch.micro_batches), or train "
                                                     "fewer at once (--only)"));
  ExpectSame(results.at("triple"), Train({members[0]}).at("triple"));
}

TEST_F(CohortTest, AMemberWhoseTermFailsStopsAlone) {
  const std::vector<TestMember> members = {SevenMembers()[0], {"failing", testing::kFailingLoss + kOptimizer}};
  const auto results = Train(members);
  EXPECT_THAT(results.at("failing").status,
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("this batch was to fail")));
  EXPECT_THAT(std::string(results.at("failing").status.message()), HasSubstr("step 3: "));
  EXPECT_FALSE(results.at("failing").parameters.defined());
  EXPECT_EQ(results.at("failing").progress.step, 2);
  ExpectSame(results.at("triple"), Train({members[0]}).at("triple"));
}

TEST_F(CohortTest, EndsWhenNoMemberIsLeft) {
  TestMember wild = SevenMembers()[4];
  wild.stage = "loss { name: \"mlm\" weight: 1e300 masked_lm {} } " + kOptimizer;
  int steps_read = 0;
  const auto cohort = Make("none");
  cohort->options().step_batch = [&](int64_t step) {
    ++steps_read;
    return testing::RandomStep(step);
  };
  EXPECT_FALSE(Train({wild}, cohort.get()).at("gold").status.ok());
  EXPECT_EQ(steps_read, 1);
}

TEST_F(CohortTest, TellsObserversWhatHappens) {
  Recorder recorder;
  const auto cohort = Make("observed");
  cohort->options().total_steps = 5;
  cohort->options().observers = {&recorder};
  const auto results = Train({SevenMembers()[0]}, cohort.get());
  EXPECT_THAT(recorder.events["triple"], ElementsAre("started at 0", "step 1", "step 2", "checkpoint 2", "step 3",
                                                     "step 4", "checkpoint 4", "step 5", "ended"));
  const std::vector<StepRecord>& steps = recorder.steps["triple"];
  ASSERT_EQ(steps.size(), 5u);
  double loss = 0;
  for (const TermValue& term : steps[1].terms) loss += term.weight * term.value;
  EXPECT_DOUBLE_EQ(steps[1].loss, loss);
  EXPECT_EQ(steps[1].terms[2].name, "mlm");
  EXPECT_EQ(steps[1].terms[2].count, 14);
  EXPECT_EQ(steps[1].tokens, 2 * 44);
  EXPECT_GT(steps[1].tokens_per_second, 0);
  EXPECT_DOUBLE_EQ(steps[1].student_flops, 2 * steps[0].student_flops);
  EXPECT_LT(steps[4].loss, steps[0].loss) << "it does not learn";
  EXPECT_EQ(steps[4].total_flops, results.at("triple").progress.total_flops);
}

// The bound is not exact: elementwise work is not counted, and a pass backward is two passes forward.
TEST_F(CohortTest, CountsFloatingPointOperationsOfWhatAMemberReads) {
  const auto results = Train(SevenMembers());
  const Progress& gold = results.at("gold").progress;
  EXPECT_EQ(gold.total_flops, gold.student_flops) << "it has no teacher";
  const Progress &triple = results.at("triple").progress, &masked = results.at("masked").progress,
                 &attention = results.at("attention").progress;
  EXPECT_EQ(masked.student_flops, gold.student_flops);
  EXPECT_GT(triple.student_flops, masked.student_flops) << "it has logits of more rows";
  EXPECT_GT(triple.total_flops - triple.student_flops, masked.total_flops - masked.student_flops);
  EXPECT_GT(masked.total_flops - masked.student_flops, attention.total_flops - attention.student_flops)
      << "attention reads no logits of the teacher";
}

// An observer whose disk is full from a step on.
class FullDisk final : public Recorder {
 public:
  explicit FullDisk(int64_t step) : step_(step) {}
  absl::Status status() const override {
    const auto seen = steps.find("triple");
    const bool full = seen != steps.end() && seen->second.back().step >= step_;
    return full ? absl::ResourceExhaustedError("no room for the log") : absl::OkStatus();
  }

 private:
  const int64_t step_;
};

TEST_F(CohortTest, EndsWithAnObserversErrorBeforeACheckpointOfWhatItMissed) {
  const auto cohort = Make("full");
  FullDisk observer(4);
  cohort->options().observers = {&observer};
  std::vector<CohortMember> made = cohort->Members({SevenMembers()[0]});
  EXPECT_THAT(TrainCohort(cohort->options(), &made),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("no room for the log")));
  EXPECT_THAT(ListCheckpoints(cohort->CheckpointFolder("triple")), ElementsAre(2));
}

TEST(NewestCommonCheckpoint, IsZeroWithoutFolders) {
  EXPECT_EQ(NewestCommonCheckpoint({}), 0);
  EXPECT_EQ(NewestCommonCheckpoint({::testing::TempDir() + "/no_such_folder"}), 0);
}

}  // namespace
}  // namespace retort
