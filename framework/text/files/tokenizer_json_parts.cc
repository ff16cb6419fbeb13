#include "framework/text/files/tokenizer_json_parts.h"

#include <algorithm>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"

namespace retort {
namespace {

using Json = nlohmann::json;

absl::StatusOr<AddedPiece> ParseAddedPiece(const Json& json, const Json& model_vocabulary, const std::string& place,
                                           bool* normalized) {
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(json, place));
  AddedPiece piece;
  RETORT_ASSIGN_OR_RETURN(piece.text, fields.String("content"));
  if (piece.text.empty()) return fields.Unsupported("content", "a piece that is not empty");
  RETORT_ASSIGN_OR_RETURN(piece.id, fields.Int("id"));
  RETORT_ASSIGN_OR_RETURN(piece.special, fields.Bool("special", false));
  RETORT_ASSIGN_OR_RETURN(piece.strip_left, fields.Bool("lstrip", false));
  RETORT_ASSIGN_OR_RETURN(piece.strip_right, fields.Bool("rstrip", false));
  RETORT_ASSIGN_OR_RETURN(*normalized, fields.Bool("normalized", !piece.special));
  RETORT_ASSIGN_OR_RETURN(const bool single_word, fields.Bool("single_word", false));
  if (single_word) return fields.Unsupported("single_word", "false");
  RETORT_RETURN_IF_ERROR(fields.Finish());
  piece.in_model = model_vocabulary.contains(piece.text);
  return piece;
}

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
  fields->Ignore("trim_offsets");
  fields->Ignore("add_prefix_space");
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
  fields.Ignore("id");
  fields.Ignore("tokens");
  const Json& list = fields.Get("ids");
  RETORT_RETURN_IF_ERROR(fields.Finish());
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
    RETORT_RETURN_IF_ERROR(inner.Finish());
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
  if (two.text_types[0] != 0 || !AllAre(two.run_types[0], 0) || !AllAre(two.run_types[1], 0) ||
      !AllAre(two.run_types[2], two.text_types[1])) {
    return processor->Unsupported("pair", "types of 0 before B, and one type from B on");
  }
  return SequenceTemplate{two.runs[0], two.runs[1], two.runs[2], two.text_types[1]};
}

}  // namespace

std::vector<std::pair<std::string, int64_t>> AddedPieceLists::Ids() const {
  std::vector<std::pair<std::string, int64_t>> ids;
  for (const auto* list : {&raw, &normalized}) {
    for (const AddedPiece& piece : *list) ids.emplace_back(piece.text, piece.id);
  }
  return ids;
}

absl::StatusOr<AddedPieceLists> ParseAddedPieces(const Json& list, const Json& model_vocabulary,
                                                 absl::string_view place) {
  AddedPieceLists lists;
  if (list.is_null()) return lists;
  if (!list.is_array()) return absl::InvalidArgumentError(absl::StrCat(place, ": want a list, got ", Shown(list)));
  absl::flat_hash_set<std::string> known;
  for (size_t i = 0; i < list.size(); ++i) {
    bool normalized = false;
    const std::string item = absl::StrCat(place, "[", i, "]");
    RETORT_ASSIGN_OR_RETURN(AddedPiece piece, ParseAddedPiece(list[i], model_vocabulary, item, &normalized));
    if (!known.insert(piece.text).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(item, ".content: want each piece once, got \"", piece.text.substr(0, 100), "\" again"));
    }
    (normalized ? lists.normalized : lists.raw).push_back(std::move(piece));
  }
  return lists;
}

absl::StatusOr<SequenceTemplate> ParsePostProcessor(const Json& processor, const Vocabulary& vocabulary,
                                                    absl::string_view place) {
  const SequenceTemplate none = {{}, {}, {}, /*second_type=*/1};
  if (processor.is_null()) return none;
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(processor, place));
  RETORT_ASSIGN_OR_RETURN(const std::string type, fields.String("type"));
  absl::StatusOr<SequenceTemplate> result = none;
  if (type == "BertProcessing" || type == "RobertaProcessing") {
    result = ParseSpecialPair(type == "RobertaProcessing", vocabulary, &fields);
  } else if (type == "TemplateProcessing") {
    result = ParseTemplate(vocabulary, &fields);
  } else if (type == "ByteLevel") {
    for (const char* name : {"add_prefix_space", "trim_offsets", "use_regex"}) fields.Ignore(name);
  } else {
    result = fields.Unsupported("type", "BertProcessing, RobertaProcessing, TemplateProcessing or ByteLevel");
  }
  RETORT_RETURN_IF_ERROR(result.status());
  RETORT_RETURN_IF_ERROR(fields.Finish());
  return result;
}

absl::StatusOr<std::vector<BytePairMerges::Pair>> ParseMerges(const Json& list, absl::string_view place) {
  if (!list.is_array()) return absl::InvalidArgumentError(absl::StrCat(place, ": want a list, got ", Shown(list)));
  std::vector<BytePairMerges::Pair> pairs;
  for (size_t i = 0; i < list.size(); ++i) {
    const Json& merge = list[i];
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      pairs.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
      continue;
    }
    const std::string text = merge.is_string() ? merge.get<std::string>() : "";
    const size_t space = text.find(' ');
    if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat(place, "[", i, "]: want two pieces, got ", Shown(merge)));
    }
    pairs.emplace_back(text.substr(0, space), text.substr(space + 1));
  }
  return pairs;
}

}  // namespace retort
