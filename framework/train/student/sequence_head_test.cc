// Terms over the heads of sequences against plain autograd over the same logits.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/exp.h"
#include "ATen/ops/log_softmax.h"
#include "ATen/ops/zeros.h"
#include "absl/strings/str_cat.h"
#include "framework/batch/micro_batches.h"
#include "framework/loss/label_loss.h"
#include "framework/loss/loss_term.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "framework/train/student/student_trainer.h"
#include "framework/train/test_training.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsCloseTo;
using testing::IsOk;

// Cross-entropy against the labels of a head.
template <HeadKind kHead, typename Config>
class LabelsOfHead final : public RowLossTerm {
 public:
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const Config&, const LossContext&) {
    return std::make_unique<LabelsOfHead>();
  }
  Capture teacher() const override { return {}; }
  HeadKind head() const override { return kHead; }
  RowSet rows() const override { return RowSet::kSequences; }
  absl::StatusOr<at::Tensor> SumRows(const LogitRows& logits) const override {
    return LabelSum(logits.student, logits.labels);
  }
};

// The squared error of the score.
class SquaresOfScores final : public RowLossTerm {
 public:
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const google::protobuf::Timestamp&, const LossContext&) {
    return std::make_unique<SquaresOfScores>();
  }
  Capture teacher() const override { return {}; }
  HeadKind head() const override { return HeadKind::kScore; }
  RowSet rows() const override { return RowSet::kSequences; }
  absl::StatusOr<at::Tensor> SumRows(const LogitRows& logits) const override {
    const at::Tensor difference = logits.student.squeeze(1) - logits.scores;
    return (difference * difference).sum();
  }
};

using ClassLabels = LabelsOfHead<HeadKind::kClasses, google::protobuf::Empty>;
using SpanLabels = LabelsOfHead<HeadKind::kSpans, google::protobuf::Duration>;
RETORT_REGISTER_LOSS_TERM(ClassLabels, google::protobuf::Empty);
RETORT_REGISTER_LOSS_TERM(SpanLabels, google::protobuf::Duration);
RETORT_REGISTER_LOSS_TERM(SquaresOfScores, google::protobuf::Timestamp);

std::string TestTerm(const std::string& name, double weight, const std::string& message) {
  return absl::StrCat("loss { name: \"", name, "\" weight: ", weight, " plugin { [type.googleapis.com/google.protobuf.",
                      message, "] {} } } ");
}

constexpr uint64_t kSeed = 7;
constexpr double kTemperature = 2;

StepBatch TestStep() { return testing::RandomStepBatch({9, 4, 12, 7, 3}, 4); }

// A student and a teacher with heads of these kinds, besides the vocabulary's.
struct Models {
  explicit Models(const std::vector<HeadKind>& heads)
      : student(testing::SmallModel("bert", 2, heads)), teacher(testing::SmallModel("bert", 3, heads)) {}

  Encoder student, teacher;
  ParameterSet teacher_parameters = testing::RandomModel(teacher.config(), 1);
};

TeacherOutputs Teach(const Models& models, const Objective& objective, const Batch& batch) {
  at::NoGradGuard no_grad;
  TeacherOutputs outputs;
  outputs.model = models.teacher.Forward(models.teacher_parameters, batch, objective.teacher(), std::nullopt);
  for (const HeadRows& rows : objective.teacher().logits) {
    outputs.logits[rows] = TeacherLogits(models.teacher, models.teacher_parameters, batch, outputs.model.hidden.at(3),
                                         rows, /*chunk_rows=*/4);
  }
  return outputs;
}

// The student after the gradient of a step that is cut into micro-batches.
std::unique_ptr<StudentTrainer> Train(const Models& models, const std::string& losses, int micro_batches) {
  StudentOptions options;
  options.stage = testing::MakeStage(losses);
  options.stage.set_row_chunk(4);
  options.seed = kSeed;
  options.total_steps = 1;
  auto student = testing::MakeStudent(models.student, &models.teacher.config(), options);
  const StepBatch step = TestStep();
  const auto slices = MicroBatches(static_cast<int64_t>(step.sequences.size()), micro_batches);
  std::vector<BatchMasks> masks;
  for (const SequenceRange& slice : slices) masks.push_back(step.Masks(slice.begin, slice.end));
  student->StartStep(masks);
  for (size_t i = 0; i < slices.size(); ++i) {
    const Batch batch = step.Slice(slices[i].begin, slices[i].end, at::kCPU);
    const TeacherOutputs teacher = Teach(models, student->objective(), batch);
    EXPECT_THAT(student->AddGradient(batch, static_cast<int>(i), &teacher), IsOk());
  }
  return student;
}

// What a plain loop in float64 reads: the whole step at once.
struct PlainStep {
  explicit PlainStep(const Models& models)
      : parameters(testing::RandomModel(models.student.config(), kSeed).To(at::kDouble, at::kCPU)) {
    parameters.EnableGradients();
    Capture capture;
    capture.hidden = {models.student.config().depth()};
    hidden = models.student.Forward(parameters, batch, capture, Dropout{kSeed}).hidden.begin()->second;
    const ParameterSet teaching = models.teacher_parameters.To(at::kDouble, at::kCPU);
    capture.hidden = {models.teacher.config().depth()};
    taught = models.teacher.Forward(teaching, batch, capture, std::nullopt).hidden.begin()->second;
  }

  const Batch batch = testing::WholeBatch(TestStep());
  ParameterSet parameters;
  at::Tensor hidden, taught;
};

at::Tensor CrossEntropy(const at::Tensor& logits, const at::Tensor& labels) {
  return -at::log_softmax(logits, -1).gather(1, labels.unsqueeze(1)).sum();
}

void ExpectGradients(const StudentTrainer& got, const ParameterSet& want) {
  double moved = 0;
  for (const ParameterSpec& spec : want.specs()) {
    EXPECT_THAT(got.parameters().Gradient(spec.name), IsCloseTo(want.Gradient(spec.name), 1e-5)) << spec.name;
    if (spec.name.rfind("head.", 0) == 0) moved += want.Gradient(spec.name).abs().sum().item<double>();
  }
  EXPECT_GT(moved, 1e-2);
}

// Labels of the task, the teacher's hard and soft ones, and masked LM on another head of the same student.
TEST(SequenceHead, ClassesAreTrainedAsByAPlainLoop) {
  const Models models({HeadKind::kVocabulary, HeadKind::kClasses});
  PlainStep plain(models);
  const Head head = models.student.head(HeadKind::kClasses);
  const at::Tensor s = head.BatchLogits(plain.parameters, plain.batch, plain.hidden, Dropout{kSeed});
  const ParameterSet teaching = models.teacher_parameters.To(at::kDouble, at::kCPU);
  const at::Tensor t =
      models.teacher.head(HeadKind::kClasses).BatchLogits(teaching, plain.batch, plain.taught, std::nullopt);
  const at::Tensor log_s = at::log_softmax(s / kTemperature, -1), log_t = at::log_softmax(t / kTemperature, -1);
  const at::Tensor divergence = kTemperature * kTemperature * (at::exp(log_t) * (log_t - log_s)).sum();
  const at::Tensor masked = plain.hidden.flatten(0, 1).index_select(0, plain.batch.labelled_rows);
  const at::Tensor pieces = models.student.head(HeadKind::kVocabulary).Logits(plain.parameters, masked);
  const at::Tensor piece_labels = plain.batch.labels.flatten().index_select(0, plain.batch.labelled_rows);
  const double sequences = 5, labelled = static_cast<double>(piece_labels.size(0));
  (3 * CrossEntropy(s, plain.batch.classes) / sequences + 5 * divergence / sequences +
   2 * CrossEntropy(s, t.argmax(-1)) / sequences + CrossEntropy(pieces, piece_labels) / labelled)
      .backward();
  for (int micro_batches : {1, 2, 5}) {
    SCOPED_TRACE(micro_batches);
    ExpectGradients(*Train(models,
                           TestTerm("gold", 3, "Empty") +
                               "loss { name: \"soft\" weight: 5 soft_targets { temperature: 2 head: CLASSES } } "
                               "loss { name: \"hard\" weight: 2 teacher_labels { head: CLASSES } } "
                               "loss { name: \"mlm\" masked_lm {} } ",
                           micro_batches),
                    plain.parameters);
  }
}

// A row is one end of one answer, and padding is no place for it.
TEST(SequenceHead, SpansAreTrainedAsByAPlainLoop) {
  const Models models({HeadKind::kSpans});
  PlainStep plain(models);
  const Head head = models.student.head(HeadKind::kSpans);
  const at::Tensor logits = head.BatchLogits(plain.parameters, plain.batch, plain.hidden, Dropout{kSeed});
  at::Tensor sum = at::zeros({}, at::kDouble);
  for (int64_t b = 0; b < plain.batch.sequences(); ++b) {
    const at::Tensor real = logits[b].narrow(0, 0, plain.batch.masks.lengths[b]);
    sum = sum + CrossEntropy(real.t(), plain.batch.spans[b]);
  }
  (2 * sum / 10).backward();
  for (int micro_batches : {1, 3}) {
    ExpectGradients(*Train(models, TestTerm("gold", 2, "Duration"), micro_batches), plain.parameters);
  }
}

TEST(SequenceHead, ScoresAreTrainedAsByAPlainLoop) {
  const Models models({HeadKind::kScore});
  PlainStep plain(models);
  const ParameterSet teaching = models.teacher_parameters.To(at::kDouble, at::kCPU);
  const at::Tensor s = models.student.head(HeadKind::kScore)
                           .BatchLogits(plain.parameters, plain.batch, plain.hidden, Dropout{kSeed})
                           .squeeze(1);
  const at::Tensor t =
      models.teacher.head(HeadKind::kScore).BatchLogits(teaching, plain.batch, plain.taught, std::nullopt).squeeze(1);
  ((s - plain.batch.scores).square().sum() / 5 + 4 * (s - t).square().sum() / 5).backward();
  for (int micro_batches : {1, 2}) {
    ExpectGradients(
        *Train(models,
               TestTerm("gold", 1, "Timestamp") + "loss { name: \"taught\" weight: 4 logit_mse { head: SCORE } } ",
               micro_batches),
        plain.parameters);
  }
}

TEST(SequenceHead, HeadsThatDifferAreNotCompared) {
  const EncoderConfig student = testing::SmallModel("bert", 1, {HeadKind::kClasses});
  EncoderConfig teacher = student;
  teacher.heads.front().classes = {"no", "yes"};
  const auto error = [&](const std::string& loss) {
    return Objective::Create(testing::MakeStage("loss { name: \"x\" " + loss + " }").loss(), {student, &teacher})
        .status();
  };
  EXPECT_THAT(
      error("teacher_labels { head: CLASSES }"),
      testing::IsInvalidArgument("TeacherLabelsConfig: want teacher and student with the same classes, got no, yes "
                                 "in the teacher and LABEL_0, LABEL_1 in the student"));
  EXPECT_THAT(error("logit_mse { head: SCORE }"),
              testing::IsInvalidArgument("LogitMseConfig: want a teacher with a head of score, got one without"));
  EXPECT_THAT(error("logit_mse { head: CLASSES rows: LABELLED }"),
              testing::IsInvalidArgument("LogitMseConfig.rows: want none for a head of classes"));
}

}  // namespace
}  // namespace retort
