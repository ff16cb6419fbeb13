// What a cohort of K students saves against K single runs. With T the teacher's time in a step and S a student's, K
// runs take K (T + S) and a cohort T + K S; `of_ideal` is the measured ratio of the two over the ratio of these.
//
//   bazel run //tests/benchmark:cohort_benchmark

#include "ATen/Parallel.h"
#include "benchmark/benchmark.h"
#include "tests/benchmark/training.h"

namespace retort::benchmark {
namespace {

constexpr int kSteps = 5;
constexpr int kStudents = 6;

// The quickstart: 6 layers of 384 teach 3, soft targets at masked rows, 16 x 64.
TrainingShape Quickstart() {
  return {
      MakeEncoder(6, 384, 12, 8192), MakeEncoder(3, 384, 12, 8192), 16, 64,
      "loss { name: \"ce\" weight: 5 soft_targets { temperature: 2 rows: LABELLED } } loss { name: \"cos\" cosine {} } "
      "loss { name: \"mlm\" weight: 2 masked_lm {} } "};
}

// TinyBERT's general distillation: BERT-base teaches 4 layers of 312, 4 x 128.
TrainingShape Tinybert() {
  return {MakeEncoder(12, 768, 12, 30522), MakeEncoder(4, 312, 12, 30522), 4, 128,
          "loss { name: \"embedding\" hidden_mse { embeddings: true projection: SHARED } } "
          "loss { name: \"hidden\" hidden_mse { mapping { uniform {} } projection: SHARED } } "
          "loss { name: \"attention\" attention_mse { mapping { uniform {} } } } "};
}

void Measure(::benchmark::State& state, const TrainingShape& shape) {
  double teacher = 0, single = 0, cohort = 0;
  for (auto _ : state) {
    teacher = TeacherSecondsPerStep(shape, kSteps);
    single = SecondsPerStep(shape, 1, kSteps);
    cohort = SecondsPerStep(shape, kStudents, kSteps);
    state.SetIterationTime(cohort);
  }
  const double student = single - teacher;
  const double ideal = kStudents * (teacher + student) / (teacher + kStudents * student);
  state.counters["teacher_ms"] = 1e3 * teacher;
  state.counters["student_ms"] = 1e3 * student;
  state.counters["ratio"] = kStudents * single / cohort;
  state.counters["ideal"] = ideal;
  state.counters["of_ideal"] = kStudents * single / cohort / ideal;
  state.counters["threads"] = at::get_num_threads();
}

BENCHMARK_CAPTURE(Measure, quickstart, Quickstart())->UseManualTime()->Iterations(1)->Unit(::benchmark::kMillisecond);
BENCHMARK_CAPTURE(Measure, tinybert4, Tinybert())->UseManualTime()->Iterations(1)->Unit(::benchmark::kMillisecond);

}  // namespace
}  // namespace retort::benchmark
