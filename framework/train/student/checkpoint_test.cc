#include "framework/train/student/checkpoint.h"

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "absl/strings/match.h"
#include "framework/base/file.h"
#include "framework/model/files/safetensors.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::RandomTensor;
using testing::StatusIs;

constexpr int64_t kParameters = 48;

Checkpoint RandomCheckpoint(int64_t step) {
  Checkpoint checkpoint;
  checkpoint.progress.step = step;
  checkpoint.progress.tokens = 100 * step;
  checkpoint.state.parameters = RandomTensor({kParameters}, 10 * step, at::kFloat);
  checkpoint.state.first_moment = RandomTensor({kParameters}, 10 * step + 1, at::kFloat);
  checkpoint.state.second_moment = RandomTensor({kParameters}, 10 * step + 2, at::kFloat);
  return checkpoint;
}

uint64_t Bits(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

class CheckpointFolder : public ::testing::Test {
 protected:
  CheckpointFolder()
      : folder_(::testing::TempDir() + "/" + ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
  }

  std::string Path(int64_t step) const { return folder_ + "/step_" + std::to_string(step) + ".safetensors"; }

  void Save(int64_t step) const { ASSERT_THAT(SaveCheckpoint(folder_, RandomCheckpoint(step)), IsOk()); }

  // Puts tensors in place of a checkpoint.
  void Write(int64_t step, const std::vector<std::pair<std::string, at::Tensor>>& tensors,
             const std::map<std::string, std::string>& metadata) const {
    ASSERT_THAT(MakeDirectories(folder_), IsOk());
    ASSERT_THAT(WriteSafetensors(Path(step), tensors, metadata), IsOk());
  }

  const std::string folder_;
};

TEST_F(CheckpointFolder, ComesBackWithTheSameBits) {
  for (const double number : {0.1, 1e300, -0.0, 3e-310, std::numeric_limits<double>::denorm_min(), 1.0 / 3}) {
    Checkpoint saved = RandomCheckpoint(7);
    saved.progress.tokens = int64_t{1} << 60;
    saved.progress.student_flops = number;
    saved.progress.total_flops = -number;
    saved.progress.best_value = number;
    saved.progress.best_step = 5;
    saved.progress.evaluations_since_best = 3;
    saved.progress.evaluation_due = number == 0.1;
    saved.best_parameters = RandomTensor({kParameters}, 3, at::kFloat);
    saved.state.parameters[0] = -0.0;
    saved.state.parameters[1] = 1e-42;  // Subnormal.
    ASSERT_THAT(SaveCheckpoint(folder_, saved), IsOk());

    const auto loaded = LoadCheckpoint(folder_, 7);
    ASSERT_THAT(loaded, IsOk());
    EXPECT_EQ(loaded->progress.step, 7);
    EXPECT_EQ(loaded->progress.tokens, int64_t{1} << 60);
    EXPECT_EQ(Bits(loaded->progress.student_flops), Bits(number));
    EXPECT_EQ(Bits(loaded->progress.total_flops), Bits(-number));
    ASSERT_TRUE(loaded->progress.best_value.has_value());
    EXPECT_EQ(Bits(*loaded->progress.best_value), Bits(number));
    EXPECT_EQ(loaded->progress.best_step, 5);
    EXPECT_EQ(loaded->progress.evaluations_since_best, 3);
    EXPECT_EQ(loaded->progress.evaluation_due, number == 0.1);
    for (const auto& [got, want] : {std::pair(loaded->state.parameters, saved.state.parameters),
                                    std::pair(loaded->state.first_moment, saved.state.first_moment),
                                    std::pair(loaded->state.second_moment, saved.state.second_moment),
                                    std::pair(loaded->best_parameters, saved.best_parameters)}) {
      ASSERT_EQ(got.numel(), kParameters);
      EXPECT_EQ(got.scalar_type(), at::kFloat);
      EXPECT_EQ(std::memcmp(got.data_ptr(), want.data_ptr(), kParameters * sizeof(float)), 0);
    }
  }
}

TEST_F(CheckpointFolder, HasNoBestBeforeTheFirstEvaluation) {
  Save(3);
  const auto loaded = LoadCheckpoint(folder_, 3);
  ASSERT_THAT(loaded, IsOk());
  EXPECT_FALSE(loaded->progress.best_value.has_value());
  EXPECT_FALSE(loaded->best_parameters.defined());
}

TEST_F(CheckpointFolder, KeepsTwoGenerations) {
  EXPECT_THAT(ListCheckpoints(folder_), IsEmpty());
  Save(9);
  EXPECT_THAT(ListCheckpoints(folder_), ElementsAre(9));
  Save(10);
  EXPECT_THAT(ListCheckpoints(folder_), ElementsAre(9, 10));
  Save(100);
  EXPECT_THAT(ListCheckpoints(folder_), ElementsAre(10, 100)) << "in the order of numbers, not of names";
  EXPECT_THAT(LoadCheckpoint(folder_, 10), IsOk());
}

// A cohort went back to a step that all of its members had: what this one has beyond that is in the way.
TEST_F(CheckpointFolder, ANewCheckpointStaysBesideNewerOnes) {
  for (int64_t step : {8, 12}) Save(step);
  Save(4);
  EXPECT_THAT(ListCheckpoints(folder_), ElementsAre(4));
  Save(6);
  EXPECT_THAT(ListCheckpoints(folder_), ElementsAre(4, 6));
}

TEST_F(CheckpointFolder, SavingAgainReplaces) {
  Save(4);
  Checkpoint other = RandomCheckpoint(4);
  other.state.parameters = other.state.parameters + 1;
  ASSERT_THAT(SaveCheckpoint(folder_, other), IsOk());
  EXPECT_TRUE(LoadCheckpoint(folder_, 4)->state.parameters.equal(other.state.parameters));
}

TEST_F(CheckpointFolder, PassesOverOtherFiles) {
  Save(4);
  for (const char* name : {"/step_x.safetensors", "/step_7.safetensors.tmp", "/notes.txt", "/step_5"}) {
    ASSERT_THAT(AtomicWriteFile(folder_ + name, "x"), IsOk());
  }
  EXPECT_THAT(ListCheckpoints(folder_), ElementsAre(4));
}

TEST_F(CheckpointFolder, ErrorsNameThePath) {
  Save(4);
  EXPECT_THAT(LoadCheckpoint(folder_, 5), StatusIs(absl::StatusCode::kNotFound, HasSubstr(Path(5))));

  const std::string file = folder_ + "/file";
  ASSERT_THAT(AtomicWriteFile(file, "x"), IsOk());
  EXPECT_FALSE(SaveCheckpoint(file, RandomCheckpoint(1)).ok());
  EXPECT_TRUE(absl::StrContains(SaveCheckpoint(file, RandomCheckpoint(1)).message(), file));
}

TEST_F(CheckpointFolder, ADamagedFileIsDataLoss) {
  Save(4);
  const auto whole = ReadFile(Path(4));
  ASSERT_THAT(whole, IsOk());
  std::string header = *whole;
  header[10] = '\xff';
  for (const std::string& damaged : {whole->substr(0, whole->size() - 1), whole->substr(0, 40), whole->substr(0, 4),
                                     std::string(), header, *whole + "x"}) {
    ASSERT_THAT(AtomicWriteFile(Path(4), damaged), IsOk());
    EXPECT_THAT(LoadCheckpoint(folder_, 4), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(Path(4))))
        << damaged.size() << " of " << whole->size() << " bytes";
  }
}

TEST_F(CheckpointFolder, AForeignFileIsDataLoss) {
  const at::Tensor values = RandomTensor({kParameters}, 1, at::kFloat);
  const auto is_foreign = [&](const std::string& why) {
    return StatusIs(absl::StatusCode::kDataLoss, AllOf(HasSubstr(Path(4)), HasSubstr(why)));
  };
  Write(4, {{"parameters", values}}, {});
  EXPECT_THAT(LoadCheckpoint(folder_, 4), is_foreign("not a checkpoint: there is no step"));
  const std::map<std::string, std::string> progress = {{"step", "4"}, {"tokens", "400"}};
  Write(4, {{"parameters", values}, {"first_moment", values}}, progress);
  EXPECT_THAT(LoadCheckpoint(folder_, 4), is_foreign("second_moment"));
  Write(4, {{"parameters", values}, {"first_moment", values}, {"second_moment", values.slice(0, 0, 5).clone()}},
        progress);
  EXPECT_THAT(LoadCheckpoint(folder_, 4), is_foreign("second_moment"));
  Write(4, {{"parameters", values}, {"first_moment", values.to(at::kDouble)}, {"second_moment", values}}, progress);
  EXPECT_THAT(LoadCheckpoint(folder_, 4), is_foreign("first_moment"));
  Write(6, {{"parameters", values}, {"first_moment", values}, {"second_moment", values}}, progress);
  EXPECT_THAT(LoadCheckpoint(folder_, 6),
              StatusIs(absl::StatusCode::kDataLoss, AllOf(HasSubstr(Path(6)), HasSubstr("want step 6, got 4"))));
}

}  // namespace
}  // namespace retort
