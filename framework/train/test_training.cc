#include "framework/train/test_training.h"

#include <utility>

#include "ATen/TensorOperators.h"
#include "absl/strings/str_cat.h"
#include "framework/config/text/parse.h"
#include "framework/config/variants/defaults.h"
#include "framework/init/initializer.h"
#include "framework/testing/fixtures.h"
#include "glog/logging.h"

namespace retort::testing {
namespace {

constexpr int64_t kTeacherLayers = 4;
constexpr uint64_t kTeacherSeed = 1000;
constexpr double kWeightRange = 0.3;
constexpr double kBiasRange = 0.1;

}  // namespace

const char kTripleLoss[] =
    "loss { name: \"ce\" weight: 5 soft_targets { temperature: 2 } } loss { name: \"cos\" cosine {} } "
    "loss { name: \"mlm\" weight: 2 masked_lm {} } ";

const char kFailingLoss[] = "loss { name: \"failing\" plugin { [type.googleapis.com/google.protobuf.Empty] {} } } ";

Stage MakeStage(const std::string& text) {
  Experiment experiment;
  const absl::Status status =
      ParseText(absl::StrCat("stage { ", text, " }"), "test", PluginCatalogue::Global(), &experiment);
  CHECK(status.ok()) << status;
  FillDefaults(&experiment);
  return experiment.stage(0);
}

Objective MakeObjective(const Stage& stage, const EncoderConfig& student, const EncoderConfig* teacher) {
  absl::StatusOr<Objective> objective = Objective::Create(stage.loss(), {student, teacher});
  CHECK(objective.ok()) << objective.status();
  objective->ChooseForms({}, c10::DeviceType::CPU);
  return *std::move(objective);
}

ParameterSet RandomModel(const EncoderConfig& config, uint64_t seed, const Objective* objective) {
  std::vector<ParameterSpec> specs = EncoderParameterSpecs(config);
  if (objective != nullptr) {
    for (ParameterSpec& spec : objective->parameters()) specs.push_back(std::move(spec));
  }
  ParameterSet parameters(std::move(specs), at::kFloat, c10::Device(at::kCPU));
  InitializeRandomNormal(seed, kWeightRange, config.pad_token_id, &parameters);
  uint64_t parameter_seed = seed;
  for (const ParameterSpec& spec : parameters.specs()) {
    if (spec.kind == ParameterKind::kWeight) continue;
    const at::Tensor shift = kBiasRange * RandomTensor(spec.shape, ++parameter_seed, at::kFloat);
    CHECK(parameters.Set(spec.name, parameters.Get(spec.name) + shift).ok());
  }
  return parameters;
}

std::unique_ptr<StudentTrainer> MakeStudent(const Encoder& encoder, const EncoderConfig* teacher,
                                            const StudentOptions& options) {
  Objective objective = MakeObjective(options.stage, encoder.config(), teacher);
  const ParameterSet initial = RandomModel(encoder.config(), options.seed, &objective);
  auto student = StudentTrainer::Create(encoder, std::move(objective), initial, options);
  CHECK(student.ok()) << student.status();
  return *std::move(student);
}

absl::StatusOr<UpdateResult> UpdateAndFetch(int64_t step, StudentTrainer* student) {
  student->Update(step);
  const UpdateResults results = student->FetchResults();
  if (!results.status.ok()) return results.status;
  CHECK_EQ(results.steps.size(), 1u);
  return results.steps.front();
}

StepBatch RandomStep(int64_t step) {
  StepBatch batch = RandomStepBatch({9, 4, 12, 7, 3, 9}, static_cast<uint64_t>(step));
  batch.epoch = step;
  return batch;
}

TestCohort::TestCohort(std::string folder, c10::ScalarType precision, c10::Device device)
    : folder_(std::move(folder)),
      precision_(precision),
      device_(device),
      teacher_(SmallEncoder(kTeacherLayers)),
      teacher_parameters_(RandomModel(teacher_.config(), kTeacherSeed).To(precision, device)) {
  options_.step_batch = RandomStep;
  options_.device = device;
  options_.micro_batches = 2;
  options_.row_chunk = 8;
  options_.teacher.encoder = &teacher_;
  options_.teacher.parameters = &teacher_parameters_;
}

std::vector<CohortMember> TestCohort::Members(const std::vector<TestMember>& members) {
  std::vector<CohortMember> made;
  for (const TestMember& member : members) {
    encoders_.push_back(std::make_unique<Encoder>(SmallEncoder(member.layers)));
    StudentOptions options;
    options.stage = MakeStage(member.stage);
    options.stage.set_row_chunk(static_cast<int32_t>(options_.row_chunk));
    options.seed = member.seed;
    options.precision = precision_;
    options.device = device_;
    options.total_steps = options_.total_steps;
    CohortMember& cohort_member = made.emplace_back();
    cohort_member.id = {member.name, member.seed, "test"};
    cohort_member.encoder = encoders_.back().get();
    cohort_member.student = MakeStudent(*encoders_.back(), &teacher_.config(), options);
    cohort_member.checkpoint_folder = CheckpointFolder(member.name);
  }
  return made;
}

}  // namespace retort::testing
