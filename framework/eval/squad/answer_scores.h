#ifndef RETORT_FRAMEWORK_EVAL_SQUAD_ANSWER_SCORES_H_
#define RETORT_FRAMEWORK_EVAL_SQUAD_ANSWER_SCORES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

// How answers are compared with those of people, as the official scripts of SQuAD do (Rajpurkar et al. 2016, 2018).

namespace retort {

// The answer in lower case, without ASCII's punctuation, without the words a, an and the, and with single spaces
// between words alone.
std::string NormalizeAnswer(absl::string_view answer);

// Whose rules hold where normalisation leaves nothing of an answer, such as "A" or "The".
enum class AnswerScript {
  kSquad1,  // It is an answer like others, but its F1 is 0 even if it is the wanted one.
  kSquad2,  // A wanted one does not count. Where none is left, no answer is wanted, which is the empty one.
};

// Of one answer, 0 to 1.
struct AnswerScores {
  double exact_match = 0;  // 1 if it is one of the wanted ones, both normalised.
  double f1 = 0;           // The largest F1 of its words with those of a wanted one.
};

// Scores an answer against all wanted ones. Takes time in proportion to the texts.
AnswerScores ScoreAnswer(AnswerScript script, const std::vector<std::string>& wanted, absl::string_view answer);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SQUAD_ANSWER_SCORES_H_
