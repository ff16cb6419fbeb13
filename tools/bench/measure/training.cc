#include "tools/bench/measure/training.h"

#include <random>
#include <string>
#include <utility>

#include "ATen/Parallel.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/batch/step_batch.h"
#include "framework/config/text/parse.h"
#include "framework/config/variants/defaults.h"
#include "framework/init/initializer.h"
#include "framework/registry/plugin_catalogue.h"
#include "framework/train/objective/objective.h"
#include "framework/train/student/student_trainer.h"

namespace retort::bench {
namespace {

constexpr int64_t kLabelEvery = 7;  // About 15 % of the positions.
constexpr int64_t kClassCount = 2;
constexpr int64_t kManySteps = 1'000'000;  // Of the schedule, which no run reaches the end of.

StepBatch RandomStep(const Workload& workload, int64_t step) {
  std::mt19937_64 random(step);
  StepBatch batch;
  int64_t sample = step * static_cast<int64_t>(workload.lengths.size());
  for (const int64_t length : workload.lengths) {
    StepSequence& sequence = batch.sequences.emplace_back();
    sequence.sample_id = sample++;
    if (workload.losses == Losses::kClasses) sequence.class_label = sequence.sample_id % kClassCount;
    for (int64_t s = 0; s < length; ++s) {
      const auto id = static_cast<int32_t>(random() % workload.student.vocabulary_size);
      sequence.ids.push_back(id);
      sequence.labels.push_back(s % kLabelEvery == 3 ? id : static_cast<int32_t>(kNoLabel));
    }
  }
  return batch;
}

ParameterSet RandomParameters(std::vector<ParameterSpec> specs, const EncoderConfig& config, uint64_t seed) {
  ParameterSet parameters(std::move(specs), at::kFloat, c10::Device(at::kCPU));
  InitializeRandomNormal(seed, config.initializer_range, config.pad_token_id, &parameters);
  return parameters;
}

absl::StatusOr<Stage> MakeStage(const Workload& workload) {
  const std::string text =
      absl::StrCat("stage { name: \"train\" adamw { learning_rate: 1e-4 } clip_norm: 5 row_chunk: ", workload.row_chunk,
                   " ", LossesText(workload.losses), "}");
  Experiment experiment;
  RETORT_RETURN_IF_ERROR(ParseText(text, workload.name, PluginCatalogue::Global(), &experiment));
  FillDefaults(&experiment);
  return experiment.stage(0);
}

}  // namespace

Training::Training(const Workload& workload, c10::ScalarType precision, c10::Device device, Stage stage)
    : workload_(workload),
      precision_(precision),
      device_(device),
      stage_(std::move(stage)),
      student_(workload.student) {
  if (!workload.teacher) return;
  teacher_.emplace(*workload.teacher);
  teacher_parameters_ =
      RandomParameters(EncoderParameterSpecs(*workload.teacher), *workload.teacher, /*seed=*/1).To(precision, device);
}

absl::StatusOr<CohortMember> Training::MakeStudent(int64_t number) const {
  const EncoderConfig* teacher = workload_.teacher ? &*workload_.teacher : nullptr;
  RETORT_ASSIGN_OR_RETURN(Objective objective, Objective::Create(stage_.loss(), {workload_.student, teacher}));
  std::vector<ParameterSpec> specs = EncoderParameterSpecs(workload_.student);
  for (const ParameterSpec& spec : objective.parameters()) specs.push_back(spec);
  const auto seed = static_cast<uint64_t>(2 + number);
  const ParameterSet initial = RandomParameters(std::move(specs), workload_.student, seed);
  CohortMember member;
  member.id = {absl::StrCat("student ", number), /*seed=*/1, stage_.name()};
  member.encoder = &student_;
  RETORT_ASSIGN_OR_RETURN(member.student,
                          StudentTrainer::Create(student_, std::move(objective), initial,
                                                 StudentOptions{stage_, seed, precision_, device_, kManySteps}));
  return member;
}

absl::StatusOr<std::unique_ptr<Training>> Training::Create(const Workload& workload, c10::ScalarType precision,
                                                           c10::Device device) {
  RETORT_ASSIGN_OR_RETURN(Stage stage, MakeStage(workload));
  std::unique_ptr<Training> training(new Training(workload, precision, device, std::move(stage)));
  for (int64_t number = 0; number < workload.students; ++number) {
    RETORT_ASSIGN_OR_RETURN(training->members_.emplace_back(), training->MakeStudent(number));
  }
  return training;
}

absl::Status Training::Run(int64_t steps, Observer* observer) {
  CohortOptions options;
  options.step_batch = [this](int64_t step) { return RandomStep(workload_, step); };
  options.total_steps = steps;
  options.device = device_;
  if (workload_.side_by_side) options.students_at_once = at::get_num_threads();
  options.row_chunk = stage_.row_chunk();
  if (teacher_) {
    options.teacher.encoder = &*teacher_;
    options.teacher.parameters = &teacher_parameters_;
  }
  options.checkpoint_steps = steps + 1;
  if (observer != nullptr) options.observers = {observer};
  RETORT_ASSIGN_OR_RETURN(const std::vector<MemberResult> results, TrainCohort(options, &members_));
  for (const MemberResult& result : results) RETORT_RETURN_IF_ERROR(result.status);
  return absl::OkStatus();
}

}  // namespace retort::bench
