#include "framework/train/objective.h"

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

}  // namespace

absl::StatusOr<Objective> Objective::Create(const google::protobuf::RepeatedPtrField<Loss>& losses,
                                            const LossContext& context) {
  Objective objective;
  for (const Loss& loss : losses) {
    absl::StatusOr<ObjectiveTerm> term = CreateTerm(loss, context);
    if (!term.ok()) return term.status();
    if (term->weight != 0) {
      objective.terms_.push_back(*std::move(term));
    } else if (context.warnings != nullptr) {
      context.warnings->push_back(absl::StrCat("loss \"", loss.name(), "\" has weight 0: it is not computed"));
    }
  }
  if (objective.terms_.empty()) return absl::InvalidArgumentError("loss: want a term with a weight > 0, got none");
  return objective;
}

Capture Objective::student() const {
  Capture capture;
  for (const ObjectiveTerm& term : terms_) capture.Add(term.term->student());
  return capture;
}

Capture Objective::teacher() const {
  Capture capture;
  for (const ObjectiveTerm& term : terms_) capture.Add(term.term->teacher());
  return capture;
}

std::optional<RowSet> Objective::rows() const {
  std::optional<RowSet> rows;
  for (const ObjectiveTerm& term : terms_) {
    if (term.row == nullptr) continue;
    if (!rows || term.row->rows() == RowSet::kReal) rows = term.row->rows();
  }
  return rows;
}

bool Objective::reads_teacher_rows() const {
  for (const ObjectiveTerm& term : terms_) {
    if (term.row != nullptr && !term.term->teacher().vocabulary_rows.empty()) return true;
  }
  return false;
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
