#ifndef RETORT_FRAMEWORK_REPORT_FILES_CARD_MODEL_CARD_H_
#define RETORT_FRAMEWORK_REPORT_FILES_CARD_MODEL_CARD_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// What a card says of one student beside its results.
struct StudentFacts {
  std::string variant;
  uint64_t seed = 0;
  std::string stage;             // That made it; empty where the variant has no other student.
  std::string teacher;           // A model's folder; the stage that trained one here; "none".
  std::string teacher_begun_as;  // The folder that the stage `teacher` began from, if it did.
  bool teacher_trained_here = false;
  std::set<std::string> evaluations;  // The stages that measured this student.
  int64_t parameters = 0;             // Of it, and of its teacher; 0: not known, or none.
  int64_t teacher_parameters = 0;
  std::vector<std::string> training;  // Of each stage that trained it, in Markdown: steps, losses, data.
  std::vector<std::string> data;      // What it was trained on: "corpus (data/corpora/wiki)".
};

// A README.md for each of these students of a sweep, in their order, as the Hugging Face hub wants it: front matter
// with library, base model where the teacher's path can be a name there, tags and results; then how to load it, what it
// was trained by and on, its metrics beside the means over seeds and the differences to the base with their intervals,
// command, commit and date. Licences are not guessed: the card names what they follow from, and leaves the line to be
// filled in. The results are those of StudentFacts.evaluations, and macro averages over nothing else: a student that
// was not scored has none. Pure function. Errors: those of Analyse.
absl::StatusOr<std::vector<std::string>> RenderModelCards(const SweepResult& result,
                                                          const std::vector<StudentFacts>& students);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_CARD_MODEL_CARD_H_
