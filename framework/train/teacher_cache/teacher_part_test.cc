#include "framework/train/teacher_cache/teacher_part.h"

#include <optional>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/index_select.h"
#include "framework/batch/step_batch.h"
#include "framework/model/encoder.h"
#include "framework/testing/fixtures.h"
#include "framework/train/test_training.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;

using Kind = TeacherPart::Kind;
using Rows = TeacherPart::Rows;

std::vector<std::string> Names(const std::vector<TeacherPart>& parts) {
  std::vector<std::string> names;
  for (const TeacherPart& part : parts) names.push_back(PartName(part));
  return names;
}

Capture Logits(const std::set<HeadRows>& logits) {
  Capture capture;
  capture.logits = logits;
  return capture;
}

TEST(PartsOf, AreWhatIsDemandedAndWhatLogitsFollowFrom) {
  Capture demands;
  demands.hidden = {0, 2};
  demands.attention = {3};
  EXPECT_THAT(Names(PartsOf(demands, 4)), ElementsAre("hidden.0", "hidden.2", "attention.3"));
  demands.padding = true;
  EXPECT_THAT(Names(PartsOf(demands, 4)), ElementsAre("hidden.0.all", "hidden.2.all", "attention.3.all"));

  const HeadRows real{HeadKind::kVocabulary, RowSet::kReal}, labelled{HeadKind::kVocabulary, RowSet::kLabelled};
  EXPECT_THAT(Names(PartsOf(Logits({labelled}), 4)), ElementsAre("hidden.4.labelled"));
  EXPECT_THAT(Names(PartsOf(Logits({labelled, real}), 4)), ElementsAre("hidden.4"));
  EXPECT_THAT(Names(PartsOf(Logits({{HeadKind::kClasses, RowSet::kSequences}}), 4)), ElementsAre("logits.classes"));
  Capture both = Logits({labelled});
  both.hidden = {4};
  EXPECT_THAT(Names(PartsOf(both, 4)), ElementsAre("hidden.4")) << "it has the labelled rows";
}

TEST(Holders, HaveAllThatAPartHas) {
  EXPECT_THAT(Names(Holders({Kind::kHidden, 4, Rows::kLabelled})), ElementsAre("hidden.4.labelled", "hidden.4"));
  EXPECT_THAT(Names(Holders({Kind::kAttention, 2, Rows::kReal})), ElementsAre("attention.2")) << "padding changes bits";
  EXPECT_THAT(Names(Holders({Kind::kHidden, 4, Rows::kAll})), ElementsAre("hidden.4.all"));
  EXPECT_THAT(Names(Holders({Kind::kLogits, 0, Rows::kReal, HeadKind::kScore})), ElementsAre("logits.score"));
}

// A teacher of 3 layers, H = 8, A·d = 8, on 3 sequences of 5 positions at most: 10 real ones, 3 of them labelled.
TEST(PartValues, CountsRowsTimesWidth) {
  const EncoderConfig teacher = testing::SmallModel("bert", 3, {HeadKind::kClasses, HeadKind::kSpans});
  const PartExtent extent{3, 5, 10, 3};
  EXPECT_EQ(PartValues({Kind::kHidden, 1, Rows::kReal}, teacher, extent), 10 * 8);
  EXPECT_EQ(PartValues({Kind::kHidden, 3, Rows::kLabelled}, teacher, extent), 3 * 8);
  EXPECT_EQ(PartValues({Kind::kAttention, 1, Rows::kReal}, teacher, extent), 3 * 10 * 8);
  EXPECT_EQ(PartValues({Kind::kAttention, 1, Rows::kAll}, teacher, extent), 3 * 15 * 8);
  EXPECT_EQ(PartValues({Kind::kLogits, 0, Rows::kReal, HeadKind::kClasses}, teacher, extent), 3 * 2);
  EXPECT_EQ(PartValues({Kind::kLogits, 0, Rows::kReal, HeadKind::kSpans}, teacher, extent), 2 * 3 * 5);
}

// The part as it comes back.
TeacherOutputs ThereAndBack(const TeacherPart& part, const EncoderConfig& teacher, const Batch& batch,
                            const TeacherOutputs& outputs) {
  const std::vector<at::Tensor> taken = TakePart(part, batch, outputs);
  const std::vector<at::Tensor> empty = EmptyPart(part, teacher, batch, at::kFloat);
  EXPECT_EQ(taken.size(), empty.size());
  int64_t values = 0;
  for (size_t i = 0; i < taken.size(); ++i) {
    EXPECT_TRUE(taken[i].is_contiguous() && taken[i].sizes() == empty[i].sizes()) << PartName(part);
    values += taken[i].numel();
  }
  EXPECT_EQ(values, PartValues(part, teacher, ExtentOf(batch)));
  TeacherOutputs back;
  PutPart(part, teacher, batch, taken, &back);
  return back;
}

void ExpectSame(const at::Tensor& got, const at::Tensor& want, const at::Tensor& rows, const std::string& what) {
  ASSERT_EQ(got.sizes(), want.sizes()) << what;
  EXPECT_EQ(got.strides(), want.strides()) << what;
  const auto flat = [&](const at::Tensor& values) {
    return at::index_select(values.reshape({-1, values.size(-1)}), 0, rows);
  };
  EXPECT_TRUE(flat(got).equal(flat(want))) << what;
}

TEST(PutPart, GivesTheRowsTheirPlacesAndStrides) {
  const Encoder teacher(testing::SmallEncoder(3));
  const ParameterSet parameters = testing::RandomModel(teacher.config(), 1);
  Capture demands;
  demands.hidden = {2};
  demands.attention = {1};
  for (const std::vector<int64_t>& lengths : {std::vector<int64_t>{9, 4, 12}, std::vector<int64_t>{7, 7}}) {
    const Batch batch = testing::WholeBatch(testing::RandomStepBatch(lengths, 4));
    at::NoGradGuard no_grad;
    TeacherOutputs live;
    live.model = teacher.Forward(parameters, batch, demands, std::nullopt);
    const at::Tensor& hidden = live.model.hidden.at(2);
    for (const Rows rows : {Rows::kReal, Rows::kLabelled, Rows::kAll}) {
      const TeacherPart part{Kind::kHidden, 2, rows};
      const at::Tensor back = ThereAndBack(part, teacher.config(), batch, live).model.hidden.at(2);
      ExpectSame(back, hidden, rows == Rows::kLabelled ? batch.labelled_rows : batch.real_rows, PartName(part));
      EXPECT_EQ(back.equal(hidden), rows != Rows::kLabelled) << PartName(part);
    }
    const AttentionState& attention = live.model.attention.at(1);
    for (const Rows rows : {Rows::kReal, Rows::kAll}) {
      const TeacherPart part{Kind::kAttention, 1, rows};
      const AttentionState back = ThereAndBack(part, teacher.config(), batch, live).model.attention.at(1);
      const auto positions = [](const at::Tensor& heads) { return heads.transpose(1, 2).flatten(2); };
      ExpectSame(positions(back.query()), positions(attention.query()), batch.real_rows, "query");
      ExpectSame(positions(back.key()), positions(attention.key()), batch.real_rows, "key");
      ExpectSame(positions(back.value()), positions(attention.value()), batch.real_rows, "value");
      EXPECT_EQ(back.query().strides(), attention.query().strides());
      EXPECT_TRUE(back.valid().equal(batch.valid));
      EXPECT_FALSE(back.causal());
    }
  }
}

}  // namespace
}  // namespace retort
