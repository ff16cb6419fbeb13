#ifndef RETORT_TESTS_BENCHMARK_TRAINING_H_
#define RETORT_TESTS_BENCHMARK_TRAINING_H_

#include <cstdint>
#include <string>

#include "c10/core/Device.h"
#include "c10/core/ScalarType.h"
#include "framework/batch/step_batch.h"
#include "framework/model/config/encoder_config.h"

namespace retort::benchmark {

// A training whose speed is measured: random weights, random ids, full sequences, 15 % of the positions labelled.
struct TrainingShape {
  EncoderConfig teacher, student;
  int64_t sequences = 0;
  int64_t positions = 0;
  std::string losses;  // Text of Stage.loss.
  c10::ScalarType precision = at::kFloat;
  c10::Device device = c10::Device(at::kCPU);
};

// DistilBERT's triple loss over all rows.
extern const char kTripleLoss[];

EncoderConfig MakeEncoder(int64_t layers, int64_t hidden_size, int64_t heads, int64_t vocabulary_size);

// The median time of a step of a cohort of `students` students, through TrainCohort, after one step that warms up.
double SecondsPerStep(const TrainingShape& shape, int students, int steps);

// The median time of the teacher's share of a step.
double TeacherSecondsPerStep(const TrainingShape& shape, int steps);

}  // namespace retort::benchmark

#endif  // RETORT_TESTS_BENCHMARK_TRAINING_H_
