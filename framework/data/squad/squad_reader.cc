#include "framework/data/squad/squad_reader.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "framework/base/status_macros.h"
#include "framework/data/corpus/unpacked_file.h"
#include "framework/json/json_fields.h"
#include "framework/json/strict_json.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::json;

absl::StatusOr<const Json*> ListOf(const std::string& name, JsonFields* fields) {
  const Json& list = fields->Get(name);
  if (!list.is_array()) return fields->Unsupported(name, "a list");
  return &list;
}

// Where the code point of this number begins in UTF-8; none behind the text's end.
std::optional<size_t> ByteOf(int64_t code_point, absl::string_view text) {
  for (size_t byte = 0; byte < text.size(); ++byte) {
    const bool begins = (static_cast<unsigned char>(text[byte]) & 0xC0) != 0x80;
    if (begins && code_point-- == 0) return byte;
  }
  return std::nullopt;
}

SquadAnswer AnswerAt(int64_t code_point, std::string text, absl::string_view context) {
  SquadAnswer answer{std::move(text), std::nullopt};
  const std::optional<size_t> byte = ByteOf(code_point, context);
  const bool stands = byte && !answer.text.empty() && context.substr(*byte, answer.text.size()) == answer.text;
  if (stands) answer.begin = static_cast<int64_t>(*byte);
  return answer;
}

// Reads one file: articles of paragraphs of questions of answers.
class Reader {
 public:
  Reader(const std::string& path, const SquadRules& rules) : path_(path), rules_(rules) {}

  absl::StatusOr<Squad> Read(const Json& file) {
    RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(file, path_, ": "));
    RETORT_ASSIGN_OR_RETURN(const Json* const articles, ListOf("data", &fields));
    for (size_t i = 0; i < articles->size(); ++i) {
      RETORT_RETURN_IF_ERROR(ReadArticle((*articles)[i], absl::StrCat(path_, ": data[", i, "]")));
    }
    if (misplaced_ > 0) {
      squad_.notes.push_back(absl::StrCat(path_, ": left out ", misplaced_, misplaced_ == 1 ? " place" : " places",
                                          " of answers at which they do not stand, the first of question ",
                                          first_misplaced_));
    }
    return std::move(squad_);
  }

 private:
  absl::Status ReadArticle(const Json& article, const std::string& place) {
    RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(article, place));
    RETORT_ASSIGN_OR_RETURN(const Json* const paragraphs, ListOf("paragraphs", &fields));
    for (size_t i = 0; i < paragraphs->size(); ++i) {
      RETORT_RETURN_IF_ERROR(ReadParagraph((*paragraphs)[i], absl::StrCat(place, ".paragraphs[", i, "]")));
    }
    return absl::OkStatus();
  }

  absl::Status ReadParagraph(const Json& paragraph, const std::string& place) {
    RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(paragraph, place));
    RETORT_ASSIGN_OR_RETURN(std::string context, fields.String("context"));
    RETORT_ASSIGN_OR_RETURN(const Json* const questions, ListOf("qas", &fields));
    squad_.contexts.push_back(std::move(context));
    for (size_t i = 0; i < questions->size(); ++i) {
      RETORT_RETURN_IF_ERROR(ReadQuestion((*questions)[i], absl::StrCat(place, ".qas[", i, "]")));
    }
    return absl::OkStatus();
  }

  absl::Status ReadQuestion(const Json& json, const std::string& place) {
    RETORT_ASSIGN_OR_RETURN(JsonFields unnamed, JsonFields::Open(json, place));
    SquadQuestion question;
    RETORT_ASSIGN_OR_RETURN(question.id, unnamed.String("id"));
    const std::string named = absl::StrCat(path_, ": question ", question.id);
    if (!ids_.insert(question.id).second) {
      return absl::InvalidArgumentError(absl::StrCat(named, ": want each id once, got it again at ", place));
    }
    RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(json, named, ": "));
    question.context = static_cast<int64_t>(squad_.contexts.size()) - 1;
    RETORT_ASSIGN_OR_RETURN(question.text, fields.String("question"));
    RETORT_ASSIGN_OR_RETURN(question.impossible, fields.Bool("is_impossible", false));
    RETORT_RETURN_IF_ERROR(ReadAnswers(named, &fields, &question));
    RETORT_RETURN_IF_ERROR(CheckRules(named, question));
    squad_.questions.push_back(std::move(question));
    return absl::OkStatus();
  }

  absl::Status ReadAnswers(const std::string& named, JsonFields* fields, SquadQuestion* question) {
    if (fields->Get("answers").is_null()) return absl::OkStatus();
    RETORT_ASSIGN_OR_RETURN(const Json* const answers, ListOf("answers", fields));
    for (size_t i = 0; i < answers->size(); ++i) {
      RETORT_ASSIGN_OR_RETURN(JsonFields answer,
                              JsonFields::Open((*answers)[i], absl::StrCat(named, ": answers[", i, "]")));
      RETORT_ASSIGN_OR_RETURN(std::string text, answer.String("text"));
      RETORT_ASSIGN_OR_RETURN(const int32_t start, answer.Int("answer_start"));
      question->answers.push_back(AnswerAt(start, std::move(text), squad_.contexts.back()));
      if (!question->answers.back().begin && misplaced_++ == 0) first_misplaced_ = question->id;
    }
    return absl::OkStatus();
  }

  absl::Status CheckRules(const std::string& named, const SquadQuestion& question) const {
    if (question.impossible && !rules_.impossible) {
      return absl::InvalidArgumentError(
          absl::StrCat(named, ": want an answer, got is_impossible: true; for SQuAD 2.0 say impossible: true"));
    }
    if (question.impossible && !question.answers.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(named, ": want no answers to an impossible question, got ", question.answers.size()));
    }
    if (!rules_.labelled || question.impossible || !question.answers.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        named, ": want answers or is_impossible: true, got neither; a file without answers can only be `test`"));
  }

  const std::string& path_;
  const SquadRules rules_;
  Squad squad_;
  absl::flat_hash_set<std::string> ids_;
  int64_t misplaced_ = 0;
  std::string first_misplaced_;
};

}  // namespace

absl::StatusOr<Squad> ReadSquad(const std::string& path, const SquadRules& rules) {
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadUnpacked(path));
  RETORT_ASSIGN_OR_RETURN(const Json file, ParseStrictJson(text, path, JsonDialect::kPython));
  return Reader(path, rules).Read(file);
}

}  // namespace retort
