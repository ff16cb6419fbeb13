#ifndef RETORT_FRAMEWORK_TRAIN_OBJECTIVE_OBJECTIVE_H_
#define RETORT_FRAMEWORK_TRAIN_OBJECTIVE_OBJECTIVE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "c10/core/DeviceType.h"
#include "framework/batch/batch.h"
#include "framework/config/sweep.pb.h"
#include "framework/loss/loss_term.h"
#include "framework/model/capture.h"
#include "framework/model/parameter_set.h"
#include "google/protobuf/repeated_field.h"

namespace retort {

// One term of an objective. Exactly one of `tensor` and `row` is set.
struct ObjectiveTerm {
  std::string name;
  double weight = 1;
  std::unique_ptr<LossTerm> term;
  const TensorLossTerm* tensor = nullptr;
  const RowLossTerm* row = nullptr;
};

// Row terms that are computed together: those of one head that read logits, or those of some rows in Gram form.
struct RowGroup {
  HeadRows rows;               // Of logits: of all real positions as soon as one term reads those.
  bool gram = false;           // In Gram form: no logits are computed.
  bool reads_teacher = false;  // Whether a term reads the teacher's logits of those rows, or what they are made of.
  std::vector<size_t> terms;   // Indices of the objective's terms.
};

// False for a loss of weight 0, which is as good as none: no objective, stage or key of a result knows it.
bool IsComputed(const Loss& loss);

// Real positions of a micro-batch, and those of them that are labelled.
struct MicroBatchRows {
  double real = 0;
  double labelled = 0;
};

// What a student is trained on: Σ over terms of weight · sum / count. Thread-safe where it is const.
class Objective {
 public:
  // Terms that are not computed are left out, with a warning in the context. Errors: those of the terms, each with its
  // name in front (`loss "ce": ...`); InvalidArgument if no term is left.
  static absl::StatusOr<Objective> Create(const google::protobuf::RepeatedPtrField<Loss>& losses,
                                          const LossContext& context);

  // Which terms are computed in Gram form, for micro-batches of about so many rows on such a device; before, none is.
  // Those of GramForm::kWherePays are where, on the CPU, that takes less than half of the operations of logits, forward
  // and backward, and no other term has the same logits computed. The value is the same but for rounding.
  void ChooseForms(const MicroBatchRows& rows, c10::DeviceType device);

  const std::vector<ObjectiveTerm>& terms() const { return terms_; }

  // What all terms together read of the student and of the teacher; of logits, what the groups compute or make do
  // without. The student may leave out rows that are not read (Capture::read_rows_only), the teacher, which others may
  // share, not.
  Capture student() const;
  Capture teacher() const;

  // What the row terms read, a group per head, whose logits are computed once for all of them, and those in Gram form.
  const std::vector<RowGroup>& row_groups() const { return row_groups_; }

  // Parameters of all terms, called loss.<term>.<name>.
  std::vector<ParameterSpec> parameters() const;

  // The count of each term.
  std::vector<double> Counts(const BatchMasks& masks) const;

 private:
  void AddToGroup(size_t term);
  void AddToGramGroup(size_t term);
  // Whether the rule of ChooseForms holds for a term.
  bool GramPays(size_t term, const MicroBatchRows& rows) const;
  // The rows of the groups.
  void AddRowsTo(Capture* capture, bool of_teacher) const;
  // Whether a term that is never in Gram form has logits of these rows computed.
  bool ComputesLogits(RowSet rows) const;

  // Of the vocabulary's decoders: H_s, H_t and V.
  int64_t student_width_ = 0, teacher_width_ = 0, vocabulary_size_ = 0;
  std::vector<ObjectiveTerm> terms_;
  std::vector<RowGroup> row_groups_;
};

// The name in a ParameterSet of a term's own parameter.
std::string LossParameterName(const std::string& term, const std::string& parameter);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_OBJECTIVE_OBJECTIVE_H_
