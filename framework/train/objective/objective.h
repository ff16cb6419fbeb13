#ifndef RETORT_FRAMEWORK_TRAIN_OBJECTIVE_OBJECTIVE_H_
#define RETORT_FRAMEWORK_TRAIN_OBJECTIVE_OBJECTIVE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
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

// The row terms of one head.
struct RowGroup {
  HeadRows rows;               // The logits that are computed: of all real positions as soon as one term reads those.
  bool reads_teacher = false;  // Whether a term reads the teacher's logits of those rows.
  std::vector<size_t> terms;   // Indices of the objective's terms.
};

// False for a loss of weight 0, which is as good as none: no objective, stage or key of a result knows it.
bool IsComputed(const Loss& loss);

// What a student is trained on: Σ over terms of weight · sum / count. Immutable and thread-safe.
class Objective {
 public:
  // Terms that are not computed are left out, with a warning in the context. Errors: those of the terms, each with its
  // name in front (`loss "ce": ...`); InvalidArgument if no term is left.
  static absl::StatusOr<Objective> Create(const google::protobuf::RepeatedPtrField<Loss>& losses,
                                          const LossContext& context);

  const std::vector<ObjectiveTerm>& terms() const { return terms_; }

  // What all terms together read of the student and of the teacher; of logits, what the groups compute. The student may
  // leave out rows that are not read (Capture::read_rows_only), the teacher, which others may share, not.
  Capture student() const;
  Capture teacher() const;

  // What the row terms read, a group per head: its logits are computed once for all of them.
  const std::vector<RowGroup>& row_groups() const { return row_groups_; }

  // Parameters of all terms, called loss.<term>.<name>.
  std::vector<ParameterSpec> parameters() const;

  // The count of each term.
  std::vector<double> Counts(const BatchMasks& masks) const;

 private:
  void AddToGroup(size_t term);

  std::vector<ObjectiveTerm> terms_;
  std::vector<RowGroup> row_groups_;
};

// The name in a ParameterSet of a term's own parameter.
std::string LossParameterName(const std::string& term, const std::string& parameter);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_OBJECTIVE_OBJECTIVE_H_
