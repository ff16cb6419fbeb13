#include "tests/benchmark/training.h"

#include <algorithm>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "framework/config/text/parse.h"
#include "framework/config/variants/defaults.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/train/cohort.h"
#include "framework/train/objective/objective.h"
#include "framework/train/objective/row_head.h"
#include "framework/train/student/student_trainer.h"
#include "glog/logging.h"

namespace retort::benchmark {
namespace {

constexpr int kLabelEvery = 7;  // About 15 % of the positions.

StepBatch RandomStep(const TrainingShape& shape, int64_t step) {
  std::mt19937_64 random(step);
  StepBatch batch;
  for (int64_t b = 0; b < shape.sequences; ++b) {
    StepSequence& sequence = batch.sequences.emplace_back();
    sequence.sample_id = step * shape.sequences + b;
    for (int64_t s = 0; s < shape.positions; ++s) {
      const auto id = static_cast<int32_t>(random() % shape.student.vocabulary_size);
      sequence.ids.push_back(id);
      sequence.labels.push_back(s % kLabelEvery == 3 ? id : static_cast<int32_t>(kNoLabel));
    }
  }
  return batch;
}

ParameterSet RandomParameters(const EncoderConfig& config, uint64_t seed) {
  ParameterSet parameters(EncoderParameterSpecs(config), at::kFloat, c10::Device(at::kCPU));
  InitializeRandomNormal(seed, config.initializer_range, config.pad_token_id, &parameters);
  return parameters;
}

Stage MakeStage(const TrainingShape& shape) {
  Experiment experiment;
  const absl::Status status = ParseText(absl::StrCat("stage { name: \"train\" adamw { learning_rate: 1e-4 } "
                                                     "clip_norm: 5 ",
                                                     shape.losses, "}"),
                                        "benchmark", PluginCatalogue::Global(), &experiment);
  CHECK(status.ok()) << status;
  FillDefaults(&experiment);
  return experiment.stage(0);
}

// The time of each step, from the first on.
class StepTimer : public Observer {
 public:
  void StepDone(const StageId&, const StepRecord& record) override {
    if (record.step == static_cast<int64_t>(seconds.size()) + 1) {
      seconds.push_back(static_cast<double>(record.tokens - tokens_) / record.tokens_per_second);
      tokens_ = record.tokens;
    }
  }
  std::vector<double> seconds;

 private:
  int64_t tokens_ = 0;
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

}  // namespace

const char kTripleLoss[] =
    "loss { name: \"ce\" weight: 5 soft_targets { temperature: 2 } } loss { name: \"cos\" cosine {} } "
    "loss { name: \"mlm\" weight: 2 masked_lm {} } ";

EncoderConfig MakeEncoder(int64_t layers, int64_t hidden_size, int64_t heads, int64_t vocabulary_size) {
  EncoderConfig config;
  config.hidden_size = hidden_size;
  config.vocabulary_size = vocabulary_size;
  LayerSpec layer;
  layer.attention.heads = heads;
  layer.feed_forward.width = 4 * hidden_size;
  CHECK(SetLayers(layers, layer, &config).ok());
  config.heads = {HeadSpec()};
  return config;
}

double SecondsPerStep(const TrainingShape& shape, int students, int steps) {
  const Encoder teacher_encoder(shape.teacher), student_encoder(shape.student);
  const ParameterSet teacher = RandomParameters(shape.teacher, 1).To(shape.precision, shape.device);
  const Stage stage = MakeStage(shape);
  std::vector<CohortMember> members;
  for (int k = 0; k < students; ++k) {
    absl::StatusOr<Objective> objective = Objective::Create(stage.loss(), {shape.student, &shape.teacher});
    CHECK(objective.ok()) << objective.status();
    ParameterSet encoder = RandomParameters(shape.student, 2 + k);
    std::vector<ParameterSpec> specs = encoder.specs();
    for (const ParameterSpec& spec : objective->parameters()) specs.push_back(spec);
    ParameterSet initial(specs, at::kFloat, c10::Device(at::kCPU));
    InitializeRandomNormal(2 + k, shape.student.initializer_range, 0, &initial);
    StudentOptions options{stage, static_cast<uint64_t>(k), shape.precision, shape.device, steps + 1};
    auto trainer = StudentTrainer::Create(student_encoder, *std::move(objective), initial, std::move(options));
    CHECK(trainer.ok()) << trainer.status();
    CohortMember member;
    member.id = {absl::StrCat("student ", k), 1, "train"};
    member.encoder = &student_encoder;
    member.student = *std::move(trainer);
    members.push_back(std::move(member));
  }
  StepTimer timer;
  CohortOptions options;
  options.step_batch = [&](int64_t step) { return RandomStep(shape, step); };
  options.total_steps = steps + 1;
  options.device = shape.device;
  options.row_chunk = stage.row_chunk();
  options.teacher.encoder = &teacher_encoder;
  options.teacher.parameters = &teacher;
  options.checkpoint_steps = steps + 2;
  options.observers = {&timer};
  const auto results = TrainCohort(options, &members);
  CHECK(results.ok()) << results.status();
  for (const MemberResult& result : *results) CHECK(result.status.ok()) << result.status;
  return Median({timer.seconds.begin() + 1, timer.seconds.end()});
}

double TeacherSecondsPerStep(const TrainingShape& shape, int steps) {
  at::NoGradGuard no_grad;
  const Encoder encoder(shape.teacher);
  const ParameterSet parameters = RandomParameters(shape.teacher, 1).To(shape.precision, shape.device);
  const Stage stage = MakeStage(shape);
  const absl::StatusOr<Objective> objective = Objective::Create(stage.loss(), {shape.student, &shape.teacher});
  CHECK(objective.ok()) << objective.status();
  std::vector<double> seconds;
  for (int step = 0; step <= steps; ++step) {
    const StepBatch random = RandomStep(shape, step);
    const absl::Time start = absl::Now();
    const Batch batch = random.Slice(0, shape.sequences, shape.device);
    const ModelOutputs outputs = encoder.Forward(parameters, batch, objective->teacher(), std::nullopt);
    for (const HeadRows& rows : objective->teacher().logits) {
      TeacherLogits(encoder, parameters, batch, outputs.hidden.at(shape.teacher.depth()), rows, stage.row_chunk());
    }
    if (step > 0) seconds.push_back(absl::ToDoubleSeconds(absl::Now() - start));
  }
  return Median(seconds);
}

}  // namespace retort::benchmark
