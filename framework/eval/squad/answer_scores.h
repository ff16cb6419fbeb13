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

// Of one answer, 0 to 1.
struct AnswerScores {
  double exact_match = 0;  // 1 if it is one of the wanted ones, both normalised.
  double f1 = 0;           // The largest F1 of its words with those of a wanted one; without words on a side: as above.
};

// Wanted answers that normalise to nothing do not count, as in the script for SQuAD 2.0, which the one for 1.1 has
// not; without any, no answer is wanted, which is the empty one. Takes time in proportion to the texts.
AnswerScores ScoreAnswer(const std::vector<std::string>& wanted, absl::string_view answer);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SQUAD_ANSWER_SCORES_H_
