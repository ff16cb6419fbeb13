#ifndef RETORT_TOOLS_EVALUATE_PREDICTIONS_H_
#define RETORT_TOOLS_EVALUATE_PREDICTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/config/sweep.pb.h"
#include "framework/data/model_needs.h"
#include "framework/data/task/glue_tasks.h"
#include "framework/eval/evaluator.h"

namespace retort {

// How the heading of a file of tab-separated predictions begins.
inline constexpr char kPredictionsHeading[] = "index\tprediction\n";

// A file of predictions.
struct PredictionFile {
  std::string name;      // Within its folder.
  bool numbers = false;  // Classes are written by their number, from 0, instead of their name.
  bool json = false;     // An object of answers by id, as SQuAD's scripts read; else tab-separated columns.
  bool clips = false;    // Scores below 0 are written as 0 and those above 5 as 5, the ends of STS-B's scale.
};

// The file that GLUE's server asks for of a task and its split: CoLA.tsv, SST-2.tsv, MRPC.tsv, STS-B.tsv, MNLI-m.tsv,
// MNLI-mm.tsv, QNLI.tsv, QQP.tsv, RTE.tsv, WNLI.tsv or AX.tsv. Classes are as the task's own files have them, numbers
// or names. Scores of STS-B are clipped to its scale in the file alone: the evaluation's correlations are of the scores
// as the model gives them.
PredictionFile GlueFileOf(const GlueTask& task, absl::string_view split);

// That of any data: GLUE's for `glue`; predictions.json for answers that are spans; else predictions.tsv with names.
//
// Args: needs: of the evaluation.
PredictionFile PredictionFileOf(const Data& data, absl::string_view split, const ModelNeeds& needs);

// The file's text. InvalidArgument for an id, a class or an answer that a table cannot hold, since it has a tab or a
// line end.
// REQUIRES: with `numbers`, every answer is one of the classes; with `clips`, a number.
absl::StatusOr<std::string> PredictionText(const PredictionFile& file, const std::vector<Prediction>& predictions,
                                           const std::vector<std::string>& classes);

}  // namespace retort

#endif  // RETORT_TOOLS_EVALUATE_PREDICTIONS_H_
