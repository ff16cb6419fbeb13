// What is read of a cache beside what the teacher computes.

#include "framework/train/teacher_cache/teacher_cache.h"

#include <filesystem>
#include <string>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/index_select.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/batch/step_batch.h"
#include "framework/model/encoder.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "framework/train/cohort_teacher.h"
#include "framework/train/test_training.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;

constexpr int64_t kRowChunk = 4;

Batch TestBatch() { return testing::WholeBatch(testing::RandomStepBatch({9, 4, 12, 7, 3}, 4)); }

const HeadRows kReal{HeadKind::kVocabulary, RowSet::kReal}, kLabelled{HeadKind::kVocabulary, RowSet::kLabelled};

Capture Demands(const std::set<int>& hidden, const std::set<int>& attention, const std::set<HeadRows>& logits) {
  Capture capture;
  capture.hidden = hidden;
  capture.attention = attention;
  capture.logits = logits;
  return capture;
}

class TeacherCacheTest : public ::testing::TestWithParam<c10::ScalarType> {
 protected:
  TeacherCacheTest()
      : encoder_(testing::SmallModel("bert", 3,
                                     {HeadKind::kVocabulary, HeadKind::kClasses, HeadKind::kSpans, HeadKind::kScore})),
        parameters_(testing::RandomModel(encoder_.config(), 1).To(Type(), c10::Device(at::kCPU))),
        folder_(absl::StrCat(::testing::TempDir(), "/teacher_cache-", ::getpid())) {
    std::filesystem::remove_all(folder_);
  }
  ~TeacherCacheTest() override { std::filesystem::remove_all(folder_); }

  static c10::ScalarType Type() {
    return ::testing::UnitTest::GetInstance()->current_test_info()->value_param() != nullptr ? GetParam() : at::kFloat;
  }

  TeacherCache Open(bool writes, double most_bytes = 1e9) {
    return TeacherCache({folder_, writes, most_bytes, [this](const std::string& line) { said_.push_back(line); }},
                        encoder_.config(), Type());
  }

  TeacherOutputs Run(const Capture& demands, TeacherCache* cache, const RecordId& id = {}) const {
    TeacherDemands all;
    AddDemands(demands, &all);
    return RunTeacher({&encoder_, &parameters_, dropout_, cache}, id, TestBatch(), all, kRowChunk).at(demands.padding);
  }

  void ExpectSame(const TeacherOutputs& got, const TeacherOutputs& want, const Capture& demands) const {
    at::NoGradGuard no_grad;
    const Batch batch = TestBatch();
    const auto real = [&](const at::Tensor& values) {
      const at::Tensor flat = values.reshape({-1, values.size(-1)});
      return demands.padding ? flat : at::index_select(flat, 0, batch.real_rows);
    };
    const auto heads = [&](const at::Tensor& values) { return real(values.transpose(1, 2).flatten(2)); };
    for (int layer : demands.hidden) {
      EXPECT_TRUE(real(got.model.hidden.at(layer)).equal(real(want.model.hidden.at(layer)))) << layer;
    }
    for (int layer : demands.attention) {
      const AttentionState &a = got.model.attention.at(layer), &b = want.model.attention.at(layer);
      EXPECT_TRUE(heads(a.query()).equal(heads(b.query())) && heads(a.key()).equal(heads(b.key())) &&
                  heads(a.value()).equal(heads(b.value())))
          << layer;
    }
    for (const HeadRows& rows : demands.logits) {
      const LogitChunks &a = got.logits.at(rows), &b = want.logits.at(rows);
      ASSERT_EQ(a.size(), b.size());
      for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(a[i].equal(b[i])) << HeadKindName(rows.head);
    }
  }

  // The file of the first block of a part.
  std::string FileOf(const std::string& part) const { return absl::StrCat(folder_, "/", part, "/000000"); }

  const Encoder encoder_;
  const ParameterSet parameters_;
  const std::string folder_;
  std::optional<Dropout> dropout_;
  std::vector<std::string> said_;
};

TEST_P(TeacherCacheTest, WhatIsReadHasTheBitsOfWhatIsComputed) {
  std::vector<Capture> all = {
      Demands({0, 2}, {}, {}),
      Demands({}, {1, 3}, {}),
      Demands({3}, {}, {kReal}),
      Demands({}, {}, {kReal, kLabelled}),
      Demands({1}, {}, {kLabelled}),
      Demands({}, {},
              {{HeadKind::kClasses, RowSet::kSequences},
               {HeadKind::kSpans, RowSet::kSequences},
               {HeadKind::kScore, RowSet::kSequences}}),
      Demands({1}, {2}, {kReal, {HeadKind::kClasses, RowSet::kSequences}}),
  };
  all.push_back(Demands({1, 3}, {2}, {kReal}));
  all.back().padding = true;
  for (const Capture& demands : all) {
    std::filesystem::remove_all(folder_);
    const TeacherOutputs live = Run(demands, nullptr);
    {
      TeacherCache writer = Open(/*writes=*/true);
      ExpectSame(Run(demands, &writer), live, demands);
      ExpectSame(Run(demands, &writer), live, demands);
      EXPECT_EQ(writer.read(), 1) << "what it has just written";
      EXPECT_EQ(writer.missed(), 1);
    }
    TeacherCache reader = Open(/*writes=*/false);
    ExpectSame(Run(demands, &reader), live, demands);
    EXPECT_EQ(reader.read(), 1);
    EXPECT_EQ(reader.missed(), 0);
  }
  EXPECT_THAT(said_, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Precisions, TeacherCacheTest, ::testing::Values(at::kFloat, at::kBFloat16),
                         [](const auto& info) { return info.param == at::kFloat ? "Float32" : "Bfloat16"; });

TEST_F(TeacherCacheTest, KeepsATeacherWithDropoutToo) {
  dropout_ = Dropout{17};
  const Capture demands = Demands({3}, {}, {kReal});
  const TeacherOutputs live = Run(demands, nullptr);
  TeacherCache cache = Open(/*writes=*/true);
  Run(demands, &cache);
  ExpectSame(Run(demands, &cache), live, demands);
  EXPECT_EQ(cache.read(), 1);
}

TEST_F(TeacherCacheTest, ServesLesserDemandsAndAddsWhatGreaterOnesLack) {
  TeacherCache cache = Open(/*writes=*/true);
  Run(Demands({}, {}, {kReal}), &cache);
  const Capture labelled = Demands({}, {}, {kLabelled}), last = Demands({3}, {}, {});
  ExpectSame(Run(labelled, &cache), Run(labelled, nullptr), labelled);
  ExpectSame(Run(last, &cache), Run(last, nullptr), last);
  EXPECT_EQ(cache.read(), 2) << "the last hidden states have it all";

  const auto size = std::filesystem::file_size(FileOf("hidden.3"));
  const Capture more = Demands({3}, {2}, {kReal});
  EXPECT_TRUE(cache.Has({}, last));
  EXPECT_FALSE(cache.Has({}, more));
  Run(more, &cache);
  ExpectSame(Run(more, &cache), Run(more, nullptr), more);
  EXPECT_EQ(cache.read(), 3);
  EXPECT_EQ(std::filesystem::file_size(FileOf("hidden.3")), size) << "only what was missing is added";
}

TEST_F(TeacherCacheTest, TellsMicroBatchesAndStepsApart) {
  const Capture demands = Demands({1}, {}, {});
  TeacherCache cache = Open(/*writes=*/true);
  for (const RecordId& id : {RecordId{0, 0}, RecordId{0, 1}, RecordId{99, 0}, RecordId{100, 0}}) {
    EXPECT_FALSE(cache.Has(id, demands));
    Run(demands, &cache, id);
  }
  EXPECT_EQ(cache.missed(), 4);
  EXPECT_TRUE(Exists(absl::StrCat(folder_, "/hidden.1/000001"))) << "a file per hundred steps";
  EXPECT_TRUE(cache.Has({0, 1}, demands));
}

TEST_F(TeacherCacheTest, ComputesAgainWhatIsDamaged) {
  const Capture demands = Demands({1}, {}, {kReal});
  const TeacherOutputs live = Run(demands, nullptr);
  {
    TeacherCache cache = Open(/*writes=*/true);
    Run(demands, &cache);
  }
  std::string bytes = ReadFile(FileOf("hidden.3")).value();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  ASSERT_THAT(AtomicWriteFile(FileOf("hidden.3"), bytes), IsOk());
  TeacherCache cache = Open(/*writes=*/true);
  ExpectSame(Run(demands, &cache), live, demands);
  EXPECT_EQ(cache.missed(), 1);
  EXPECT_THAT(said_, ElementsAre(absl::StrCat(FileOf("hidden.3"),
                                              ": the record of step 1, micro-batch 1 is damaged: "
                                              "it is not what was written; it is computed again")));
  ExpectSame(Run(demands, &cache), live, demands);
  EXPECT_EQ(cache.read(), 1) << "it was written again";

  bytes[0] = 'x';
  ASSERT_THAT(AtomicWriteFile(FileOf("hidden.3"), bytes), IsOk());
  said_.clear();
  TeacherCache reader = Open(/*writes=*/false);
  ExpectSame(Run(demands, &reader), live, demands);
  EXPECT_EQ(reader.missed(), 1);
  EXPECT_THAT(said_, ElementsAre(HasSubstr("hidden.3/000000 is damaged at byte 0")));
}

TEST_F(TeacherCacheTest, StopsKeepingWhereItsBytesAreUsedUp) {
  const Capture demands = Demands({1}, {}, {});
  // 35 real rows of 8 float32 values, and a header.
  TeacherCache cache = Open(/*writes=*/true, 1.5 * (35 * 8 * 4 + 48));
  for (int64_t step = 0; step < 4; ++step) ExpectSame(Run(demands, &cache, {step, 0}), Run(demands, nullptr), demands);
  EXPECT_TRUE(cache.Has({0, 0}, demands));
  EXPECT_FALSE(cache.Has({1, 0}, demands));
  EXPECT_THAT(said_, ElementsAre(absl::StrCat(folder_,
                                              ": the bytes that it may take are used up; what the teacher "
                                              "gives from step 2 on is not kept")));
}

TEST_F(TeacherCacheTest, GoesOnWithoutWhatItCannotWrite) {
  const Capture demands = Demands({1}, {}, {});
  TeacherCache first = Open(/*writes=*/true);
  Run(demands, &first);
  TeacherCache second = Open(/*writes=*/true);  // As another process would, against what is asked of it.
  ExpectSame(Run(demands, &second), Run(demands, nullptr), demands);
  EXPECT_THAT(said_, ElementsAre(HasSubstr("another process is writing"),
                                 AllOf(HasSubstr("from step 1 on is not kept"), HasSubstr("another process"))));
  ExpectSame(Run(demands, &first), Run(demands, nullptr), demands);
  EXPECT_EQ(first.read(), 1);
}

TEST_F(TeacherCacheTest, KeptStepsCountsThoseThatHaveAll) {
  const Capture demands = Demands({1}, {}, {kLabelled});
  EXPECT_EQ(KeptSteps(folder_, encoder_.config(), demands, 200), 0);
  TeacherCache cache = Open(/*writes=*/true);
  for (int64_t step : {0, 1, 2, 4}) Run(demands, &cache, {step, 0});
  EXPECT_EQ(KeptSteps(folder_, encoder_.config(), demands, 200), 3);
  EXPECT_EQ(KeptSteps(folder_, encoder_.config(), demands, 2), 2);
  EXPECT_EQ(KeptSteps(folder_, encoder_.config(), Demands({1}, {}, {kReal}), 200), 0);
  Run(demands, &cache, {100, 0});
  EXPECT_EQ(KeptSteps(folder_, encoder_.config(), demands, 200), 101)
      << "a file that another follows is taken for whole";
}

}  // namespace
}  // namespace retort
