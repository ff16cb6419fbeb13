#include "framework/sweep/results/student_folders.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/file.h"
#include "framework/base/paths/folder.h"
#include "framework/base/paths/relative_link.h"
#include "framework/base/status_macros.h"
#include "framework/config/text/print.h"
#include "framework/report/analysis/format.h"
#include "framework/report/files/card/model_card.h"
#include "framework/sweep/results/final_students.h"

namespace retort {
namespace {

// A student, and where its folder is.
struct StoredStudent {
  StudentFacts facts;
  std::string model;   // In the store.
  std::string folder;  // Below the output folder.
};

// "`distil`: 12 steps, AdamW ...; losses `ce` ..."
std::string DescribeTraining(const PlannedStage& planned) {
  std::vector<std::string> losses;
  for (const Loss& loss : planned.stage.loss()) losses.push_back(absl::StrCat("`", PrintLine(loss), "`"));
  return absl::StrCat("`", planned.stage.name(), "`: ", planned.training().total_steps, " steps on ",
                      planned.training().data_description, "; losses ", absl::StrJoin(losses, ", "));
}

// "sentences of `more`: table (train.tsv), augmented with data/teachers/mini and glove.txt"
std::string DescribeAugmentation(const PlannedStage& planned) {
  const Augmentation& config = planned.stage.augmentation();
  return absl::StrCat("sentences of `", planned.stage.name(), "`: ", planned.augmentation().data_description,
                      ", augmented with ", config.model(),
                      config.word_vectors().empty() ? "" : absl::StrCat(" and ", config.word_vectors()));
}

void SetTeacher(const Plan& plan, const PlannedStage& stage, StudentFacts* facts) {
  facts->teacher = plan.TeacherOf(stage);
  facts->teacher_parameters = stage.teacher_parameters;
  if (stage.teacher < 0) return;
  facts->teacher = plan.stages[stage.teacher].stage.name();
  facts->teacher_trained_here = true;
  if (TrainsTeacher(plan, stage.teacher)) facts->teacher_begun_as = plan.stages[stage.teacher].checkpoint;
}

// The variant's evaluation stages that measure what the planned stage `index` trained.
std::set<std::string> EvaluationsOf(const Plan& plan, const std::string& variant, uint64_t seed, int index) {
  std::set<std::string> evaluations;
  for (const PlannedStage& planned : plan.stages) {
    if (!planned.evaluates() || planned.student != index) continue;
    for (const StageId& id : planned.used_by) {
      if (id.variant == variant && id.seed == seed) evaluations.insert(id.stage);
    }
  }
  return evaluations;
}

void AddOnce(const std::string& line, std::vector<std::string>* lines) {
  if (std::count(lines->begin(), lines->end(), line) == 0) lines->push_back(line);
}

StudentFacts FactsOf(const Plan& plan, const std::string& variant, uint64_t seed, int index) {
  StudentFacts facts;
  facts.variant = variant;
  facts.seed = seed;
  facts.evaluations = EvaluationsOf(plan, variant, seed, index);
  facts.parameters = plan.stages[index].training().parameters;
  SetTeacher(plan, plan.stages[index], &facts);
  for (int stage = index; stage >= 0; stage = plan.stages[stage].student) {
    const PlannedStage& planned = plan.stages[stage];
    facts.training.insert(facts.training.begin(), DescribeTraining(planned));
    AddOnce(planned.training().data_description, &facts.data);
    if (planned.augmented >= 0) AddOnce(DescribeAugmentation(plan.stages[planned.augmented]), &facts.data);
  }
  return facts;
}

std::vector<StoredStudent> StudentsOf(const Plan& plan, const Store& store) {
  std::vector<StoredStudent> students;
  for (const ExpandedVariant& variant : plan.sweep.variants) {
    if (!plan.Has(variant.name)) continue;
    for (const uint64_t seed : plan.sweep.seeds) {
      const std::vector<int> indices = FinalStudents(plan, variant.name, seed);
      for (const int index : indices) {
        const PlannedStage& stage = plan.stages[index];
        if (!store.HasStudent(stage.key)) continue;
        const std::string folder = absl::StrCat("students/", RunFolder(variant.name, seed),
                                                indices.size() > 1 ? absl::StrCat("/", stage.stage.name()) : "");
        StudentFacts facts = FactsOf(plan, variant.name, seed, index);
        if (indices.size() > 1) facts.stage = stage.stage.name();
        students.push_back({std::move(facts), absl::StrCat(store.Folder(stage.key), "/model"), folder});
      }
    }
  }
  return students;
}

absl::Status Unlink(const std::string& folder) {
  RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(folder));
  for (const std::string& name : names) {
    const std::string path = absl::StrCat(folder, "/", name);
    std::error_code error;
    if (!std::filesystem::is_symlink(path, error)) continue;
    if (!std::filesystem::remove(path, error)) {
      return absl::UnavailableError(absl::StrCat("cannot remove ", path, ": ", error.message()));
    }
  }
  return absl::OkStatus();
}

// Those of an output folder that was copied with its links followed are files, and replaced as well.
absl::Status LinkFiles(const std::string& model, const std::string& folder) {
  RETORT_RETURN_IF_ERROR(Unlink(folder));
  RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(model));
  for (const std::string& name : names) {
    RETORT_RETURN_IF_ERROR(MakeRelativeLink(absl::StrCat(model, "/", name), absl::StrCat(folder, "/", name)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteStudentFolders(const Plan& plan, const Store& store, const SweepResult& result,
                                 const std::string& output_dir) {
  const std::vector<StoredStudent> students = StudentsOf(plan, store);
  std::vector<StudentFacts> facts;
  for (const StoredStudent& student : students) facts.push_back(student.facts);
  RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> cards, RenderModelCards(result, facts));
  for (size_t s = 0; s < students.size(); ++s) {
    const std::string folder = absl::StrCat(output_dir, "/", students[s].folder);
    RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
    RETORT_RETURN_IF_ERROR(LinkFiles(students[s].model, folder));
    RETORT_RETURN_IF_ERROR(AtomicWriteFile(folder + "/README.md", cards[s]));
  }
  return absl::OkStatus();
}

}  // namespace retort
