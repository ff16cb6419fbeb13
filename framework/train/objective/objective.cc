#include "framework/train/objective/objective.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/ops/gram_error/gram_error.h"
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
  objective.student_width_ = context.student.hidden_size;
  objective.vocabulary_size_ = context.student.vocabulary_size;
  if (context.teacher != nullptr) objective.teacher_width_ = context.teacher->hidden_size;
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
  const auto of_head = [&](const RowGroup& group) { return !group.gram && group.rows.head == row.head(); };
  auto group = std::find_if(row_groups_.begin(), row_groups_.end(), of_head);
  if (group == row_groups_.end()) {
    group = row_groups_.insert(group, RowGroup{{row.head(), row.rows()}, /*gram=*/false, /*reads_teacher=*/false, {}});
  }
  if (row.rows() == RowSet::kReal) group->rows.rows = RowSet::kReal;
  group->reads_teacher = group->reads_teacher || !row.teacher().logits.empty();
  group->terms.push_back(term);
}

void Objective::AddToGramGroup(size_t term) {
  const HeadRows rows{HeadKind::kVocabulary, terms_[term].row->rows()};
  const auto same = [&](const RowGroup& group) { return group.gram && group.rows == rows; };
  auto group = std::find_if(row_groups_.begin(), row_groups_.end(), same);
  if (group == row_groups_.end()) {
    group = row_groups_.insert(group, RowGroup{rows, /*gram=*/true, /*reads_teacher=*/true, {}});
  }
  group->terms.push_back(term);
}

bool Objective::ComputesLogits(RowSet rows) const {
  return std::any_of(terms_.begin(), terms_.end(), [&](const ObjectiveTerm& term) {
    if (term.row == nullptr || term.row->gram_form() != GramForm::kNever) return false;
    return term.row->head() == HeadKind::kVocabulary && (term.row->rows() == rows || term.row->rows() == RowSet::kReal);
  });
}

bool Objective::GramPays(size_t term, const MicroBatchRows& rows) const {
  constexpr double kShare = 0.5;
  const RowSet read = terms_[term].row->rows();
  if (ComputesLogits(read)) return false;
  const double count = read == RowSet::kReal ? rows.real : rows.labelled;
  return ops::GramErrorFlops(count, student_width_, teacher_width_, vocabulary_size_) <
         kShare * ops::OutputErrorFlops(count, student_width_, teacher_width_, vocabulary_size_);
}

void Objective::ChooseForms(const MicroBatchRows& rows, c10::DeviceType device) {
  row_groups_.clear();
  for (size_t i = 0; i < terms_.size(); ++i) {
    if (terms_[i].row == nullptr) continue;
    const GramForm form = terms_[i].row->gram_form();
    const bool pays = form == GramForm::kWherePays && device == c10::DeviceType::CPU && GramPays(i, rows);
    if (pays || form == GramForm::kAlways) {
      AddToGramGroup(i);
    } else {
      AddToGroup(i);
    }
  }
}

void Objective::AddRowsTo(Capture* capture, bool of_teacher) const {
  capture->logits.clear();
  for (const RowGroup& group : row_groups_) {
    if (of_teacher && !group.reads_teacher) continue;
    if (group.gram) {
      capture->decoder_inputs.insert(group.rows.rows);
    } else {
      capture->logits.insert(group.rows);
    }
  }
}

Capture Objective::student() const {
  Capture capture;
  for (const ObjectiveTerm& term : terms_) capture.Add(term.term->student());
  AddRowsTo(&capture, /*of_teacher=*/false);
  capture.read_rows_only = true;
  return capture;
}

Capture Objective::teacher() const {
  Capture capture;
  for (const ObjectiveTerm& term : terms_) capture.Add(term.term->teacher());
  AddRowsTo(&capture, /*of_teacher=*/true);
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
