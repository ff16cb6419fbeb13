#ifndef RETORT_FRAMEWORK_DATA_SQUAD_SQUAD_READER_H_
#define RETORT_FRAMEWORK_DATA_SQUAD_SQUAD_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

// Files of questions whose answers stand in a text, in the JSON of SQuAD 1.1 (Rajpurkar et al. 2016) and 2.0 (Rajpurkar
// et al. 2018).

namespace retort {

// An answer that a person gave.
struct SquadAnswer {
  std::string text;
  std::optional<int64_t> begin;  // The byte of the context it stands at; absent: it does not stand where the file says.
};

struct SquadQuestion {
  std::string id;
  std::string text;
  int64_t context = 0;  // Place in Squad::contexts.
  bool impossible = false;
  std::vector<SquadAnswer> answers = {};  // None of an impossible one, nor where a file gives none.
};

// Paragraphs with their questions, in the order of the file.
struct Squad {
  std::vector<std::string> contexts;
  std::vector<SquadQuestion> questions;
  std::vector<std::string> notes;  // What was left out and why.
};

// What a file may hold.
struct SquadRules {
  bool impossible = false;  // Questions without an answer.
  bool labelled = true;     // Every question has an answer or is impossible.
};

// Reads a file, plain or packed. Fields that are not named here do not count, `plausible_answers` among them.
// `answer_start` counts Unicode's code points, as Python does.
//
// Errors: those of ReadUnpacked and ParseStrictJson; InvalidArgument, "FILE: question ID: ...", for fields that lack or
// are of another type, for an id twice, and for questions against the rules. An answer that does not stand where the
// file says is kept as a text to score by, and counted in the notes.
absl::StatusOr<Squad> ReadSquad(const std::string& path, const SquadRules& rules);

// The questions for which `keep` (of a question and its context) is true, with their contexts.
template <typename Keep>
Squad KeepQuestions(const Squad& squad, const Keep& keep) {
  Squad kept;
  kept.notes = squad.notes;
  std::vector<int64_t> places(squad.contexts.size(), -1);
  for (const SquadQuestion& question : squad.questions) {
    const std::string& context = squad.contexts[question.context];
    if (!keep(question, context)) continue;
    int64_t& place = places[question.context];
    if (place < 0) {
      place = static_cast<int64_t>(kept.contexts.size());
      kept.contexts.push_back(context);
    }
    kept.questions.push_back(question);
    kept.questions.back().context = place;
  }
  return kept;
}

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_SQUAD_SQUAD_READER_H_
