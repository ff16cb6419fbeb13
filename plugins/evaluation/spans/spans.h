#ifndef RETORT_PLUGINS_EVALUATION_SPANS_SPANS_H_
#define RETORT_PLUGINS_EVALUATION_SPANS_SPANS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/base/problems.h"
#include "framework/data/squad/squad_reader.h"
#include "framework/eval/evaluator.h"
#include "framework/eval/scores/example_scores.h"
#include "plugins/evaluation/spans/spans.pb.h"

namespace retort {

// How well models with a head of spans answer questions whose answers stand in a text.
class SpansEvaluation {
 public:
  static constexpr char kPrimaryMetric[] = "spans/f1";
  static void FillDefaults(const google::protobuf::Message* data, SpansEvaluationConfig* config);
  static void Check(const std::string& place, const SpansEvaluationConfig& config, Problems* problems);

  // Errors: those of the data plugin; InvalidArgument for data of another kind.
  static absl::StatusOr<std::unique_ptr<Evaluator>> Create(const SpansEvaluationConfig& config,
                                                           const EvaluatorContext& context);
};

// The scores of answers, one per question, empty for none (framework/eval/squad/answer_scores.h), by the script for
// SQuAD 2.0 where some questions are `impossible`, else by the one for 1.1:
//
//   spans/f1            of all questions
//   spans/exact_match   of all questions
//   spans/answered_f1   of those that have an answer; the others count 0    where some questions are `impossible`
//   spans/no_answer     1 if an impossible question is not answered; the others count 0                      likewise
//
// The last two are left out where none of the questions counts, as among a few chosen ones that all have an answer; a
// note of the evaluation's examples says so.
MetricScores SpansScores(const std::vector<SquadQuestion>& questions, const std::vector<std::string>& answers,
                         bool impossible);

}  // namespace retort

#endif  // RETORT_PLUGINS_EVALUATION_SPANS_SPANS_H_
