#include "framework/sweep/run.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ATen/ops/isfinite.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/base/try_torch.h"
#include "framework/init/initializer.h"
#include "framework/sweep/cohorts.h"
#include "framework/sweep/speed.h"
#include "framework/train/cohort.h"
#include "framework/train/objective.h"
#include "framework/train/student_trainer.h"

namespace retort {
namespace {

constexpr size_t kMostEvaluatedTogether = 8;  // Bounds the memory for students' parameters.
constexpr int64_t kMeasuredSteps = 3;         // The first of them warms up.

// A teacher or student in memory, ready for a device and precision.
struct ReadyModel {
  std::unique_ptr<Encoder> encoder;
  ParameterSet parameters;
};

// What TrainCohort needs, with all that it points to.
struct ReadyCohort {
  std::unique_ptr<ReadyModel> teacher;  // Null: none is read.
  std::vector<std::unique_ptr<Encoder>> encoders;
  std::vector<CohortMember> members;
  CohortOptions options;
};

class Runner {
 public:
  Runner(const Plan& plan, const RunOptions& options, const Store& store, Inputs* inputs)
      : plan_(plan), options_(options), store_(store), inputs_(inputs), done_(store.Done(plan)) {}

  absl::StatusOr<StageStatuses> Run() {
    while (true) {
      FailReaders();
      if (const std::vector<int> cohort = NextCohort(); !cohort.empty()) {
        RETORT_RETURN_IF_ERROR(Train(cohort));
      } else if (const std::vector<int> evaluations = NextEvaluations(); !evaluations.empty()) {
        RETORT_RETURN_IF_ERROR(Evaluate(evaluations));
      } else {
        return failed_;
      }
    }
  }

  absl::StatusOr<std::optional<double>> MeasureSpeed() {
    const std::vector<int> indices = NextCohort();
    if (indices.empty()) return std::nullopt;
    RETORT_ASSIGN_OR_RETURN(ReadyCohort cohort, MakeCohort(indices));
    SpeedMeter meter;
    cohort.options.total_steps = std::min(cohort.options.total_steps, kMeasuredSteps);
    cohort.options.evaluate = nullptr;
    cohort.options.observers = {&meter};
    for (CohortMember& member : cohort.members) member.checkpoint_folder.clear();
    RETORT_RETURN_IF_ERROR(TrainCohort(cohort.options, &cohort.members).status());
    return meter.flops_per_second();
  }

 private:
  bool Open(int index) const { return done_.count(index) == 0 && failed_.count(index) == 0; }

  // What reads a failed stage fails with it.
  void FailReaders() {
    for (int index = 0; index < static_cast<int>(plan_.stages.size()); ++index) {
      if (!Open(index)) continue;
      for (int source : {plan_.stages[index].student, plan_.stages[index].teacher}) {
        const auto failed = failed_.find(source);
        if (failed == failed_.end()) continue;
        failed_[index] = absl::Status(failed->second.code(), absl::StrCat("stage \"", plan_.stages[source].stage.name(),
                                                                          "\": ", failed->second.message()));
        break;
      }
    }
  }

  std::vector<int> NextCohort() const {
    StageIndices failed;
    for (const auto& [index, status] : failed_) failed.insert(index);
    const std::vector<std::vector<int>> cohorts = Cohorts(plan_, done_, failed);
    return cohorts.empty() ? std::vector<int>() : SameCheckpoint(cohorts.front());
  }

  // The members that can go on together: all, if they have a checkpoint in common or none at all; else those whose
  // newest checkpoint is the first member's.
  std::vector<int> SameCheckpoint(const std::vector<int>& cohort) const {
    std::vector<std::string> folders;
    bool any = false;
    for (int index : cohort) {
      folders.push_back(store_.CheckpointFolder(plan_.stages[index].key));
      any = any || !ListCheckpoints(folders.back()).empty();
    }
    if (!any || NewestCommonCheckpoint(folders) > 0) return cohort;
    std::vector<int> same;
    const int64_t newest = NewestCommonCheckpoint({folders.front()});
    for (size_t i = 0; i < cohort.size(); ++i) {
      if (NewestCommonCheckpoint({folders[i]}) == newest) same.push_back(cohort[i]);
    }
    return same;
  }

  // Evaluations that can run now on the same sequences beside the same teacher.
  std::vector<int> NextEvaluations() const {
    std::vector<int> group;
    for (size_t i = 0; i < plan_.stages.size() && group.size() < kMostEvaluatedTogether; ++i) {
      const int index = static_cast<int>(i);
      const PlannedStage& stage = plan_.stages[i];
      if (stage.trains() || !Open(index) || !SourcesAreDone(stage, done_)) continue;
      if (!group.empty()) {
        const PlannedStage& first = plan_.stages[group.front()];
        if (stage.teacher_scores_key != first.teacher_scores_key || stage.vocabulary != first.vocabulary ||
            stage.examples != first.examples) {
          continue;
        }
      }
      group.push_back(index);
    }
    return group;
  }

  absl::StatusOr<ReadyModel> Prepare(const EncoderConfig& config, const ParameterSet& parameters,
                                     c10::ScalarType precision) const {
    ReadyModel model;
    model.encoder = std::make_unique<Encoder>(config);
    RETORT_RETURN_IF_ERROR(TryTorch("loading a model", [&] {
      model.parameters = parameters.To(precision, plan_.device);
      return absl::OkStatus();
    }));
    return model;
  }

  absl::StatusOr<ReadyModel> Teacher(const PlannedStage& stage, c10::ScalarType precision) const {
    if (stage.teacher >= 0) {
      RETORT_ASSIGN_OR_RETURN(const LoadedModel loaded, store_.GetStudent(plan_.stages[stage.teacher].key));
      return Prepare(loaded.config, loaded.parameters, precision);
    }
    RETORT_ASSIGN_OR_RETURN(const ModelInput* loaded, inputs_->Model(stage.checkpoint));
    return Prepare(loaded->model.config, loaded->model.parameters, precision);
  }

  // The student's encoder parameters before the stage, float32 on the host.
  absl::StatusOr<ParameterSet> InitialParameters(const PlannedStage& stage) const {
    ParameterSet parameters(EncoderParameterSpecs(stage.config), at::kFloat, c10::Device(at::kCPU));
    if (stage.student >= 0) {
      RETORT_ASSIGN_OR_RETURN(const LoadedModel loaded, store_.GetStudent(plan_.stages[stage.student].key));
      for (const ParameterSpec& spec : parameters.specs()) {
        RETORT_RETURN_IF_ERROR(parameters.Set(spec.name, loaded.parameters.Get(spec.name)));
      }
      return parameters;
    }
    const ModelInput* teacher = nullptr;
    if (!stage.checkpoint.empty()) {
      RETORT_ASSIGN_OR_RETURN(teacher, inputs_->Model(stage.checkpoint));
    }
    const InitializerContext context{stage.config, teacher == nullptr ? nullptr : &teacher->model.config};
    RETORT_ASSIGN_OR_RETURN(const auto initializer, InitializerRegistry::Global().Create(stage.init.plugin(), context));
    RETORT_RETURN_IF_ERROR(
        initializer->Initialize({teacher == nullptr ? nullptr : &teacher->model.parameters, stage.seed}, &parameters));
    return parameters;
  }

  // The encoder's parameters with those of the loss terms behind them.
  static absl::StatusOr<ParameterSet> WithTermParameters(const PlannedStage& stage, const ParameterSet& encoder,
                                                         const Objective& objective) {
    ParameterSet terms(objective.parameters(), at::kFloat, c10::Device(at::kCPU));
    InitializeRandomNormal(stage.seed, stage.config.initializer_range, stage.config.pad_token_id, &terms);
    std::vector<ParameterSpec> specs = encoder.specs();
    specs.insert(specs.end(), terms.specs().begin(), terms.specs().end());
    ParameterSet all(std::move(specs), at::kFloat, c10::Device(at::kCPU));
    for (const ParameterSet* part : {&encoder, static_cast<const ParameterSet*>(&terms)}) {
      for (const ParameterSpec& spec : part->specs()) RETORT_RETURN_IF_ERROR(all.Set(spec.name, part->Get(spec.name)));
    }
    return all;
  }

  absl::StatusOr<CohortMember> MakeMember(const PlannedStage& stage, const Encoder& encoder,
                                          const EncoderConfig* teacher) const {
    RETORT_ASSIGN_OR_RETURN(Objective objective, Objective::Create(stage.stage.loss(), {stage.config, teacher}));
    RETORT_ASSIGN_OR_RETURN(const ParameterSet initial, InitialParameters(stage));
    RETORT_ASSIGN_OR_RETURN(const ParameterSet all, WithTermParameters(stage, initial, objective));
    StudentOptions options{stage.stage, stage.seed, stage.precision, plan_.device, stage.total_steps};
    CohortMember member;
    member.id = stage.used_by.front();
    member.encoder = &encoder;
    RETORT_ASSIGN_OR_RETURN(member.student,
                            StudentTrainer::Create(encoder, std::move(objective), all, std::move(options)));
    member.checkpoint_folder = store_.CheckpointFolder(stage.key);
    return member;
  }

  absl::StatusOr<ReadyCohort> MakeCohort(const std::vector<int>& indices) {
    const PlannedStage* taught = nullptr;
    for (int index : indices) {
      if (plan_.stages[index].reads_teacher) taught = &plan_.stages[index];
    }
    const PlannedStage& first = plan_.stages[indices.front()];
    ReadyCohort cohort;
    if (taught != nullptr) {
      RETORT_ASSIGN_OR_RETURN(ReadyModel teacher, Teacher(*taught, first.precision));
      cohort.teacher = std::make_unique<ReadyModel>(std::move(teacher));
    }
    for (int index : indices) {
      const PlannedStage& stage = plan_.stages[index];
      cohort.encoders.push_back(std::make_unique<Encoder>(stage.config));
      const EncoderConfig* config = stage.reads_teacher ? &cohort.teacher->encoder->config() : nullptr;
      RETORT_ASSIGN_OR_RETURN(CohortMember member, MakeMember(stage, *cohort.encoders.back(), config));
      cohort.members.push_back(std::move(member));
    }
    RETORT_ASSIGN_OR_RETURN(cohort.options, MakeCohortOptions(first));
    if (taught != nullptr) {
      cohort.options.teacher.encoder = cohort.teacher->encoder.get();
      cohort.options.teacher.parameters = &cohort.teacher->parameters;
      if (taught->teacher_dropout) cohort.options.teacher.dropout = Dropout{taught->seed};
    }
    return cohort;
  }

  absl::Status Train(const std::vector<int>& indices) {
    for (int index : indices) RETORT_RETURN_IF_ERROR(store_.Begin(plan_.stages[index]));
    RETORT_ASSIGN_OR_RETURN(ReadyCohort cohort, MakeCohort(indices));
    RETORT_ASSIGN_OR_RETURN(const std::vector<MemberResult> results, TrainCohort(cohort.options, &cohort.members));
    for (size_t i = 0; i < indices.size(); ++i) {
      RETORT_RETURN_IF_ERROR(Keep(indices[i], cohort.members[i], results[i]));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<CohortOptions> MakeCohortOptions(const PlannedStage& stage) {
    CohortOptions options;
    options.step_batch = [source = stage.source](int64_t step) { return source->Step(step); };
    options.total_steps = stage.total_steps;
    options.micro_batches = stage.stage.batch().micro_batches();
    options.row_chunk = stage.stage.row_chunk();
    options.device = plan_.device;
    options.checkpoint_steps = stage.stage.checkpoint_steps();
    options.stop = options_.stop;
    options.observers = options_.observers;
    if (!stage.stage.has_evaluate()) return options;
    options.evaluate_every_steps = stage.stage.evaluate().every_steps();
    options.evaluate_every_tokens = stage.stage.evaluate().every_tokens();
    options.metrics = stage.evaluator->metrics();
    options.evaluate = [examples = stage.examples, device = plan_.device](const auto& members) {
      std::vector<EvaluatedModel> models;
      for (const CohortMember* member : members) models.push_back({member->encoder, &member->student->parameters()});
      std::vector<std::map<std::string, double>> metrics;
      for (const MetricScores& scores : examples->Score(models, std::nullopt, device)) {
        auto& means = metrics.emplace_back();
        for (const auto& [name, score] : scores) means[name] = score.Mean();
      }
      return absl::StatusOr<std::vector<std::map<std::string, double>>>(std::move(metrics));
    };
    return options;
  }

  absl::Status Keep(int index, const CohortMember& member, const MemberResult& result) {
    if (!result.status.ok()) {
      failed_[index] = result.status;
      return absl::OkStatus();
    }
    ParameterSet kept(member.student->parameters().specs(), at::kFloat, c10::Device(at::kCPU));
    at::Tensor flat = kept.flat();
    flat.copy_(result.parameters.detach());
    if (!at::isfinite(flat).all().item<bool>()) {  // The last step's update, which no loss has seen.
      failed_[index] = absl::AbortedError(
          absl::StrCat("step ", result.progress.step, ": parameters: want finite values, got NaN or infinity"));
      return absl::OkStatus();
    }
    RETORT_RETURN_IF_ERROR(store_.PutStudent(plan_.stages[index], kept, result.progress));
    done_.insert(index);
    return absl::OkStatus();
  }

  absl::Status Evaluate(const std::vector<int>& group) {
    const PlannedStage& first = plan_.stages[group.front()];
    std::vector<ReadyModel> students;
    for (int index : group) {
      RETORT_RETURN_IF_ERROR(store_.Begin(plan_.stages[index]));
      RETORT_ASSIGN_OR_RETURN(const ParameterSet parameters, InitialParameters(plan_.stages[index]));
      RETORT_ASSIGN_OR_RETURN(ReadyModel model, Prepare(plan_.stages[index].config, parameters, at::kFloat));
      students.push_back(std::move(model));
    }
    std::vector<EvaluatedModel> models;
    for (const ReadyModel& student : students) models.push_back({student.encoder.get(), &student.parameters});
    std::optional<ReadyModel> teacher;
    std::optional<EvaluatedModel> evaluated_teacher;
    if (first.reads_teacher) {
      RETORT_ASSIGN_OR_RETURN(teacher, Teacher(first, at::kFloat));
      evaluated_teacher = EvaluatedModel{teacher->encoder.get(), &teacher->parameters};
    }
    const bool teacher_too = teacher && !store_.HasScores(first.teacher_scores_key);
    if (teacher_too) models.push_back(*evaluated_teacher);

    std::vector<MetricScores> scores;
    RETORT_RETURN_IF_ERROR(TryTorch("evaluation", [&] {
      scores = first.examples->Score(models, evaluated_teacher, plan_.device);
      return absl::OkStatus();
    }));
    for (size_t i = 0; i < models.size(); ++i) {
      const bool is_teacher = i == group.size();
      const PlannedStage& stage = is_teacher ? first : plan_.stages[group[i]];
      RETORT_RETURN_IF_ERROR(store_.PutScores(is_teacher ? first.teacher_scores_key : stage.key,
                                              {stage.stage.name(), stage.evaluator->Split(), scores[i]}));
      if (!is_teacher) done_.insert(group[i]);
    }
    return absl::OkStatus();
  }

  const Plan& plan_;
  const RunOptions& options_;
  const Store& store_;
  Inputs* inputs_;
  StageIndices done_;
  StageStatuses failed_;
};

}  // namespace

absl::StatusOr<StageStatuses> RunPlan(const Plan& plan, const RunOptions& options, const Store& store, Inputs* inputs) {
  return Runner(plan, options, store, inputs).Run();
}

absl::StatusOr<std::optional<double>> MeasureSpeed(const Plan& plan, const std::atomic<bool>* stop, const Store& store,
                                                   Inputs* inputs) {
  const RunOptions options{{}, stop};
  return Runner(plan, options, store, inputs).MeasureSpeed();
}

}  // namespace retort
