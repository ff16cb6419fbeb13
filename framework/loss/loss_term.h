#ifndef RETORT_FRAMEWORK_LOSS_LOSS_TERM_H_
#define RETORT_FRAMEWORK_LOSS_LOSS_TERM_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "framework/batch/batch.h"
#include "framework/mapping/layer_mapping.h"
#include "framework/model/capture.h"
#include "framework/model/config/encoder_config.h"
#include "framework/model/parameter_set.h"
#include "framework/registry/registry.h"

namespace retort {

// What a term is created from, beside its own configuration.
struct LossContext {
  const EncoderConfig& student;
  const EncoderConfig* teacher = nullptr;  // Null: there is none; a term that needs one is an error.
  const LayerMappingRegistry& mappings = LayerMappingRegistry::Global();
  std::vector<std::string>* warnings = nullptr;  // Dead options, for the plan; may be null.
};

// What a TensorLossTerm reads.
struct LossInputs {
  const Batch& batch;
  const ModelOutputs& student;  // What the term's student() demands.
  const ModelOutputs* teacher;  // What the term's teacher() demands; detached. Null if it demands nothing.
  const std::map<std::string, at::Tensor>& parameters;  // The term's own parameters, by the names it declared.
};

// A term of an objective: Σ over terms of weight · sum / count. A term gives (sum, count) and never a mean; weights and
// averages are applied once, by the trainer, over the whole optimiser step.
//
// Immutable and thread-safe after Create(const XConfig&, const LossContext&).
class LossTerm {
 public:
  static constexpr PluginKind kPluginKind = PluginKind::kLoss;
  virtual ~LossTerm() = default;

  // What it reads of the student and of the teacher. Padded positions of either hold 0 unless this says that they are
  // read (Capture::padding).
  virtual Capture student() const = 0;
  virtual Capture teacher() const = 0;

  // Parameters of its own, for example projections: owned and trained by the student, initialised by their kind.
  virtual std::vector<ParameterSpec> parameters() const { return {}; }

  // What the sum is divided by. Follows from masks alone, additive over slices of a step; 0 contributes 0.
  virtual double Count(const BatchMasks& masks) const = 0;

  // True if the term is learnt from the text alone (masked LM), so that the controls without distillation keep it.
  virtual bool gold() const { return false; }
};

// A term over hidden states or attention.
class TensorLossTerm : public LossTerm {
 public:
  // The sum: a scalar, float32 at least (float64 for float64 inputs). Gradient to student and parameters only. Padded
  // positions add nothing, not even NaN, unless what the term demands says that it reads them (Capture::padding).
  virtual absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const = 0;
};

// Some rows of a head's logits. O is V for the vocabulary, C for classes and 1 for a score. Of spans a row is one end
// of one sequence's answer and O is S: n = 2B, first and last position in turn, with logits of -10000 in padding.
struct LogitRows {
  at::Tensor student;      // [n, O]
  at::Tensor teacher;      // [n, O] detached; undefined if the term's teacher() demands nothing.
  at::Tensor labels;       // [n] int64, pieces, classes or positions; kNoLabel where there is none.
  at::Tensor scores = {};  // [n] float32 for a score, NaN where there is none; else undefined.
};

// What the fused kernel (framework/ops/row_loss/row_loss.h) computes in place of SumRows: sum = Σ kl·KL + ce·CE +
// mse·MSE.
struct FusedRowLoss {
  double kl = 0;
  double temperature = 1;  // Of the KL.
  double ce = 0;
  double mse = 0;
};

// When a squared error of logits of the vocabulary is computed without them, from what the decoders read and their
// matrices (framework/ops/gram_error/gram_error.h).
enum class GramForm {
  kNever,
  kWherePays,  // Objective::ChooseForms has the rule.
  kAlways,
};

// A sum over independent rows of a head's logits. The trainer computes those of the vocabulary in chunks of rows, asks
// for the sum of each chunk, and frees them: no term ever costs a [B·S, V] tensor.
class RowLossTerm : public LossTerm {
 public:
  // The head whose logits it reads.
  virtual HeadKind head() const { return HeadKind::kVocabulary; }

  // The rows it reads: positions of the vocabulary's head, sequences of all others. Count is the number of rows of
  // logits, of which a span has two, unless a term says otherwise.
  virtual RowSet rows() const = 0;

  // The sum over some of the rows: a scalar as in TensorLossTerm::Sum. Gradient to student only.
  virtual absl::StatusOr<at::Tensor> SumRows(const LogitRows& logits) const = 0;

  // Set if the fused kernel gives the same sum.
  virtual std::optional<FusedRowLoss> fused() const { return std::nullopt; }

  // Other than kNever only where the head is the vocabulary's and fused() has nothing but a squared error.
  virtual GramForm gram_form() const { return GramForm::kNever; }

  double Count(const BatchMasks& masks) const override {
    return static_cast<double>(masks.Rows(rows()) * (head() == HeadKind::kSpans ? 2 : 1));
  }
  Capture student() const override {
    Capture capture;
    capture.logits.insert({head(), rows()});
    return capture;
  }
};

using LossTermRegistry = Registry<LossTerm, LossContext>;

}  // namespace retort

// Registers a loss plugin; once, in its .cc, in an anonymous namespace.
#define RETORT_REGISTER_LOSS_TERM(Plugin, Config)                                                                     \
  [[maybe_unused]] const ::retort::PluginRegistration<::retort::LossTermRegistry, ::retort::LossTerm, Plugin, Config> \
      k##Plugin##Registration

#endif  // RETORT_FRAMEWORK_LOSS_LOSS_TERM_H_
