#include "framework/train/objective/objective.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"

namespace retort {
namespace {

absl::StatusOr<ObjectiveTerm> CreateTerm(const Loss& loss, const LossContext& context) {
  auto created = LossTermRegistry::Global().Create(loss.plugin(), context);
  if (!created.ok()) {
    return absl::Status(created.status().code(),
                        absl::StrCat("loss \"", loss.name(), "\": ", created.status().message()));
  }
  ObjectiveTerm term;
  term.name = loss.name();
  term.weight = loss.has_weight() ? loss.weight() : 1;
  term.term = *std::move(created);
  term.tensor = dynamic_cast<const TensorLossTerm*>(term.term.get());
  term.row = dynamic_cast<const RowLossTerm*>(term.term.get());
  CHECK((term.tensor == nullptr) != (term.row == nullptr)) << loss.name();
  return term;
}

// A head reads positions or sequences, and its rows are what it reads.
bool FitsHead(RowSet rows, HeadKind head) {
  switch (rows) {
    case RowSet::kReal:
    case RowSet::kLabelled:
      return head == HeadKind::kVocabulary;
    case RowSet::kSequences:
      return head != HeadKind::kVocabulary;
  }
  return false;
}

}  // namespace

bool IsComputed(const Loss& loss) { return !loss.has_weight() || loss.weight() != 0; }

absl::StatusOr<Objective> Objective::Create(const google::protobuf::RepeatedPtrField<Loss>& losses,
                                            const LossContext& context) {
  Objective objective;
  for (const Loss& loss : losses) {
    absl::StatusOr<ObjectiveTerm> term = CreateTerm(loss, context);
    if (!term.ok()) return term.status();
    if (IsComputed(loss)) {
      objective.terms_.push_back(*std::move(term));
      if (objective.terms_.back().row != nullptr) objective.AddToGroup(objective.terms_.size() - 1);
    } else if (context.warnings != nullptr) {
      context.warnings->push_back(absl::StrCat("loss \"", loss.name(), "\" has weight 0: it is not computed"));
    }
  }
  if (objective.terms_.empty()) return absl::InvalidArgumentError("loss: want a term with a weight > 0, got none");
  return objective;
}

void Objective::AddToGroup(size_t term) {
  const RowLossTerm& row = *terms_[term].row;
  CHECK(FitsHead(row.rows(), row.head())) << terms_[term].name;
  const auto of_head = [&](const RowGroup& group) { return group.rows.head == row.head(); };
  auto group = std::find_if(row_groups_.begin(), row_groups_.end(), of_head);
  if (group == row_groups_.end()) group = row_groups_.insert(group, RowGroup{{row.head(), row.rows()}, false, {}});
  if (row.rows() == RowSet::kReal) group->rows.rows = RowSet::kReal;
  group->reads_teacher = group->reads_teacher || !row.teacher().logits.empty();
  group->terms.push_back(term);
}

Capture Objective::student() const {
  Capture capture;
  for (const ObjectiveTerm& term : terms_) capture.Add(term.term->student());
  capture.logits.clear();
  for (const RowGroup& group : row_groups_) capture.logits.insert(group.rows);
  capture.read_rows_only = true;
  return capture;
}

Capture Objective::teacher() const {
  Capture capture;
  for (const ObjectiveTerm& term : terms_) capture.Add(term.term->teacher());
  capture.logits.clear();
  for (const RowGroup& group : row_groups_) {
    if (group.reads_teacher) capture.logits.insert(group.rows);
  }
  return capture;
}

std::vector<ParameterSpec> Objective::parameters() const {
  std::vector<ParameterSpec> specs;
  for (const ObjectiveTerm& term : terms_) {
    for (ParameterSpec spec : term.term->parameters()) {
      spec.name = LossParameterName(term.name, spec.name);
      specs.push_back(std::move(spec));
    }
  }
  return specs;
}

std::vector<double> Objective::Counts(const BatchMasks& masks) const {
  std::vector<double> counts;
  for (const ObjectiveTerm& term : terms_) counts.push_back(term.term->Count(masks));
  return counts;
}

std::string LossParameterName(const std::string& term, const std::string& parameter) {
  return absl::StrCat("loss.", term, ".", parameter);
}

}  // namespace retort
