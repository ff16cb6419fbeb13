#ifndef RETORT_FRAMEWORK_EVAL_EVALUATOR_H_
#define RETORT_FRAMEWORK_EVAL_EVALUATOR_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "framework/config/sweep.pb.h"
#include "framework/data/data_cache.h"
#include "framework/data/model_needs.h"
#include "framework/eval/evaluated_model.h"
#include "framework/eval/scores/example_scores.h"
#include "framework/eval/scores/example_text.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/registry/registry.h"
#include "framework/text/tokenizer.h"

// The interface of evaluation plugins (plugins/evaluation):
//
//   auto evaluator = EvaluatorRegistry::Global().Create(evaluation.plugin(), {});      // Reads no files.
//   auto examples = (*evaluator)->Open({tokenizer, &cache});                           // Reads them.
//   std::vector<MetricScores> scores = (*examples)->Score(models, teacher, at::kCPU);  // One per model.
//
// A plugin is a class beside its configuration message:
//
//   class MyEvaluation final : public Evaluator {
//    public:
//     static constexpr char kPrimaryMetric[] = "my/score";                // What a report begins with.
//     static void FillDefaults(const google::protobuf::Message* data, MyEvaluationConfig* config);
//     static void Check(const std::string& place, const MyEvaluationConfig& config, Problems* problems);
//     static absl::StatusOr<std::unique_ptr<Evaluator>> Create(const MyEvaluationConfig&, const EvaluatorContext&);
//     ...
//   };
//   RETORT_REGISTER_EVALUATOR(MyEvaluation, MyEvaluationConfig);          // In the .cc, in an anonymous namespace.

namespace retort {

// What an evaluation is created from beside its configuration: nothing, so that creating it reads no files.
struct EvaluatorContext {};

// What held-out examples are opened with.
struct EvaluationInputs {
  const Tokenizer& tokenizer;  // The students'. Not kept.
  DataCache* cache = nullptr;
  bool only_predicts = false;  // The examples are not scored, only Predict is called: they may lack labels.
};

// What a model tells of one example.
struct Prediction {
  std::string id;      // As the file calls the example.
  std::string answer;  // The name of a class, a number, or a text.
};

// Held-out examples that models can be scored on. Immutable and thread-safe.
class HeldOutExamples {
 public:
  virtual ~HeldOutExamples() = default;

  // What scores follow from beside models and device: the examples' content and number, seeds, and the like. Part of
  // the address of every score, as MeasuredOn is.
  virtual std::string Key() const = 0;

  // What is measured, whatever reads it: scores of which this differs are never compared. Where examples are texts with
  // answers, models with different vocabularies are measured on the same; where they are pieces, on different ones.
  virtual std::string MeasuredOn() const { return Key(); }

  // Scores each model, beside a teacher where there is one, in evaluation mode: example by example, by the names of
  // Evaluator::metrics. One data pass for all models. A model's scores do not depend on the other models. May throw
  // what libtorch throws.
  virtual std::vector<MetricScores> Score(const std::vector<EvaluatedModel>& models,
                                          const std::optional<EvaluatedModel>& teacher, c10::Device device) const = 0;

  // What a model tells of each example, in the order of the file, whether or not they have labels. Unimplemented for
  // examples of which nothing is told, such as those of language models. May throw what libtorch throws.
  virtual absl::StatusOr<std::vector<Prediction>> Predict(const EvaluatedModel& /*model*/,
                                                          c10::Device /*device*/) const {
    return absl::UnimplementedError("predictions: want examples of a task, got others");
  }

  // The examples as people read them, in the order of their scores, for reports that show where models differ; none
  // where examples are no texts of their own, such as the sequences of language models.
  virtual std::vector<ExampleText> Texts() const { return {}; }

  // What was left out or cut of the files, for the plan.
  virtual std::vector<std::string> notes() const { return {}; }
};

// How good a model is at something. Immutable and thread-safe after Create.
class Evaluator {
 public:
  static constexpr PluginKind kPluginKind = PluginKind::kEvaluation;
  virtual ~Evaluator() = default;

  // What it measures, in the order in which a report has the columns.
  virtual MetricSpecs metrics() const = 0;

  // What it needs of the models it scores.
  virtual ModelNeeds needs() const = 0;

  // The names of the classes that models have to tell, in the order of the labels; none for others. Reads the files.
  // Errors: those of files.
  virtual absl::StatusOr<std::vector<std::string>> Classes(DataCache* /*cache*/) const {
    return std::vector<std::string>();
  }

  // The part of the data whose examples are read, as a report names it: "select" or "report".
  virtual std::string split() const = 0;

  // Whether a model's scores depend on the teacher beside it.
  virtual bool reads_teacher() const = 0;

  // InvalidArgument, with a way out, if the folder of a model, the teacher's or the one that a student began as, says
  // that such a model is to be scored otherwise than this evaluation does.
  virtual absl::Status CheckFolder(const std::string& /*folder*/) const { return absl::OkStatus(); }

  // Reads the examples. Errors: those of files; InvalidArgument for files or a tokenizer that do not fit, and for more
  // examples than there are.
  virtual absl::StatusOr<std::shared_ptr<const HeldOutExamples>> Open(const EvaluationInputs& inputs) const = 0;
};

using EvaluatorRegistry = Registry<Evaluator, EvaluatorContext>;

// The rules of an evaluation plugin's configuration, of its static members.
template <typename Plugin, typename Config>
ConfigRules EvaluatorRules() {
  ConfigRules rules;
  rules.fill_defaults = [](const google::protobuf::Message* data, google::protobuf::Message* config) {
    Plugin::FillDefaults(data, static_cast<Config*>(config));
  };
  rules.check = [](const std::string& place, const google::protobuf::Message& config, Problems* problems) {
    Plugin::Check(place, static_cast<const Config&>(config), problems);
  };
  rules.primary_metric = Plugin::kPrimaryMetric;
  return rules;
}

}  // namespace retort

// Registers an evaluation plugin; once, in its .cc, in an anonymous namespace.
#define RETORT_REGISTER_EVALUATOR(Plugin, Config)                                                               \
  [[maybe_unused]] const ::retort::PluginRegistration<::retort::EvaluatorRegistry, ::retort::Evaluator, Plugin, \
                                                      Config>                                                   \
      k##Plugin##Registration((::retort::EvaluatorRules<Plugin, Config>()))

#endif  // RETORT_FRAMEWORK_EVAL_EVALUATOR_H_
