#include "framework/train/collective.h"

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/tensor.h"
#include "framework/loss/loss_term.h"
#include "framework/testing/matchers.h"
#include "framework/train/cohort.h"
#include "framework/train/test_collective.h"
#include "framework/train/test_training.h"
#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::kTripleLoss;
using testing::RunRanks;
using testing::StatusIs;
using testing::TestCohort;
using testing::TestMember;

constexpr int64_t kSteps = 6;

TEST(SoleRank, SaysWhatItIsTold) {
  at::Tensor tensor = at::tensor({1.0, 2.0}, at::kDouble);
  SoleRank()->Sum(&tensor);
  EXPECT_TRUE(tensor.equal(at::tensor({1.0, 2.0}, at::kDouble)));
  EXPECT_TRUE(SoleRank()->Agree(true));
  EXPECT_FALSE(SoleRank()->Agree(false));
  EXPECT_THAT(AgreedStatus(SoleRank(), absl::NotFoundError("a")), StatusIs(absl::StatusCode::kNotFound, "a"));
  EXPECT_EQ(OfFirstRank(SoleRank(), 7), 7);
}

// In float32, (2^30 + 1) - 2^30 is 0, while the other orders give 1.
TEST(Collective, SumsInTheOrderOfRanks) {
  const std::vector<float> values = {1073741824.0f, 1.0f, -1073741824.0f};
  RunRanks(3, [&](Collective* ranks) {
    at::Tensor tensor = at::tensor({values[ranks->rank()]});
    ranks->Sum(&tensor);
    EXPECT_EQ(tensor.item<float>(), 0);
  });
}

TEST(Collective, AgreesOnWhatAnyRankSays) {
  RunRanks(3, [](Collective* ranks) {
    EXPECT_TRUE(ranks->Agree(ranks->rank() == 1));
    EXPECT_FALSE(ranks->Agree(false));
    EXPECT_EQ(OfFirstRank(ranks, 10 + ranks->rank()), 10);
  });
}

TEST(Collective, AnErrorOfOneRankIsAnErrorOfAll) {
  std::atomic<int> writes{0};
  RunRanks(3, [&](Collective* ranks) {
    EXPECT_THAT(AgreedStatus(ranks, absl::OkStatus()), IsOk());
    const absl::Status status =
        AgreedStatus(ranks, ranks->rank() == 1 ? absl::NotFoundError("no such file") : absl::OkStatus());
    EXPECT_EQ(status, ranks->rank() == 1 ? absl::NotFoundError("no such file")
                                         : absl::AbortedError("another rank failed, and says why"));
    EXPECT_THAT(
        OnFirstRank(ranks,
                    [&] {
                      ++writes;
                      return absl::ResourceExhaustedError("disk full");
                    }),
        StatusIs(ranks->rank() == 0 ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kAborted, ::testing::_));
  });
  EXPECT_EQ(writes, 1);
}

// The second half of the third step: the sequences of rank 1 of two.
struct SecondRankFails {
  static bool Fails(const Batch& batch) { return batch.epoch == 2 && batch.masks.lengths.front() == 7; }
};
using SecondRankLoss = testing::FailingLoss<SecondRankFails>;
RETORT_REGISTER_LOSS_TERM(SecondRankLoss, google::protobuf::Empty);

const std::string kOptimizer = "adamw { learning_rate: 0.01 weight_decay: 0.1 } clip_norm: 5 ";

const TestMember kHidden = {
    "hidden", "loss { name: \"hidden\" hidden_mse { mapping { uniform {} } projection: SHARED } } " + kOptimizer, 2, 1};
// The trained parameters get their gradients once per micro-batch.
const TestMember kFrozen = {"frozen", kTripleLoss + kOptimizer + "freeze: \"word_embeddings\" ", 2, 2};
const TestMember kTriple = {"triple", kTripleLoss + kOptimizer, 2, 3};
const TestMember kFailing = {"failing", testing::kFailingLoss + kOptimizer, 1, 1};

// Counts, stops after a step, or fails after one.
class Recorder : public Observer {
 public:
  void StageStarted(const StageId& id, const StageOutline& plan) override {
    events.push_back(id.variant + " started at " + std::to_string(plan.first_step));
  }
  void StepDone(const StageId&, const StepRecord& record) override {
    steps.push_back(record);
    if (record.step == stop_after) stop = true;
  }
  void StageEnded(const StageId& id, const absl::Status& status) override {
    events.push_back(id.variant + (status.ok() ? " ended" : " failed"));
  }
  absl::Status status() const override {
    return !steps.empty() && steps.back().step == fail_after ? absl::DataLossError("disk full") : absl::OkStatus();
  }

  std::vector<std::string> events;
  std::vector<StepRecord> steps;
  int64_t stop_after = 0, fail_after = 0;
  std::atomic<bool> stop{false};
};

// What became of one rank.
struct Outcome {
  absl::Status status;
  std::vector<MemberResult> members;
  Recorder recorder;
};

class RanksTest : public ::testing::Test {
 protected:
  RanksTest() : root_(::testing::TempDir() + "/ranks") { std::filesystem::remove_all(root_); }

  // Trains on `size` ranks with as many micro-batches as given. Checkpoints stay in `folder`.
  std::vector<std::unique_ptr<Outcome>> Train(int size, int micro_batches, const std::vector<TestMember>& members,
                                              const std::string& folder,
                                              const std::function<void(int, Recorder*)>& prepare = nullptr) {
    std::vector<std::unique_ptr<TestCohort>> cohorts;
    std::vector<std::vector<CohortMember>> made;
    std::vector<std::unique_ptr<Outcome>> outcomes;
    for (int rank = 0; rank < size; ++rank) {
      outcomes.push_back(std::make_unique<Outcome>());
      cohorts.push_back(std::make_unique<TestCohort>(root_ + "/" + folder));
      CohortOptions& options = cohorts.back()->options();
      options.total_steps = kSteps;
      options.checkpoint_steps = 2;
      options.micro_batches = micro_batches;
      options.row_chunk = 64;  // All rows of a micro-batch.
      options.observers = {&outcomes.back()->recorder};
      options.stop = &outcomes.back()->recorder.stop;
      if (prepare) prepare(rank, &outcomes.back()->recorder);
      made.push_back(cohorts.back()->Members(members));
    }
    RunRanks(size, [&](Collective* ranks) {
      CohortOptions& options = cohorts[ranks->rank()]->options();
      options.ranks = ranks;
      auto results = TrainCohort(options, &made[ranks->rank()]);
      Outcome& outcome = *outcomes[ranks->rank()];
      outcome.status = results.status();
      if (results.ok()) outcome.members = *std::move(results);
      for (MemberResult& member : outcome.members) {
        if (member.parameters.defined()) member.parameters = member.parameters.detach().clone();
      }
    });
    return outcomes;
  }

  const std::string root_;
};

void ExpectSame(const MemberResult& got, const MemberResult& want) {
  ASSERT_THAT(got.status, IsOk());
  EXPECT_TRUE(got.parameters.equal(want.parameters));
  EXPECT_EQ(got.progress.step, want.progress.step);
  EXPECT_EQ(got.progress.tokens, want.progress.tokens);
  EXPECT_EQ(got.progress.student_flops, want.progress.student_flops);
  EXPECT_EQ(got.progress.total_flops, want.progress.total_flops);
}

TEST_F(RanksTest, TwoHaveTheBitsOfOneWithTheSameMicroBatches) {
  const auto one = Train(1, 2, {kHidden, kFrozen}, "one");
  const auto two = Train(2, 2, {kHidden, kFrozen}, "two");
  for (const auto& rank : two) {
    ASSERT_THAT(rank->status, IsOk());
    for (size_t i = 0; i < 2; ++i) ExpectSame(rank->members[i], one[0]->members[i]);
  }
  ASSERT_EQ(two[0]->recorder.steps.size(), one[0]->recorder.steps.size());
  for (size_t i = 0; i < one[0]->recorder.steps.size(); ++i) {
    EXPECT_EQ(two[0]->recorder.steps[i].loss, one[0]->recorder.steps[i].loss);
    EXPECT_EQ(two[0]->recorder.steps[i].gradient_norm, one[0]->recorder.steps[i].gradient_norm);
  }
}

// Three ranks take 2, 1 and 1 of four micro-batches: the same sums, in another order.
TEST_F(RanksTest, AnyNumberOfThemTrainsAsOne) {
  const auto one = Train(1, 4, {kTriple}, "one");
  const auto three = Train(3, 4, {kTriple}, "three");
  for (const auto& rank : three) {
    ASSERT_THAT(rank->status, IsOk());
    EXPECT_TRUE(rank->members[0].parameters.equal(three[0]->members[0].parameters));
  }
  const StepRecord &got = three[0]->recorder.steps[0], &want = one[0]->recorder.steps[0];
  EXPECT_NEAR(got.loss, want.loss, 1e-6 * want.loss);
  EXPECT_NEAR(got.gradient_norm, want.gradient_norm, 1e-5 * want.gradient_norm);
  EXPECT_EQ(three[0]->members[0].progress.student_flops, one[0]->members[0].progress.student_flops);
}

TEST_F(RanksTest, OnlyTheFirstIsObserved) {
  const auto two = Train(2, 2, {kHidden}, "two");
  EXPECT_THAT(two[0]->recorder.events, ElementsAre("hidden started at 0", "hidden ended"));
  EXPECT_THAT(two[1]->recorder.events, IsEmpty());
  EXPECT_THAT(two[1]->recorder.steps, IsEmpty());
}

TEST_F(RanksTest, ATermThatFailsOnOneEndsItsMemberOnAll) {
  const auto one = Train(1, 2, {kHidden}, "one");
  const auto two = Train(2, 2, {kFailing, kHidden}, "two");
  EXPECT_THAT(two[0]->members[0].status, StatusIs(absl::StatusCode::kAborted, HasSubstr("another rank failed")));
  EXPECT_THAT(two[1]->members[0].status,
              StatusIs(absl::StatusCode::kFailedPrecondition, "step 3: this batch was to fail"));
  for (const auto& rank : two) ExpectSame(rank->members[1], one[0]->members[0]);
}

TEST_F(RanksTest, AStopOfOneStopsAllAndTheyGoOnWithTheSameBits) {
  const auto in_one_go = Train(2, 2, {kHidden}, "one_go");
  const auto stopped = Train(2, 2, {kHidden}, "stopped", [](int, Recorder* recorder) { recorder->stop_after = 3; });
  for (const auto& rank : stopped) {
    EXPECT_THAT(rank->status, StatusIs(absl::StatusCode::kCancelled, "interrupted after step 3"));
  }
  const auto resumed = Train(2, 2, {kHidden}, "stopped");
  EXPECT_EQ(resumed[0]->recorder.events.front(), "hidden started at 3");
  for (const auto& rank : resumed) ExpectSame(rank->members[0], in_one_go[0]->members[0]);
}

TEST_F(RanksTest, WhatAnObserverReportsEndsAll) {
  const auto two = Train(2, 2, {kHidden}, "two", [](int, Recorder* recorder) { recorder->fail_after = 2; });
  EXPECT_THAT(two[0]->status, StatusIs(absl::StatusCode::kDataLoss, "disk full"));
  EXPECT_THAT(two[1]->status, StatusIs(absl::StatusCode::kAborted, HasSubstr("another rank failed")));
}

}  // namespace
}  // namespace retort
