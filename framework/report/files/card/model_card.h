#ifndef RETORT_FRAMEWORK_REPORT_FILES_CARD_MODEL_CARD_H_
#define RETORT_FRAMEWORK_REPORT_FILES_CARD_MODEL_CARD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// What a card says of one student beside its results.
struct StudentFacts {
  std::string variant;
  uint64_t seed = 0;
  std::string teacher;                // A model's folder, "@stage", "none".
  std::vector<std::string> training;  // Of each stage that trained it, in Markdown: steps, losses, data.
  std::vector<std::string> data;      // What it was trained on: "corpus (data/corpora/wiki)".
};

// A README.md for each of these students of a sweep, in their order, as the Hugging Face hub wants it: front matter
// with library, base model where the teacher's path can be a name there, tags and results; then how to load it, what it
// was trained by and on, its metrics beside the means over seeds and the differences to the base with their intervals,
// command, commit and date. Licences are not guessed: the card names what they follow from, and leaves the line to be
// filled in. A student of a variant that was not scored has no results. Pure function. Errors: those of Analyse.
absl::StatusOr<std::vector<std::string>> RenderModelCards(const SweepResult& result,
                                                          const std::vector<StudentFacts>& students);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_CARD_MODEL_CARD_H_
