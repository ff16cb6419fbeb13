#ifndef RETORT_FRAMEWORK_TRAIN_STUDENT_TEST_PLAIN_LOOP_H_
#define RETORT_FRAMEWORK_TRAIN_STUDENT_TEST_PLAIN_LOOP_H_

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "ATen/ATen.h"
#include "framework/model/encoder.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "framework/train/student/student_trainer.h"
#include "framework/train/test_training.h"
#include "torch/csrc/autograd/autograd.h"

namespace retort::testing {

// The same training as one would write it with a deep-learning framework, in float64: logits of all rows, one backward,
// AdamW parameter by parameter (Loshchilov and Hutter 2019, algorithm 2).
class PlainLoop {
 public:
  PlainLoop(const StudentTrainer& student, const Encoder& encoder, const Encoder& teacher,
            const ParameterSet& teacher_parameters)
      : seed_(student.options().seed),
        encoder_(encoder),
        teacher_encoder_(teacher),
        parameters_(student.parameters().To(at::kDouble, c10::Device(at::kCPU))),
        teacher_(teacher_parameters.To(at::kDouble, c10::Device(at::kCPU))) {
    for (const ParameterSpec& spec : parameters_.specs()) {
      first_.push_back(at::zeros_like(parameters_.Get(spec.name)));
      second_.push_back(at::zeros_like(parameters_.Get(spec.name)));
    }
  }

  UpdateResult Step(int64_t t, double learning_rate, double clip_norm) {
    parameters_.EnableGradients();
    UpdateResult result;
    torch::autograd::backward({Loss(WholeBatch(RandomStep(t)), &result)}, {});
    result.gradient_norm = std::sqrt(at::sum(parameters_.flat_gradient() * parameters_.flat_gradient()).item<double>());
    const double factor = result.gradient_norm > clip_norm ? clip_norm / result.gradient_norm : 1;
    at::NoGradGuard no_grad;
    for (size_t i = 0; i < parameters_.specs().size(); ++i) {
      const ParameterSpec& spec = parameters_.specs()[i];
      const at::Tensor g = factor * parameters_.Gradient(spec.name);
      const at::Tensor old = parameters_.Get(spec.name).detach();
      first_[i] = 0.9 * first_[i] + 0.1 * g;
      second_[i] = 0.999 * second_[i] + 0.001 * g * g;
      const at::Tensor direction =
          first_[i] / (1 - std::pow(0.9, t)) / (at::sqrt(second_[i] / (1 - std::pow(0.999, t))) + 1e-3);
      const double decay = spec.kind == ParameterKind::kWeight ? 0.1 : 0;
      EXPECT_THAT(parameters_.Set(spec.name, old - learning_rate * decay * old - learning_rate * direction), IsOk());
    }
    return result;
  }

  const ParameterSet& parameters() const { return parameters_; }

 private:
  static at::Tensor Rows(const at::Tensor& hidden, const at::Tensor& rows) {
    return hidden.reshape({-1, hidden.size(-1)}).index_select(0, rows);
  }

  static at::Tensor Logits(const Encoder& encoder, const ParameterSet& parameters, const at::Tensor& hidden) {
    return at::addmm(parameters.Get("head.vocabulary.decoder.bias"),
                     encoder.head(HeadKind::kVocabulary).Transform(parameters, hidden),
                     parameters.Get("embeddings.word").t());
  }

  // 5 · 4 KL(τ = 2) / n + 1 · Σ(1 - cos) / n + 2 · CE / n_labelled.
  at::Tensor Loss(const Batch& batch, UpdateResult* result) {
    Capture last_student, last_teacher;
    last_student.hidden = {2};
    last_teacher.hidden = {3};
    const at::Tensor hidden_s =
        Rows(encoder_.Forward(parameters_, batch, last_student, Dropout{seed_}).hidden.at(2), batch.real_rows);
    const at::Tensor hidden_t =
        Rows(teacher_encoder_.Forward(teacher_, batch, last_teacher, std::nullopt).hidden.at(3), batch.real_rows);
    const at::Tensor s = Logits(encoder_, parameters_, hidden_s), t = Logits(teacher_encoder_, teacher_, hidden_t);
    const at::Tensor labels = batch.labels.reshape({-1}).index_select(0, batch.real_rows);

    const auto n = static_cast<double>(batch.real_rows.size(0)),
               labelled = static_cast<double>(batch.labelled_rows.size(0));
    const at::Tensor log_s = at::log_softmax(s / 2, -1), log_t = at::log_softmax(t / 2, -1);
    const at::Tensor soft = 4 * at::sum(at::exp(log_t) * (log_t - log_s)) / n;
    const at::Tensor cosine = (hidden_s * hidden_t).sum(-1) / (hidden_s.norm(2, -1) * hidden_t.norm(2, -1));
    const at::Tensor away = (1 - cosine).sum() / n;
    const at::Tensor log_p = at::gather(at::log_softmax(s, -1), 1, labels.clamp_min(0).unsqueeze(1)).squeeze(1);
    const at::Tensor hard = -at::sum(log_p * labels.ge(0)) / labelled;
    const at::Tensor loss = 5 * soft + away + 2 * hard;
    result->values = {soft.item<double>(), away.item<double>(), hard.item<double>()};
    result->loss = loss.item<double>();
    return loss;
  }

  const uint64_t seed_;
  const Encoder& encoder_;
  const Encoder& teacher_encoder_;
  ParameterSet parameters_;
  const ParameterSet teacher_;
  std::vector<at::Tensor> first_, second_;
};

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TRAIN_STUDENT_TEST_PLAIN_LOOP_H_
