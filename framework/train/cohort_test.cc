#include "framework/train/cohort.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "framework/train/test_training.h"
#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::kTripleLoss;
using testing::StatusIs;
using testing::TestCohort;
using testing::TestMember;

const std::string kOptimizer = "adamw { learning_rate: 0.01 weight_decay: 0.1 } linear { warmup: 0.25 } clip_norm: 5 ";
constexpr int64_t kSteps = 8;

struct ThirdStepFails {
  static bool Fails(const Batch& batch) { return batch.epoch == 2; }
};
using ThirdStepLoss = testing::FailingLoss<ThirdStepFails>;
RETORT_REGISTER_LOSS_TERM(ThirdStepLoss, google::protobuf::Empty);

// Six members that differ in what they read of the teacher and in size; all steps are alike.
std::vector<TestMember> SixMembers() {
  const std::string mlm = "loss { name: \"mlm\" masked_lm {} } ";
  return {
      {"triple", kTripleLoss + kOptimizer, 2, 1},
      {"masked", "loss { name: \"ce\" soft_targets { temperature: 3 rows: LABELLED } } " + mlm + kOptimizer, 2, 1},
      {"hidden",
       "loss { name: \"hidden\" hidden_mse { mapping { uniform {} } embeddings: true projection: SHARED } } " +
           kOptimizer,
       1, 2},
      {"attention", "loss { name: \"attention\" attention_mse { mapping { top {} } } } " + mlm + kOptimizer, 3, 1},
      {"gold", mlm + kOptimizer, 2, 3},
      {"frozen", kTripleLoss + kOptimizer + "freeze: \"word_embeddings\" normalization: PER_MICRO_BATCH ", 2, 1},
  };
}

// What observers saw, and a stop after a number of steps.
class Recorder : public Observer {
 public:
  void StageStarted(const StageId& id, const StageOutline& plan) override {
    events[id.variant].push_back("started at " + std::to_string(plan.first_step));
  }
  void StepDone(const StageId& id, const StepRecord& record) override {
    events[id.variant].push_back("step " + std::to_string(record.step));
    steps[id.variant].push_back(record);
    if (record.step == stop_after) stop = true;
  }
  void Evaluated(const StageId& id, const EvaluationRecord& record) override {
    events[id.variant].push_back("evaluated " + std::to_string(record.step));
  }
  void Checkpointed(const StageId& id, int64_t step) override {
    events[id.variant].push_back("checkpoint " + std::to_string(step));
  }
  void StageEnded(const StageId& id, const absl::Status& status) override {
    events[id.variant].push_back(status.ok() ? "ended" : "failed");
  }

  std::map<std::string, std::vector<std::string>> events;
  std::map<std::string, std::vector<StepRecord>> steps;
  int64_t stop_after = 0;
  std::atomic<bool> stop{false};
};

class CohortTest : public ::testing::TestWithParam<c10::ScalarType> {
 protected:
  CohortTest() : root_(::testing::TempDir() + "/cohort") { std::filesystem::remove_all(root_); }

  c10::ScalarType precision() const { return HasParam() ? GetParam() : at::kFloat; }
  static bool HasParam() { return ::testing::UnitTest::GetInstance()->current_test_info()->value_param() != nullptr; }

  // A cohort of kSteps steps with a folder of its own.
  std::unique_ptr<TestCohort> Make(const std::string& folder) const {
    auto cohort = std::make_unique<TestCohort>(root_ + "/" + folder, precision());
    cohort->options().total_steps = kSteps;
    cohort->options().checkpoint_steps = 2;
    return cohort;
  }

  // Trains members in one go, from their beginning, in a folder that no other call uses.
  std::map<std::string, MemberResult> Train(const std::vector<TestMember>& members) {
    return Train(members, Make("train" + std::to_string(runs_++)).get());
  }

  std::map<std::string, MemberResult> Train(const std::vector<TestMember>& members, TestCohort* cohort) {
    std::vector<CohortMember> made = cohort->Members(members);
    const auto results = TrainCohort(cohort->options(), &made);
    EXPECT_THAT(results, IsOk());
    std::map<std::string, MemberResult> by_name;
    for (size_t i = 0; results.ok() && i < members.size(); ++i) {
      MemberResult result = (*results)[i];
      // The tensor may be the student's own, which ends with this call.
      if (result.parameters.defined()) result.parameters = result.parameters.detach().clone();
      by_name[members[i].name] = result;
    }
    return by_name;
  }

  // Trains until the observer stops it.
  void TrainUntil(int64_t step, const std::vector<TestMember>& members, TestCohort* cohort) {
    Recorder recorder;
    recorder.stop_after = step;
    cohort->options().observers = {&recorder};
    cohort->options().stop = &recorder.stop;
    std::vector<CohortMember> made = cohort->Members(members);
    EXPECT_THAT(TrainCohort(cohort->options(), &made),
                StatusIs(absl::StatusCode::kCancelled, HasSubstr("interrupted after step " + std::to_string(step))));
    cohort->options().observers.clear();
    cohort->options().stop = nullptr;
  }

  const std::string root_;
  int runs_ = 0;
};

void ExpectSame(const MemberResult& got, const MemberResult& want) {
  ASSERT_THAT(got.status, IsOk());
  ASSERT_THAT(want.status, IsOk());
  EXPECT_TRUE(got.parameters.equal(want.parameters));
  EXPECT_EQ(got.progress.step, want.progress.step);
  EXPECT_EQ(got.progress.tokens, want.progress.tokens);
  EXPECT_EQ(got.progress.student_flops, want.progress.student_flops);
  EXPECT_EQ(got.progress.total_flops, want.progress.total_flops);
  EXPECT_EQ(got.progress.best_value, want.progress.best_value);
  EXPECT_EQ(got.progress.best_step, want.progress.best_step);
}

TEST_P(CohortTest, AMemberHasTheSameBitsInACohortAndAlone) {
  const std::vector<TestMember> members = SixMembers();
  const auto together = Train(members);
  for (const TestMember& member : members) {
    SCOPED_TRACE(member.name);
    ExpectSame(together.at(member.name), Train({member}).at(member.name));
  }
  EXPECT_FALSE(together.at("triple").parameters.equal(together.at("frozen").parameters));
  EXPECT_EQ(together.at("triple").progress.step, kSteps);
  EXPECT_EQ(together.at("triple").progress.tokens, kSteps * 44);
}

TEST_P(CohortTest, StoppedAndResumedHasTheSameBitsAsInOneGo) {
  const std::vector<TestMember> members = SixMembers();
  const auto in_one_go = Train(members);
  const auto cohort = Make("stopped");
  TrainUntil(3, members, cohort.get());  // Between two checkpoints.
  TrainUntil(6, members, cohort.get());  // At a checkpoint.
  Recorder recorder;
  cohort->options().observers = {&recorder};
  const auto resumed = Train(members, cohort.get());
  for (const TestMember& member : members) {
    SCOPED_TRACE(member.name);
    ExpectSame(resumed.at(member.name), in_one_go.at(member.name));
    EXPECT_THAT(recorder.events[member.name], ElementsAre("started at 6", "step 7", "step 8", "ended"));
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, CohortTest, ::testing::Values(at::kFloat, at::kBFloat16),
                         [](const auto& info) { return info.param == at::kFloat ? "Float32" : "Bfloat16"; });

// A member that was killed while the others wrote their checkpoint is one behind.
TEST_F(CohortTest, GoesOnFromTheNewestCheckpointThatAllMembersHave) {
  const std::vector<TestMember> members = SixMembers();
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
  const std::vector<TestMember> members = {SixMembers()[0], SixMembers()[4]};
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
  TrainUntil(4, {SixMembers()[0]}, cohort.get());
  TestMember larger = SixMembers()[0];
  larger.layers = 3;
  std::vector<CohortMember> made = cohort->Members({larger});
  EXPECT_THAT(TrainCohort(cohort->options(), &made),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(cohort->CheckpointFolder("triple") +
                                                              ": the checkpoint of step 4 is of another model")));
}

TEST_F(CohortTest, ADamagedCheckpointIsDataLoss) {
  const auto cohort = Make("damaged");
  TrainUntil(4, {SixMembers()[0]}, cohort.get());
  const std::string path = cohort->CheckpointFolder("triple") + "/step_4.safetensors";
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  std::vector<CohortMember> made = cohort->Members({SixMembers()[0]});
  EXPECT_THAT(TrainCohort(cohort->options(), &made), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)));
}

TEST_F(CohortTest, AMemberWhoseLossIsNotFiniteStopsAlone) {
  std::vector<TestMember> members = SixMembers();
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

TEST_F(CohortTest, AMemberWhoseTermFailsStopsAlone) {
  const std::vector<TestMember> members = {SixMembers()[0], {"failing", testing::kFailingLoss + kOptimizer}};
  const auto results = Train(members);
  EXPECT_THAT(results.at("failing").status,
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("this batch was to fail")));
  EXPECT_THAT(std::string(results.at("failing").status.message()), HasSubstr("step 3: "));
  EXPECT_FALSE(results.at("failing").parameters.defined());
  EXPECT_EQ(results.at("failing").progress.step, 2);
  ExpectSame(results.at("triple"), Train({members[0]}).at("triple"));
}

TEST_F(CohortTest, EndsWhenNoMemberIsLeft) {
  TestMember wild = SixMembers()[4];
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
  const auto results = Train({SixMembers()[0]}, cohort.get());
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
  const auto results = Train(SixMembers());
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

// An evaluator that gives out a list of made-up numbers, one by one; the same for all members.
CohortEvaluator Scripted(const std::string& metric, std::vector<double> values, int64_t* evaluations) {
  return [=](const std::vector<const CohortMember*>& members) {
    std::map<std::string, double> metrics{{metric, values.at((*evaluations)++)}, {"other", 1}};
    return absl::StatusOr<std::vector<std::map<std::string, double>>>(
        std::vector<std::map<std::string, double>>(members.size(), metrics));
  };
}

MetricSpecs TwoMetrics() {
  return {{"masked_lm/cross_entropy", "cross-entropy", Nats(), Better::kLower},
          {"masked_lm/accuracy", "accuracy", Percent(), Better::kHigher}};
}

TestMember KeepsBest(const std::string& metric) {
  return {"best", kTripleLoss + kOptimizer + "keep { best { metric: \"" + metric + "\" } }", 2, 1};
}

// The parameters after a number of steps of the whole training.
at::Tensor After(int64_t steps, const TestMember& member, const std::string& folder) {
  TestCohort cohort(folder);
  cohort.options().total_steps = kSteps;
  cohort.options().checkpoint_steps = 1;
  std::vector<CohortMember> made = cohort.Members({member});
  Recorder recorder;
  recorder.stop_after = steps;
  cohort.options().observers = {&recorder};
  cohort.options().stop = &recorder.stop;
  const auto ignored = TrainCohort(cohort.options(), &made);
  return LoadCheckpoint(cohort.CheckpointFolder(member.name), steps)->state.parameters;
}

TEST_F(CohortTest, KeepsTheBestOfAMetric) {
  const std::vector<double> values = {5, 3, 4, 3.5};
  for (const auto& [metric, best_step] :
       {std::pair(std::string("masked_lm/cross_entropy"), 4), std::pair(std::string("masked_lm/accuracy"), 2)}) {
    SCOPED_TRACE(metric);
    int64_t evaluations = 0;
    const TestMember member = KeepsBest(metric);
    const auto cohort = Make("keep" + std::to_string(best_step));
    cohort->options().evaluate = Scripted(metric, values, &evaluations);
    cohort->options().evaluate_every_steps = 2;
    cohort->options().metrics = TwoMetrics();
    const MemberResult result = Train({member}, cohort.get()).at("best");
    ASSERT_THAT(result.status, IsOk());
    EXPECT_EQ(evaluations, 4);
    EXPECT_EQ(result.progress.best_step, best_step);
    EXPECT_EQ(result.progress.best_value, values[best_step / 2 - 1]);
    EXPECT_TRUE(result.parameters.equal(After(best_step, member, root_ + "/after" + std::to_string(best_step))));
  }
}

TEST_F(CohortTest, RemembersTheBestWhenResumed) {
  int64_t evaluations = 0;
  const auto cohort = Make("remember");
  cohort->options().evaluate = Scripted("masked_lm/cross_entropy", {5, 3, 4, 3.5}, &evaluations);
  cohort->options().metrics = TwoMetrics();
  cohort->options().evaluate_every_steps = 2;
  const TestMember member = KeepsBest("masked_lm/cross_entropy");
  TrainUntil(6, {member}, cohort.get());
  const MemberResult result = Train({member}, cohort.get()).at("best");
  EXPECT_EQ(evaluations, 4);
  EXPECT_EQ(result.progress.best_step, 4);
  EXPECT_EQ(result.progress.best_value, 3);
  EXPECT_TRUE(result.parameters.equal(After(4, member, root_ + "/after")));
}

TEST_F(CohortTest, AMetricThatIsNotANumberIsNeverTheBest) {
  int64_t evaluations = 0;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto cohort = Make("nan");
  cohort->options().evaluate = Scripted("masked_lm/cross_entropy", {nan, 3, nan, 4}, &evaluations);
  cohort->options().metrics = TwoMetrics();
  cohort->options().evaluate_every_steps = 2;
  const MemberResult result = Train({KeepsBest("masked_lm/cross_entropy")}, cohort.get()).at("best");
  EXPECT_EQ(result.progress.best_step, 4);
  EXPECT_EQ(result.progress.best_value, 3);
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
  std::vector<CohortMember> made = cohort->Members({SixMembers()[0]});
  EXPECT_THAT(TrainCohort(cohort->options(), &made),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("no room for the log")));
  EXPECT_THAT(ListCheckpoints(cohort->CheckpointFolder("triple")), ElementsAre(2));
}

TEST_F(CohortTest, AnUnknownMetricNamesTheKnownOnes) {
  int64_t evaluations = 0;
  const auto cohort = Make("unknown");
  cohort->options().evaluate = Scripted("masked_lm/accuracy", {1}, &evaluations);
  cohort->options().evaluate_every_steps = 1;
  std::vector<CohortMember> made = cohort->Members({KeepsBest("masked_lm/perplexity")});
  EXPECT_THAT(
      TrainCohort(cohort->options(), &made),
      IsInvalidArgument("keep.best.metric: want one of masked_lm/accuracy, other, got \"masked_lm/perplexity\""));
}

TEST_F(CohortTest, EvaluatesEverySoManyTokensAndAtTheEnd) {
  int64_t evaluations = 0;
  Recorder recorder;
  const auto cohort = Make("tokens");
  cohort->options().observers = {&recorder};
  cohort->options().evaluate = Scripted("x", std::vector<double>(10, 1), &evaluations);
  cohort->options().evaluate_every_tokens = 100;  // 44 a step: after steps 3, 5, 7; and 8 is the last.
  Train({SixMembers()[0]}, cohort.get());
  std::vector<std::string> evaluated;
  for (const std::string& event : recorder.events["triple"]) {
    if (event.rfind("evaluated", 0) == 0) evaluated.push_back(event);
  }
  EXPECT_THAT(evaluated, ElementsAre("evaluated 3", "evaluated 5", "evaluated 7", "evaluated 8"));
}

TEST(NewestCommonCheckpoint, IsZeroWithoutFolders) {
  EXPECT_EQ(NewestCommonCheckpoint({}), 0);
  EXPECT_EQ(NewestCommonCheckpoint({::testing::TempDir() + "/no_such_folder"}), 0);
}

}  // namespace
}  // namespace retort
