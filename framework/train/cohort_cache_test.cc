// Students have the same bits whether what their teacher gives is computed, written or read.

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "framework/testing/matchers.h"
#include "framework/train/cohort.h"
#include "framework/train/teacher_cache/teacher_cache.h"
#include "framework/train/test_cohort.h"
#include "framework/train/test_training.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::ExpectSame;
using testing::kOptimizer;
using testing::kSteps;
using testing::kTripleLoss;
using testing::SevenMembers;
using testing::TestCohort;
using testing::TestMember;

using Results = std::map<std::string, MemberResult>;

// Losses that read the teacher's padding, as TinyBERT's code does.
TestMember Padded() {
  return {"padded",
          "loss { name: \"hidden\" hidden_mse { mapping { uniform {} } padding: INCLUDED } } "
          "loss { name: \"attention\" attention_mse { mapping { top {} } padding: INCLUDED } } " +
              kOptimizer,
          2, 1};
}

class CohortCacheTest : public testing::CohortTest {
 protected:
  // A cache in the test's folder, for the cohort's teacher.
  std::unique_ptr<TeacherCache> Cache(bool writes, TestCohort* cohort) const {
    auto cache = std::make_unique<TeacherCache>(TeacherCache::Options{root_ + "/teacher_cache", writes, 1e9, {}},
                                                cohort->options().teacher.encoder->config(), precision());
    cohort->options().teacher.cache = cache.get();
    return cache;
  }

  // Trains with the cache, and expects so many answers of the teacher to be read of it and the others to be computed.
  Results TrainWithCache(const std::vector<TestMember>& members, bool writes, int64_t read,
                         int64_t answers = kMicroBatches) {
    const std::unique_ptr<TestCohort> cohort = Make("cached" + std::to_string(runs_++));
    const std::unique_ptr<TeacherCache> cache = Cache(writes, cohort.get());
    Results results = Train(members, cohort.get());
    EXPECT_EQ(cache->read(), read);
    EXPECT_EQ(cache->missed(), answers - read);
    return results;
  }

  static void ExpectAllSame(const Results& got, const Results& want) {
    for (const auto& [name, result] : got) {
      SCOPED_TRACE(name);
      ExpectSame(result, want.at(name));
    }
  }

  static constexpr int64_t kMicroBatches = 2 * kSteps;
};

TEST_P(CohortCacheTest, LiveWrittenAndReadHaveTheSameBits) {
  for (const std::vector<TestMember>& members : {SevenMembers(), {SevenMembers()[0], Padded()}}) {
    std::filesystem::remove_all(root_);
    const Results live = Train(members);
    // Those who read padding and those who do not get answers of their own.
    const int64_t answers = members.size() == 2 ? 2 * kMicroBatches : kMicroBatches;
    ExpectAllSame(TrainWithCache(members, /*writes=*/true, /*read=*/0, answers), live);
    ExpectAllSame(TrainWithCache(members, /*writes=*/true, answers, answers), live);
    ExpectAllSame(TrainWithCache(members, /*writes=*/false, answers, answers), live);
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, CohortCacheTest, ::testing::Values(at::kFloat, at::kBFloat16),
                         [](const auto& info) { return info.param == at::kFloat ? "Float32" : "Bfloat16"; });

TEST_F(CohortCacheTest, AVariantThatComesLaterReadsWhatOthersLeft) {
  const std::vector<TestMember> members = SevenMembers();
  TrainWithCache({members[0]}, /*writes=*/true, /*read=*/0);
  ExpectAllSame(TrainWithCache({members[1]}, /*writes=*/false, kMicroBatches), Train({members[1]}));
  ExpectAllSame(TrainWithCache({members[3]}, /*writes=*/true, /*read=*/0), Train({members[3]}));
  ExpectAllSame(TrainWithCache({members[0], members[3]}, /*writes=*/false, kMicroBatches),
                Train({members[0], members[3]}));
}

TEST_F(CohortCacheTest, StoppedAndResumedHasTheSameBits) {
  const std::vector<TestMember> members = SevenMembers();
  const Results live = Train(members);
  const std::unique_ptr<TestCohort> stopped = Make("stopped");
  {
    const std::unique_ptr<TeacherCache> cache = Cache(/*writes=*/true, stopped.get());
    TrainUntil(3, members, stopped.get());
    EXPECT_EQ(cache->missed(), 2 * 3);
  }
  {
    const std::unique_ptr<TeacherCache> cache = Cache(/*writes=*/true, stopped.get());
    ExpectAllSame(Train(members, stopped.get()), live);
    EXPECT_EQ(cache->missed(), kMicroBatches - 2 * 3);
  }
  ExpectAllSame(TrainWithCache(members, /*writes=*/false, kMicroBatches), live);
}

// Whoever trains on alone demands less; what is kept of the steps after that is what it demands.
TEST_F(CohortCacheTest, KeepsWhatIsDemandedWhereAMemberLeaves) {
  const TestMember wild{"wild",
                        "loss { name: \"attention\" attention_mse { mapping { top {} } } } "
                        "adamw { learning_rate: 1e30 } ",
                        3, 1};
  const TestMember triple{"triple", kTripleLoss + kOptimizer, 2, 1};
  const Results live = Train({triple});
  const Results both = TrainWithCache({wild, triple}, /*writes=*/true, /*read=*/0);
  EXPECT_FALSE(both.at("wild").status.ok());
  ExpectSame(both.at("triple"), live.at("triple"));
  ExpectAllSame(TrainWithCache({triple}, /*writes=*/false, kMicroBatches), live);
}

}  // namespace
}  // namespace retort
