#ifndef RETORT_FRAMEWORK_TRAIN_TEST_TRAINING_H_
#define RETORT_FRAMEWORK_TRAIN_TEST_TRAINING_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "c10/core/ScalarType.h"
#include "framework/batch/step_batch.h"
#include "framework/config/sweep.pb.h"
#include "framework/loss/loss_term.h"
#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"
#include "framework/train/cohort.h"
#include "framework/train/objective/objective.h"
#include "framework/train/student/student_trainer.h"
#include "google/protobuf/empty.pb.h"

namespace retort::testing {

// Trainings of encoders as small as SmallEncoder's, for tests. Everything is a function of its arguments. What a test
// gets wrong CHECK-fails.

// DistilBERT's three losses over all rows.
extern const char kTripleLoss[];

// The training stage that this text describes, `loss { ... } adamw { ... }` and so on, with defaults filled in.
Stage MakeStage(const std::string& text);

// With Gram forms where they are asked for.
Objective MakeObjective(const Stage& stage, const EncoderConfig& student, const EncoderConfig* teacher);

// Random parameters of an encoder and its masked-LM head, biases and LayerNorms included, float32; with those of an
// objective's terms, if there is one.
ParameterSet RandomModel(const EncoderConfig& config, uint64_t seed, const Objective* objective = nullptr);

// A student of random parameters; options.seed draws them, and the dropout.
std::unique_ptr<StudentTrainer> MakeStudent(const Encoder& encoder, const EncoderConfig* teacher,
                                            const StudentOptions& options);

// Takes the optimiser's step and waits for what it did.
absl::StatusOr<UpdateResult> UpdateAndFetch(int64_t step, StudentTrainer* student);

// Step number `step` of six sequences of uneven lengths.
StepBatch RandomStep(int64_t step);

// The sum of squares of hidden state 0, which fails with FailedPrecondition where Condition::Fails(batch). A test that
// registers one (RETORT_REGISTER_LOSS_TERM, with google.protobuf.Empty) names it by kFailingLoss.
template <typename Condition>
class FailingLoss final : public TensorLossTerm {
 public:
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const google::protobuf::Empty&, const LossContext&) {
    return std::make_unique<FailingLoss>();
  }
  Capture student() const override {
    Capture capture;
    capture.hidden.insert(0);
    return capture;
  }
  Capture teacher() const override { return {}; }
  double Count(const BatchMasks& masks) const override { return static_cast<double>(masks.sequences()); }
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override {
    if (Condition::Fails(inputs.batch)) return absl::FailedPreconditionError("this batch was to fail");
    return inputs.student.hidden.at(0).square().sum();
  }
};
extern const char kFailingLoss[];

// What one member of a TestCohort is.
struct TestMember {
  std::string name;
  std::string stage;  // As in MakeStage.
  int64_t layers = 2;
  uint64_t seed = 1;
};

// A teacher of four layers, and students that it teaches.
class TestCohort {
 public:
  // Checkpoints go below `folder`. Members get the options' number of steps: set that first.
  explicit TestCohort(std::string folder, c10::ScalarType precision = at::kFloat,
                      c10::Device device = c10::Device(at::kCPU));
  TestCohort(const TestCohort&) = delete;
  TestCohort& operator=(const TestCohort&) = delete;

  CohortOptions& options() { return options_; }

  // Fresh students. They live as long as the cohort.
  std::vector<CohortMember> Members(const std::vector<TestMember>& members);

  std::string CheckpointFolder(const std::string& member) const { return folder_ + "/" + member; }

 private:
  const std::string folder_;
  const c10::ScalarType precision_;
  const c10::Device device_;
  const Encoder teacher_;
  const ParameterSet teacher_parameters_;
  std::vector<std::unique_ptr<Encoder>> encoders_;
  CohortOptions options_;
};

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TRAIN_TEST_TRAINING_H_
