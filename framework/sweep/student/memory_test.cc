#include "framework/sweep/student/memory.h"

#include <algorithm>

#include "gtest/gtest.h"

namespace retort {
namespace {

EncoderConfig Shape(int64_t hidden, int64_t heads, int64_t intermediate, int64_t layers) {
  EncoderConfig config;
  config.vocabulary_size = 11;
  config.hidden_size = hidden;
  LayerSpec layer;
  layer.attention.heads = heads;
  layer.feed_forward.width = intermediate;
  EXPECT_TRUE(SetLayers(layers, layer, &config).ok());
  return config;
}

// n H = 80, n I = 160, n A S = 100.
MemorySide Student() { return {Shape(8, 2, 16, 3), 100, {{3}, {2}, {{HeadKind::kVocabulary, RowSet::kReal}}}}; }

// n H = 120, n I = 480, n A S = 150.
MemorySide Teacher() { return {Shape(12, 3, 48, 4), 200, {{0, 4}, {4}, {{HeadKind::kVocabulary, RowSet::kReal}}}}; }

// n = 10, of which 6 are rows, 4 of them at once.
MemoryShape TwoSequences(c10::ScalarType precision = c10::ScalarType::Float) { return {2, 5, 6, 4, precision}; }

TEST(EstimateTrainingMemory, IsTheFormulaInFloat32) {
  const MemorySide teacher = Teacher();
  const TrainingMemory memory = EstimateTrainingMemory(Student(), &teacher, TwoSequences());
  EXPECT_EQ(memory.student_state, 16 * 100);
  const double layers = 3 * (8 * 80 + 2 * 160 + 100);
  const double head = 5 * 6 * 8;
  const double read = 16 * 80 + 12 * 100;
  EXPECT_EQ(memory.student_step, 4 * (2 * 80 + layers + head) + read + 4 * 2 * 160);
  EXPECT_EQ(memory.teacher_state, 8 * 200);
  EXPECT_EQ(memory.teacher_kept, 4 * ((2 + 3) * 120 + 6 * 11));
  EXPECT_EQ(memory.teacher_step, 4 * ((2 + 3) * 120 + (2 * 120 + 2 * 480)));
}

TEST(EstimateTrainingMemory, CountsBottlenecks) {
  MemorySide side = Student();
  EncoderConfig& config = side.config;
  LayerSpec layer = config.layers.front();
  layer.bottleneck.width = 4;
  layer.feed_forward.networks = 3;
  ASSERT_TRUE(SetLayers(3, layer, &config).ok());
  config.embedding_size = 2;
  config.trigrams = true;
  // n D = 40, n 3E = 60.
  const double layers = 3 * (16 * 40 + 2 * 80 + 2 * 3 * 160 + 100);
  const double logits = 2 * 4 * 11 + 11 * 8;
  const TrainingMemory memory = EstimateTrainingMemory(side, &side, TwoSequences());
  EXPECT_EQ(memory.student_step,
            4 * (2 * 80 + 60 + layers + 5 * 6 * 8) + (16 * 80 + 12 * 100) + 4 * std::max<double>(logits, 2 * 160));
  EXPECT_EQ(memory.teacher_kept, 4 * (80 + 3 * 40 + 6 * 11));
  EXPECT_EQ(memory.teacher_step, 4 * (80 + 3 * 40 + 2 * 80 + 2 * 40 + 2 * 160));
}

TEST(EstimateTrainingMemory, IsTheFormulaInBfloat16) {
  const MemorySide teacher = Teacher();
  const TrainingMemory memory = EstimateTrainingMemory(Student(), &teacher, TwoSequences(c10::ScalarType::BFloat16));
  EXPECT_EQ(memory.student_state, 18 * 100);
  EXPECT_EQ(memory.student_step, 2 * (160 + 3180 + 240) + (1280 + 1200) + 2 * 2 * 160);
  EXPECT_EQ(memory.teacher_state, 6 * 200);
}

TEST(EstimateTrainingMemory, CountsLogitsWhereTheyAreLarger) {
  MemorySide student = Student();
  student.config.vocabulary_size = 1000;
  const double without = 4 * (160 + 3180 + 240) + (1280 + 1200);
  EXPECT_EQ(EstimateTrainingMemory(student, nullptr, TwoSequences()).student_step, without + 4 * 2 * 4 * 1000);
  EXPECT_EQ(EstimateTrainingMemory(student, nullptr, TwoSequences(c10::ScalarType::BFloat16)).student_step,
            2 * (160 + 3180 + 240) + (1280 + 1200) + 2 * (2 * 4 * 1000 + 1000 * 8));
}

TEST(EstimateTrainingMemory, StopsAtTheLastLayerThatIsRead) {
  MemorySide student = Student();
  student.demands.logits.clear();
  student.demands.hidden = {1};
  student.demands.attention = {2};
  MemoryShape shape = TwoSequences();
  shape.rows = 0;
  EXPECT_EQ(EstimateTrainingMemory(student, nullptr, shape).student_step,
            4 * (160 + 2 * 1060) + 1280 + 1200 + 4 * 2 * 160);
  MemorySide teacher = Teacher();
  teacher.demands.logits.clear();
  EXPECT_EQ(EstimateTrainingMemory(student, &teacher, shape).teacher_kept, 4 * 5 * 120);
}

TEST(EstimateTrainingMemory, NeedsNothingForNoTeacher) {
  const TrainingMemory memory = EstimateTrainingMemory(Student(), nullptr, TwoSequences());
  EXPECT_EQ(memory.teacher_state + memory.teacher_step + memory.teacher_kept, 0);
}

TEST(CohortMemory, HoldsAllStatesButOneStep) {
  TrainingMemory small, large;
  small.student_state = 10;
  small.student_step = 100;
  large.student_state = 20;
  large.student_step = 300;
  large.teacher_state = 1000;
  large.teacher_step = 330;
  large.teacher_kept = 50;
  EXPECT_EQ(CohortMemory({small, large}), 30 + 1000 + 350);
  large.teacher_step = 400;
  EXPECT_EQ(CohortMemory({small, large}), 30 + 1000 + 400);
  EXPECT_EQ(CohortMemory({small}), 110);
  EXPECT_EQ(CohortMemory({}), 0);
}

TEST(EstimateEvaluationMemory, IsTheFormula) {
  const MemorySide teacher = Teacher();
  const EvaluationMemory memory = EstimateEvaluationMemory(Student(), &teacher, TwoSequences());
  EXPECT_EQ(memory.student_kept, 4 * 100 + 4 * 80);
  EXPECT_EQ(memory.teacher_kept, 8 * 200 + 4 * 120);
  EXPECT_EQ(memory.step, 4 * (2 * 120 + 2 * 480)) << "the teacher's feed-forward part";
  EXPECT_EQ(EstimateEvaluationMemory(Student(), &teacher, TwoSequences(c10::ScalarType::BFloat16)).student_kept,
            memory.student_kept)
      << "float32 all the same";
}

TEST(EstimateEvaluationMemory, TakesTheLargestPhase) {
  MemorySide student = Student();
  EXPECT_EQ(EstimateEvaluationMemory(student, nullptr, TwoSequences()).step, 4 * (7 * 80 + 100)) << "attention";
  EXPECT_EQ(EstimateEvaluationMemory(student, nullptr, TwoSequences()).teacher_kept, 0);
  student.config.vocabulary_size = 1000;
  EXPECT_EQ(EstimateEvaluationMemory(student, nullptr, TwoSequences()).step, 4 * 5 * 4 * 1000) << "logits";
  student.parameters = 50'000;
  EXPECT_EQ(EstimateEvaluationMemory(student, nullptr, TwoSequences()).step, 4 * 50'000) << "a student's reading";
  MemoryShape no_logits = TwoSequences();
  no_logits.rows = 0;
  EXPECT_EQ(EstimateEvaluationMemory(Student(), nullptr, no_logits).student_kept, 4 * 100);
}

TEST(SharedEvaluationMemory, HoldsAllStudentsAndOneStep) {
  EvaluationMemory small, large;
  small.student_kept = 10;
  small.step = 100;
  large.student_kept = 20;
  large.teacher_kept = 1000;
  large.step = 300;
  EXPECT_EQ(SharedEvaluationMemory({small, large}), 30 + 1000 + 300);
  EXPECT_EQ(SharedEvaluationMemory({}), 0);
}

TEST(ProgramMemory, IsMoreThanTheCohorts) {
  EXPECT_EQ(ProgramMemory(100e6), 330e6);
  EXPECT_EQ(EvaluatingProgramMemory(100e6), 290e6);
}

}  // namespace
}  // namespace retort
