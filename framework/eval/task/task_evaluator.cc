#include "framework/eval/task/task_evaluator.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "framework/base/status_macros.h"
#include "framework/config/plugin_config.h"
#include "framework/config/reflection.h"
#include "framework/data/examples/labelled_sequences.h"
#include "framework/data/training_data.h"
#include "framework/eval/scores/example_text.h"
#include "framework/eval/task/sequence_logits.h"
#include "framework/model/config/head_spec.h"
#include "framework/registry/plugin_catalogue.h"
#include "glog/logging.h"
#include "xxhash.h"

namespace retort {
namespace {

using SharedExamples = std::shared_ptr<const LabelledSequences>;

// So many examples in the order of the file; more hold those that fewer hold. `count` 0: all. No texts decide, which
// tokenizers cut to different lengths, but what the file calls the examples.
absl::StatusOr<SharedExamples> ChooseExamples(SharedExamples examples, int64_t count) {
  if (count > examples->size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("sequences: want at most the ", examples->size(), " of the split, got ", count));
  }
  if (count == 0 || count == examples->size()) return examples;
  std::vector<std::pair<uint64_t, size_t>> order;
  for (size_t i = 0; i < examples->ids.size(); ++i) {
    order.emplace_back(XXH3_64bits(examples->ids[i].data(), examples->ids[i].size()), i);
  }
  std::sort(order.begin(), order.end());
  order.resize(count);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  auto chosen = std::make_shared<LabelledSequences>();
  chosen->classes = examples->classes;
  chosen->pad_id = examples->pad_id;
  chosen->labelled = examples->labelled;
  chosen->content_hash = examples->content_hash;
  chosen->text_hash = examples->text_hash;
  chosen->notes = examples->notes;
  chosen->texts = examples->texts;
  for (const auto& [hash, place] : order) {
    chosen->sequences.push_back(examples->sequences[place]);
    chosen->ids.push_back(examples->ids[place]);
  }
  return chosen;
}

ExampleText AsText(const TaskExample& example) {
  const std::string score = std::isnan(example.score) ? "" : absl::StrCat(example.score);
  return {example.id, example.second ? absl::StrCat(example.first, "\n", *example.second) : example.first,
          example.label.empty() ? score : example.label};
}

class TaskHeldOut final : public HeldOutExamples {
 public:
  TaskHeldOut(SharedExamples examples, std::shared_ptr<const TaskMetrics> metrics, std::string measured_on)
      : examples_(std::move(examples)), metrics_(std::move(metrics)), measured_on_(std::move(measured_on)) {}

  std::string Key() const override { return absl::StrCat(examples_->content_hash, ", ", measured_on_); }
  std::string MeasuredOn() const override { return measured_on_; }
  std::vector<std::string> notes() const override { return examples_->notes; }

  std::vector<ExampleText> Texts() const override {
    std::vector<ExampleText> texts;
    if (examples_->texts == nullptr) return texts;
    for (const StepSequence& sequence : examples_->sequences) {
      texts.push_back(AsText(examples_->texts->examples[sequence.sample_id]));
    }
    return texts;
  }

  std::vector<MetricScores> Score(const std::vector<EvaluatedModel>& models, const std::optional<EvaluatedModel>&,
                                  c10::Device device) const override {
    CHECK(examples_->labelled) << "opened for predictions only";
    std::vector<MetricScores> scores;
    for (const at::Tensor& logits : SequenceLogits(models, metrics_->head(), *examples_, device)) {
      scores.push_back(metrics_->Score(*examples_, logits));
    }
    return scores;
  }

  absl::StatusOr<std::vector<Prediction>> Predict(const EvaluatedModel& model, c10::Device device) const override {
    const at::Tensor logits = SequenceLogits({model}, metrics_->head(), *examples_, device).front();
    const auto width = static_cast<size_t>(logits.size(1));
    std::vector<Prediction> predictions;
    for (size_t e = 0; e < examples_->ids.size(); ++e) {
      const absl::Span<const double> row(logits.data_ptr<double>() + e * width, width);
      if (!std::all_of(row.begin(), row.end(), [](double logit) { return std::isfinite(logit); })) {
        return absl::InvalidArgumentError(
            absl::StrCat("example ", examples_->ids[e], ": want a model whose logits are finite, got NaN or infinity"));
      }
      predictions.push_back({examples_->ids[e], metrics_->Answer(*examples_, row)});
    }
    return predictions;
  }

 private:
  const SharedExamples examples_;
  const std::shared_ptr<const TaskMetrics> metrics_;
  const std::string measured_on_;
};

// The plugin as what it is; null, and `plugin` as it was, if it is something else.
std::unique_ptr<const TaskData> AsTaskData(std::unique_ptr<TrainingData>* plugin) {
  const auto* task = dynamic_cast<const TaskData*>(plugin->get());
  if (task != nullptr) plugin->release();
  return std::unique_ptr<const TaskData>(task);
}

absl::Status UnlabelledError(const std::string& split, const std::string& description) {
  return absl::InvalidArgumentError(
      absl::StrCat("split: want examples with labels, got \"", split, "\" of ", description,
                   ", where they are missing; `bazel run //tools:evaluate -- --predictions=FOLDER` writes what a model "
                   "predicts of them"));
}

}  // namespace

void FillTaskData(const google::protobuf::Message* data, Data* of_evaluation) {
  if (data != nullptr && !of_evaluation->has_plugin()) PackAny(*data, of_evaluation->mutable_plugin());
  if (!of_evaluation->has_plugin()) return;
  FillPluginDefaults(PluginKind::kData, /*data=*/nullptr, PluginCatalogue::Global(), of_evaluation->mutable_plugin());
}

void CheckTaskEvaluator(const std::string& place, const TaskEvaluatorSpec& spec, Problems* problems) {
  CheckPlugin(PluginKind::kData, place + "data", spec.data.plugin(), PluginCatalogue::Global(), problems);
  problems->Want(!spec.split.empty(), place + "split", "the name of a split", "none");
  problems->Want(spec.sequences >= 0, place + "sequences", ">= 0 (0: all)", spec.sequences);
}

absl::StatusOr<std::unique_ptr<Evaluator>> TaskEvaluator::Create(const TaskEvaluatorSpec& spec,
                                                                 std::shared_ptr<const TaskMetrics> metrics) {
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<TrainingData> plugin,
                          TrainingDataRegistry::Global().Create(spec.data.plugin(), {}));
  const std::string description = plugin->Description();
  std::unique_ptr<const TaskData> data = AsTaskData(&plugin);
  const char* wanted = HeadKindName(metrics->head());
  if (data == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("data: want texts with one label each, for a head of kind ", wanted, ", got ", description));
  }
  const HeadKind head = *data->needs().heads.begin();
  if (head != metrics->head()) {
    return absl::InvalidArgumentError(absl::StrCat("data: want texts labelled for a head of kind ", wanted, ", got ",
                                                   description, ", labelled for one of kind ", HeadKindName(head)));
  }
  return std::unique_ptr<Evaluator>(new TaskEvaluator(spec, std::move(data), std::move(metrics)));
}

absl::StatusOr<std::vector<std::string>> TaskEvaluator::Classes(DataCache* cache) const {
  return data_->Classes(cache);
}

absl::StatusOr<std::shared_ptr<const HeldOutExamples>> TaskEvaluator::Open(const EvaluationInputs& inputs) const {
  RETORT_ASSIGN_OR_RETURN(SharedExamples examples, data_->Sequences(spec_.split, inputs.tokenizer, inputs.cache));
  if (!inputs.only_predicts && !examples->labelled) return UnlabelledError(spec_.split, data_->Description());
  RETORT_ASSIGN_OR_RETURN(examples, ChooseExamples(std::move(examples), spec_.sequences));
  if (!inputs.only_predicts) RETORT_RETURN_IF_ERROR(metrics_->Check(*examples));
  const std::string measured_on =
      absl::StrCat(examples->text_hash, " ", spec_.split, " ", examples->size(), " ", metrics_->Key());
  return std::make_shared<TaskHeldOut>(std::move(examples), metrics_, measured_on);
}

}  // namespace retort
