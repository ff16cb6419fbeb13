#include "framework/text/tokenizer_json/post_processor.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"

namespace retort {
namespace {

using Json = nlohmann::json;

// A special piece of the processors: ["[SEP]", 102].
absl::StatusOr<int32_t> ParsePieceAndId(const std::string& name, const Vocabulary& vocabulary, JsonFields* fields) {
  const Json& pair = fields->Get(name);
  if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_number_unsigned()) {
    return fields->Unsupported(name, "a piece and its id");
  }
  const std::optional<int32_t> id = vocabulary.Id(pair[0].get<std::string>());
  if (!id.has_value() || static_cast<uint64_t>(*id) != pair[1].get<uint64_t>()) {
    return absl::InvalidArgumentError(absl::StrCat(fields->Place(name),
                                                   ": want a piece of the vocabulary and its id, got ", Shown(pair[0]),
                                                   " and ", Shown(pair[1])));
  }
  return *id;
}

absl::StatusOr<SequenceTemplate> ParseSpecialPair(bool roberta, const Vocabulary& vocabulary, JsonFields* fields) {
  RETORT_ASSIGN_OR_RETURN(const int32_t sep, ParsePieceAndId("sep", vocabulary, fields));
  RETORT_ASSIGN_OR_RETURN(const int32_t cls, ParsePieceAndId("cls", vocabulary, fields));
  if (!roberta) return SequenceTemplate{{cls}, {sep}, {sep}, /*second_type=*/1};
  return SequenceTemplate{{cls}, {sep, sep}, {sep}, /*second_type=*/0};
}

// A TemplateProcessing's list as runs of special ids, parted by the texts.
struct TemplateList {
  std::vector<std::vector<int32_t>> runs = {{}};
  std::vector<std::vector<int32_t>> run_types = {{}};
  std::string texts;  // "A" or "AB"
  std::vector<int32_t> text_types;
};

absl::StatusOr<std::vector<int32_t>> TemplateIds(const Json& specials, const std::string& name,
                                                 const Vocabulary& vocabulary, const std::string& place) {
  const auto error = [&](absl::string_view wanted, absl::string_view got) {
    return absl::InvalidArgumentError(
        absl::StrCat(place, ": special piece \"", name.substr(0, 100), "\": want ", wanted, ", got ", got));
  };
  if (!specials.is_object() || !specials.contains(name)) return error("an entry in special_tokens", "none");
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(specials[name], place));
  const Json& list = fields.Get("ids");
  if (!list.is_array()) return error("a list of ids", Shown(list));
  std::vector<int32_t> ids;
  for (const Json& id : list) {
    if (!id.is_number_unsigned() || id.get<uint64_t>() >= static_cast<uint64_t>(vocabulary.size())) {
      return error("ids of the vocabulary", Shown(id));
    }
    ids.push_back(id.get<int32_t>());
  }
  return ids;
}

absl::StatusOr<TemplateList> ParseTemplateList(const std::string& name, const Json& specials,
                                               const Vocabulary& vocabulary, JsonFields* processor) {
  const Json& list = processor->Get(name);
  if (!list.is_array()) return processor->Unsupported(name, "a list");
  TemplateList result;
  for (const Json& item : list) {
    const std::string place = processor->Place(name);
    RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(item, place));
    const bool special = item.contains("SpecialToken");
    const std::string kind = special ? "SpecialToken" : "Sequence";
    RETORT_ASSIGN_OR_RETURN(JsonFields inner, JsonFields::Open(fields.Get(kind), absl::StrCat(place, ".", kind)));
    RETORT_RETURN_IF_ERROR(fields.Finish());
    RETORT_ASSIGN_OR_RETURN(const std::string id, inner.String("id"));
    RETORT_ASSIGN_OR_RETURN(const int32_t type, inner.Int("type_id"));
    if (!special) {
      result.texts += id;
      result.text_types.push_back(type);
      result.runs.emplace_back();
      result.run_types.emplace_back();
      continue;
    }
    RETORT_ASSIGN_OR_RETURN(const std::vector<int32_t> ids, TemplateIds(specials, id, vocabulary, place));
    result.runs.back().insert(result.runs.back().end(), ids.begin(), ids.end());
    result.run_types.back().insert(result.run_types.back().end(), ids.size(), type);
  }
  return result;
}

bool AllAre(const std::vector<int32_t>& types, int32_t wanted) {
  return std::all_of(types.begin(), types.end(), [&](int32_t type) { return type == wanted; });
}

// Empty where all are `usual`.
std::vector<int32_t> Unusual(const std::vector<int32_t>& types, int32_t usual) {
  return AllAre(types, usual) ? std::vector<int32_t>() : types;
}

absl::StatusOr<SequenceTemplate> ParseTemplate(const Vocabulary& vocabulary, JsonFields* processor) {
  const Json& specials = processor->Get("special_tokens");
  RETORT_ASSIGN_OR_RETURN(const TemplateList one, ParseTemplateList("single", specials, vocabulary, processor));
  RETORT_ASSIGN_OR_RETURN(const TemplateList two, ParseTemplateList("pair", specials, vocabulary, processor));
  if (one.texts != "A" || !AllAre(one.text_types, 0) || !AllAre(one.run_types[0], 0) || !AllAre(one.run_types[1], 0)) {
    return processor->Unsupported("single", "one text A, and types of 0");
  }
  if (two.texts != "AB" || two.runs[0] != one.runs[0] || two.runs[2] != one.runs[1]) {
    return processor->Unsupported("pair", "texts A and B in what stands around the single one");
  }
  if (two.text_types[0] != 0 || !AllAre(two.run_types[0], 0)) {
    return processor->Unsupported("pair", "types of 0 up to A");
  }
  const int32_t second_type = two.text_types[1];
  return SequenceTemplate{two.runs[0],
                          two.runs[1],
                          two.runs[2],
                          second_type,
                          Unusual(two.run_types[1], 0),
                          Unusual(two.run_types[2], second_type)};
}

const SequenceTemplate& None() {
  static const auto* const none = new SequenceTemplate{{}, {}, {}, /*second_type=*/1, {}, {}};
  return *none;
}

absl::StatusOr<std::optional<SequenceTemplate>> Parse(const Json& processor, const Vocabulary& vocabulary,
                                                      absl::string_view place);

// Those that only trim offsets, and at most one that puts ids around texts.
absl::StatusOr<std::optional<SequenceTemplate>> ParseSequence(const Vocabulary& vocabulary, JsonFields* fields) {
  const Json& list = fields->Get("processors");
  if (!list.is_array()) return fields->Unsupported("processors", "a list");
  std::optional<SequenceTemplate> result;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string place = absl::StrCat(fields->Place("processors"), "[", i, "]");
    RETORT_ASSIGN_OR_RETURN(const std::optional<SequenceTemplate> next, Parse(list[i], vocabulary, place));
    if (next.has_value() && result.has_value()) {
      return fields->Unsupported("processors", "at most one that puts pieces around texts");
    }
    if (next.has_value()) result = next;
  }
  return result;
}

// Nothing for a processor that leaves ids alone.
absl::StatusOr<std::optional<SequenceTemplate>> Parse(const Json& processor, const Vocabulary& vocabulary,
                                                      absl::string_view place) {
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(processor, place));
  RETORT_ASSIGN_OR_RETURN(const std::string type, fields.String("type"));
  std::optional<SequenceTemplate> result;
  if (type == "BertProcessing" || type == "RobertaProcessing") {
    RETORT_ASSIGN_OR_RETURN(result, ParseSpecialPair(type == "RobertaProcessing", vocabulary, &fields));
  } else if (type == "TemplateProcessing") {
    RETORT_ASSIGN_OR_RETURN(result, ParseTemplate(vocabulary, &fields));
  } else if (type == "Sequence") {
    RETORT_ASSIGN_OR_RETURN(result, ParseSequence(vocabulary, &fields));
  } else if (type != "ByteLevel") {
    return fields.Unsupported("type",
                              "BertProcessing, RobertaProcessing, TemplateProcessing, ByteLevel or a Sequence of them");
  }
  return result;
}

}  // namespace

absl::StatusOr<SequenceTemplate> ParsePostProcessor(const Json& processor, const Vocabulary& vocabulary,
                                                    absl::string_view place) {
  if (processor.is_null()) return None();
  RETORT_ASSIGN_OR_RETURN(const std::optional<SequenceTemplate> result, Parse(processor, vocabulary, place));
  return result.value_or(None());
}

}  // namespace retort
