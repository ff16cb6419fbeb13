#include "framework/sweep/plan/plan_estimate.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/eval/lm_evaluation.h"
#include "framework/model/encoder.h"

namespace retort {
namespace {

constexpr double kForwardAndBackward = 3;
constexpr int64_t kStepsLookedAt = 256;

// Operations of the student, and of the teacher, for sequences of mean length.
std::pair<double, double> StepFlops(const PlannedStage& planned, const StepShape& shape, const Objective& objective,
                                    const EncoderConfig* teacher) {
  const double labelled = shape.labelled_share;
  const RowCounter rows = [&](RowSet set) {
    switch (set) {
      case RowSet::kReal:
        return static_cast<double>(shape.tokens);
      case RowSet::kLabelled:
        return std::floor(static_cast<double>(shape.tokens) * labelled);
      case RowSet::kSequences:
        return static_cast<double>(shape.sequences);
    }
    return 0.0;
  };
  const auto sequences = static_cast<double>(shape.sequences);
  const PassSize size =
      PassSize::OfEqual(sequences, static_cast<double>(shape.positions), static_cast<double>(shape.tokens) / sequences);
  const double student = kForwardAndBackward * Encoder(planned.config).ForwardFlops(size, objective.student(), rows);
  if (!planned.reads_teacher) return {student, 0};
  return {student, Encoder(*teacher).ForwardFlops(size, objective.teacher(), rows)};
}

absl::StatusOr<int64_t> StepsForFlops(const char* field, double flops, double of_step) {
  return CountedSteps(field, flops / of_step, absl::StrCat(flops, " operations in steps of ", of_step));
}

absl::StatusOr<int64_t> CountSteps(const Budget& budget, const StepSource& source, double student_flops,
                                   double teacher_flops) {
  switch (budget.limit_case()) {
    case Budget::kSteps:
      return CountedSteps("steps", static_cast<double>(budget.steps()), absl::StrCat(budget.steps()));
    case Budget::kTokens:
      return StepsForTokens(source, budget.tokens());
    case Budget::kEpochs:
      return StepsForEpochs(source, budget.epochs());
    case Budget::kStudentFlops:
      return StepsForFlops("student_flops", budget.student_flops(), student_flops);
    case Budget::kTotalFlops:
      return StepsForFlops("total_flops", budget.total_flops(), student_flops + teacher_flops);
    default:
      return absl::InvalidArgumentError("budget: want tokens, steps, epochs, student_flops or total_flops, got none");
  }
}

int64_t CountSpecs(const std::vector<ParameterSpec>& specs) {
  int64_t count = 0;
  for (const ParameterSpec& spec : specs) count += spec.size();
  return count;
}

MemorySide Side(const EncoderConfig& config, Capture demands) {
  return {config, CountParameters(config), std::move(demands)};
}

// Of the step with the most computed positions among the first ones; its slices are taken to be equal.
MemoryShape LargestMicroBatch(const PlannedStage& planned, const TrainingWork& work, bool reads_padding) {
  MemoryShape largest;
  largest.row_chunk = planned.stage.row_chunk();
  largest.precision = planned.precision;
  int64_t most = 0;
  for (int64_t step = 0; step < std::min(work.total_steps, kStepsLookedAt); ++step) {
    const StepShape shape = work.source->Shape(step);
    const int64_t parts = std::min<int64_t>(planned.stage.batch().micro_batches(), shape.sequences);
    const int64_t sequences = (shape.sequences + parts - 1) / parts;
    const int64_t tokens = (shape.tokens * sequences + shape.sequences - 1) / shape.sequences;
    const int64_t computed = reads_padding ? sequences * shape.positions : tokens;
    if (computed <= most) continue;
    most = computed;
    largest.sequences = sequences;
    largest.positions = shape.positions;
    largest.tokens = tokens;
  }
  return largest;
}

// Rows of the student's logits of the vocabulary: of all real positions as soon as a loss reads those.
int64_t LogitRowsOf(const Capture& demands, const StepSource& source, int64_t tokens) {
  if (demands.logits.count({HeadKind::kVocabulary, RowSet::kReal}) > 0) return tokens;
  if (!demands.Reads(HeadKind::kVocabulary)) return 0;
  return static_cast<int64_t>(std::ceil(MeanStep(source).labelled_share * static_cast<double>(tokens)));
}

// How many tensors of logits there are at once: the fused kernel's one, or those of a term that libtorch computes: the
// logits, log p of both sides, what is summed, and its gradient.
int64_t LogitTensors(const Objective& objective) {
  constexpr int64_t kFused = 1, kPlain = 5;
  const std::vector<ObjectiveTerm>& terms = objective.terms();
  const bool fused = std::all_of(terms.begin(), terms.end(), [](const ObjectiveTerm& term) {
    return term.row == nullptr || term.row->head() != HeadKind::kVocabulary || term.row->fused();
  });
  return fused ? kFused : kPlain;
}

TrainingMemory EstimateMemory(const PlannedStage& planned, const TrainingWork& work, const Objective& objective,
                              const EncoderConfig* teacher) {
  const MemorySide student{planned.config, work.parameters, objective.student(), planned.stage.keep().has_best()};
  MemoryShape shape = LargestMicroBatch(planned, work, student.demands.padding);
  shape.rows = LogitRowsOf(student.demands, *work.source, shape.tokens);
  shape.logit_tensors = LogitTensors(objective);
  if (teacher == nullptr) return EstimateTrainingMemory(student, nullptr, shape);
  const MemorySide teaching = Side(*teacher, objective.teacher());
  return EstimateTrainingMemory(student, &teaching, shape, planned.reads_teacher);
}

// Of the longest sequences. Evaluations of language models bound the positions, and read rows of logits.
MemoryShape LargestEvaluatedBatch(const ModelNeeds& needs) {
  const bool logits = needs.heads.count(HeadKind::kVocabulary) > 0;
  MemoryShape shape;
  shape.positions = needs.longest_sequence;
  const int64_t most = std::max<int64_t>(1, kPositionsAtOnce / std::max<int64_t>(1, shape.positions));
  shape.sequences = logits ? std::min(kSequencesAtOnce, most) : kSequencesAtOnce;
  shape.tokens = shape.sequences * shape.positions;
  shape.rows = logits ? shape.tokens : 0;
  shape.row_chunk = kRowsAtOnce;
  return shape;
}

}  // namespace

int64_t CountParameters(const EncoderConfig& config) { return CountSpecs(EncoderParameterSpecs(config)); }

absl::Status EstimateTraining(const PlannedStage& planned, const Objective& objective, const EncoderConfig* teacher,
                              TrainingWork* work) {
  const StepShape mean_step = MeanStep(*work->source);
  const auto [student_flops, teacher_flops] = StepFlops(planned, mean_step, objective, teacher);
  if (planned.reads_teacher) work->teaching = {objective.teacher(), *teacher, mean_step, ""};
  RETORT_ASSIGN_OR_RETURN(work->total_steps,
                          CountSteps(planned.stage.budget(), *work->source, student_flops, teacher_flops));
  const double steps = static_cast<double>(work->total_steps);
  work->student_flops = steps * student_flops;
  work->teacher_flops = steps * teacher_flops;
  work->parameters = CountParameters(planned.config) + CountSpecs(objective.parameters());
  work->memory = EstimateMemory(planned, *work, objective, teacher);
  return absl::OkStatus();
}

EvaluationMemory EstimateEvaluation(const PlannedStage& planned, const ModelNeeds& needs,
                                    const EncoderConfig* teacher) {
  const MemorySide student = Side(planned.config, {});
  const MemoryShape shape = LargestEvaluatedBatch(needs);
  if (!planned.reads_teacher) return EstimateEvaluationMemory(student, nullptr, shape);
  const MemorySide teaching = Side(*teacher, {});
  return EstimateEvaluationMemory(student, &teaching, shape);
}

}  // namespace retort
