#ifndef RETORT_TOOLS_EVALUATE_EVALUATE_MODELS_H_
#define RETORT_TOOLS_EVALUATE_EVALUATE_MODELS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "framework/data/data_cache.h"
#include "framework/eval/evaluator.h"
#include "framework/eval/scores/example_scores.h"

namespace retort {

// What a model showed.
struct ModelResult {
  std::string model;                    // Its folder.
  MetricScores scores;                  // Example by example; none where the examples have no labels.
  std::string measured_on;              // HeldOutExamples::MeasuredOn(); models are compared where it is the same.
  std::vector<Prediction> predictions;  // Where they were asked for.
};

struct EvaluateOptions {
  bool predicts = false;  // Asks for predictions, for which no labels are needed.
  c10::Device device = c10::Device(c10::DeviceType::CPU);
  DataCache* cache = nullptr;
};

// The results of models, in the order of their folders.
struct TaskResults {
  std::vector<ModelResult> models;
  std::vector<std::string> notes;  // What was left out or cut, each once; and why nothing was scored.
};

// Loads each model with its head and its own tokenizer, gives its classes the order of the evaluation's, by name, and
// asks it. One model is in memory at a time.
//
// Errors, with the model's folder: those of LoadModel, LoadTokenizerOf, OrderClasses, Evaluator::CheckFolder and
// Evaluator::Open; InvalidArgument for a model that lacks the head, sees what it must not, or takes fewer positions
// than the longest sequence. May throw what libtorch throws.
absl::StatusOr<TaskResults> EvaluateModels(const std::vector<std::string>& folders, const Evaluator& evaluator,
                                           const EvaluateOptions& options);

}  // namespace retort

#endif  // RETORT_TOOLS_EVALUATE_EVALUATE_MODELS_H_
