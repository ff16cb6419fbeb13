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

// p H = 80, n H = 64, n I = 128, p A S = 100, H I = 128.
MemorySide Student() { return {Shape(8, 2, 16, 3), 100, {{3}, {2}, {{HeadKind::kVocabulary, RowSet::kReal}}}}; }

// p H = 120, n H = 96, n I = 384.
MemorySide Teacher() { return {Shape(12, 3, 48, 4), 200, {{0, 4}, {4}, {{HeadKind::kVocabulary, RowSet::kReal}}}}; }

// p = 10, n = 8, of which 6 are rows, 4 of them at once.
MemoryShape TwoSequences(c10::ScalarType precision = c10::ScalarType::Float) { return {2, 5, 8, 6, 4, 1, precision}; }

// What the student keeps for the pass backward, in values: embeddings, three layers, the head.
constexpr double kKept = 2 * 64 + 3 * (8 * 64 + 2 * 128) + 80 + 5 * 6 * 8;
// In bytes: one hidden layer and one layer of attention that losses read.
constexpr double kRead = 16 * 80 + (20 * 80 + 12 * 100);
// Within a layer, in values.
constexpr double kGradients = 128 + 3 * 64 + 128;

TEST(EstimateTrainingMemory, IsTheFormulaInFloat32) {
  const MemorySide teacher = Teacher();
  const TrainingMemory memory = EstimateTrainingMemory(Student(), &teacher, TwoSequences());
  EXPECT_EQ(memory.student_state, 16 * 100);
  EXPECT_EQ(memory.student_copies, 16 * 100);
  EXPECT_EQ(memory.student_step, 4 * kKept + kRead + 4 * kGradients);
  EXPECT_EQ(memory.teacher_state, 8 * 200);
  EXPECT_EQ(memory.teacher_kept, 4 * ((2 + 3) * 120 + 6 * 11));
  EXPECT_EQ(memory.teacher_step, 4 * ((2 + 3) * 120 + (2 * 96 + 2 * 384)));
}

TEST(EstimateTrainingMemory, IsTheFormulaInBfloat16) {
  const MemorySide teacher = Teacher();
  const TrainingMemory memory = EstimateTrainingMemory(Student(), &teacher, TwoSequences(c10::ScalarType::BFloat16));
  EXPECT_EQ(memory.student_state, 18 * 100);
  EXPECT_EQ(memory.student_step, 2 * kKept + kRead + 2 * kGradients);
  EXPECT_EQ(memory.teacher_state, 6 * 200);
}

// Two of the ten positions are padding.
TEST(EstimateTrainingMemory, CountsPaddingWhereItIsRead) {
  MemorySide student = Student();
  student.demands.padding = true;
  EXPECT_EQ(EstimateTrainingMemory(student, nullptr, TwoSequences()).student_step,
            4 * (2 * 80 + 3 * (8 * 80 + 2 * 160) + 80 + 240) + kRead + 4 * (160 + 3 * 80 + 128));
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
  // n D = 32, p D = 40, p 3E = 60, D I = 64.
  const double layers = 3 * (16 * 32 + 2 * 64 + 2 * 3 * 128);
  const double logits = 4 * 11 + 11 * 8;
  const TrainingMemory memory = EstimateTrainingMemory(side, &side, TwoSequences());
  EXPECT_EQ(memory.student_step, 4 * (2 * 64 + 60 + layers + 80 + 240) + 16 * 80 + (20 * 40 + 12 * 100) +
                                     4 * std::max<double>(logits, 128 + 3 * 64 + 64));
  EXPECT_EQ(memory.teacher_kept, 4 * (80 + 3 * 40 + 6 * 11));
  EXPECT_EQ(memory.teacher_step, 4 * (80 + 3 * 40 + 2 * 64 + std::max(7 * 32, 2 * 32 + 2 * 128)));
}

TEST(EstimateTrainingMemory, CountsGatedFeedForwardNetworks) {
  MemorySide student = Student();
  LayerSpec layer = student.config.layers.front();
  layer.feed_forward.gated = true;
  ASSERT_TRUE(SetLayers(3, layer, &student.config).ok());
  EXPECT_EQ(EstimateTrainingMemory(student, nullptr, TwoSequences()).student_step,
            4 * (kKept + 3 * 2 * 128) + kRead + 4 * kGradients);
}

TEST(EstimateTrainingMemory, CountsLogitsWhereTheyAreLarger) {
  MemorySide student = Student();
  student.config.vocabulary_size = 500;
  const double without = 4 * kKept + kRead;
  MemoryShape shape = TwoSequences();
  EXPECT_EQ(EstimateTrainingMemory(student, nullptr, shape).student_step, without + 4 * (4 * 500 + 500 * 8));
  shape.logit_tensors = 5;
  EXPECT_EQ(EstimateTrainingMemory(student, nullptr, shape).student_step, without + 4 * (5 * 4 * 500 + 500 * 8));
  EXPECT_EQ(EstimateTrainingMemory(student, nullptr, TwoSequences(c10::ScalarType::BFloat16)).student_step,
            2 * kKept + kRead + 2 * (4 * 500 + 500 * 8));
}

TEST(EstimateTrainingMemory, StopsAtTheLastLayerThatIsRead) {
  MemorySide student = Student();
  student.demands.logits.clear();
  student.demands.hidden = {1};
  student.demands.attention = {2};
  MemoryShape shape = TwoSequences();
  shape.rows = 0;
  EXPECT_EQ(EstimateTrainingMemory(student, nullptr, shape).student_step,
            4 * (2 * 64 + 2 * (8 * 64 + 2 * 128)) + kRead + 4 * kGradients);
  MemorySide teacher = Teacher();
  teacher.demands.logits.clear();
  EXPECT_EQ(EstimateTrainingMemory(student, &teacher, shape).teacher_kept, 4 * 5 * 120);
}

TEST(EstimateTrainingMemory, HoldsTheTeachersLastLayerForItsLogits) {
  MemorySide teacher = Teacher();
  teacher.demands.hidden = {0};
  EXPECT_EQ(EstimateTrainingMemory(Student(), &teacher, TwoSequences()).teacher_kept, 4 * ((2 + 3) * 120 + 6 * 11));
}

TEST(EstimateTrainingMemory, HoldsTheBestParameters) {
  MemorySide student = Student();
  student.keeps_best = true;
  EXPECT_EQ(EstimateTrainingMemory(student, nullptr, TwoSequences()).student_state, 20 * 100);
}

TEST(EstimateTrainingMemory, NeedsOfATeacherWhatIsRead) {
  const TrainingMemory alone = EstimateTrainingMemory(Student(), nullptr, TwoSequences());
  EXPECT_EQ(alone.teacher_state + alone.teacher_step + alone.teacher_kept, 0);
  const MemorySide teacher = Teacher();
  const TrainingMemory copied = EstimateTrainingMemory(Student(), &teacher, TwoSequences(), /*reads_teacher=*/false);
  EXPECT_EQ(copied.teacher_state, 4 * 200);
  EXPECT_EQ(copied.teacher_step + copied.teacher_kept, 0);
}

TEST(CohortMemory, HoldsAllStatesAndOneStepOrCopies) {
  TrainingMemory small, large;
  small.student_state = 10;
  small.student_step = 100;
  large.student_state = 20;
  large.student_copies = 7;
  large.student_step = 300;
  large.teacher_state = 1000;
  large.teacher_step = 330;
  large.teacher_kept = 50;
  EXPECT_EQ(CohortMemory({small, large}), 30 + 1000 + 350);
  EXPECT_EQ(CohortMemory({small, large}, 2), 30 + 1000 + 450);
  EXPECT_EQ(CohortMemory({small, large}, 3), 30 + 1000 + 450);
  large.teacher_step = 400;
  EXPECT_EQ(CohortMemory({small, large}), 30 + 1000 + 400);
  large.student_copies = 500;
  EXPECT_EQ(CohortMemory({small, large}), 30 + 1000 + 500);
  EXPECT_EQ(CohortMemory({small}), 110);
  EXPECT_EQ(CohortMemory({}), 0);
}

TEST(EstimateEvaluationMemory, IsTheFormula) {
  const MemorySide teacher = Teacher();
  const EvaluationMemory memory = EstimateEvaluationMemory(Student(), &teacher, TwoSequences());
  EXPECT_EQ(memory.student_kept, 4 * 100 + 4 * 80);
  EXPECT_EQ(memory.teacher_kept, 8 * 200 + 4 * 120);
  EXPECT_EQ(memory.step, 4 * (2 * 96 + 2 * 384)) << "the teacher's feed-forward part";
  EXPECT_EQ(EstimateEvaluationMemory(Student(), &teacher, TwoSequences(c10::ScalarType::BFloat16)).student_kept,
            memory.student_kept)
      << "float32 all the same";
}

TEST(EstimateEvaluationMemory, TakesTheLargestPhase) {
  MemorySide student = Student();
  EXPECT_EQ(EstimateEvaluationMemory(student, nullptr, TwoSequences()).step, 4 * 7 * 64) << "attention";
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

TEST(ProgramMemory, IsMoreThanTheWorks) { EXPECT_EQ(ProgramMemory(100e6), 310e6); }

}  // namespace
}  // namespace retort
