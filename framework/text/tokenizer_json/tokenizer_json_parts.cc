#include "framework/text/tokenizer_json/tokenizer_json_parts.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/text/roles/special_pieces.h"

namespace retort {
namespace {

using Json = nlohmann::json;

absl::Status AppendNormalizer(const Json& json, absl::string_view place, std::vector<BertNormalizerOptions>* steps);

absl::Status AppendSequence(JsonFields* fields, std::vector<BertNormalizerOptions>* steps) {
  const Json& list = fields->Get("normalizers");
  if (!list.is_array()) return fields->Unsupported("normalizers", "a list");
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string place = absl::StrCat(fields->Place("normalizers"), "[", i, "]");
    RETORT_RETURN_IF_ERROR(AppendNormalizer(list[i], place, steps));
  }
  return absl::OkStatus();
}

absl::Status ReadStrip(JsonFields* fields, BertNormalizerOptions* step) {
  RETORT_ASSIGN_OR_RETURN(step->strip_left, fields->Bool("strip_left"));
  RETORT_ASSIGN_OR_RETURN(step->strip_right, fields->Bool("strip_right"));
  return absl::OkStatus();
}

UnicodeForm FormOfName(const std::string& name) {
  static const auto* const forms = new std::map<std::string, UnicodeForm>{{"NFD", UnicodeForm::kNfd},
                                                                          {"NFC", UnicodeForm::kNfc},
                                                                          {"NFKD", UnicodeForm::kNfkd},
                                                                          {"NFKC", UnicodeForm::kNfkc}};
  const auto found = forms->find(name);
  return found == forms->end() ? UnicodeForm::kNone : found->second;
}

absl::Status AppendNormalizer(const Json& json, absl::string_view place, std::vector<BertNormalizerOptions>* steps) {
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(json, place));
  RETORT_ASSIGN_OR_RETURN(const std::string type, fields.String("type"));
  if (type == "Sequence") return AppendSequence(&fields, steps);
  BertNormalizerOptions step = {false, false, false, false};
  step.form = FormOfName(type);
  if (type == "BertNormalizer") {
    RETORT_ASSIGN_OR_RETURN(step.clean_text, fields.Bool("clean_text"));
    RETORT_ASSIGN_OR_RETURN(step.handle_chinese_chars, fields.Bool("handle_chinese_chars"));
    RETORT_ASSIGN_OR_RETURN(step.lower_case, fields.Bool("lowercase"));
    RETORT_ASSIGN_OR_RETURN(step.strip_accents, fields.Bool("strip_accents", step.lower_case));
  } else if (type == "Lowercase") {
    step.lower_case = true;
  } else if (type == "StripAccents") {
    step.strip_marks = true;
  } else if (type == "Strip") {
    RETORT_RETURN_IF_ERROR(ReadStrip(&fields, &step));
  } else if (step.form == UnicodeForm::kNone) {
    return fields.Unsupported(
        "type", "BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, Strip, StripAccents or a Sequence of them");
  }
  steps->push_back(step);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<AddedPiece>> ParseAddedPieces(const Json& list, absl::string_view place) {
  std::vector<AddedPiece> pieces;
  if (list.is_null()) return pieces;
  if (!list.is_array()) return absl::InvalidArgumentError(absl::StrCat(place, ": want a list, got ", Shown(list)));
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string item = absl::StrCat(place, "[", i, "]");
    RETORT_ASSIGN_OR_RETURN(pieces.emplace_back(), ParseAddedPiece(list[i], item, /*strict=*/true));
    RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(list[i], item));
    RETORT_RETURN_IF_ERROR(fields.Int("id").status());
  }
  return pieces;
}

absl::StatusOr<std::vector<BertNormalizerOptions>> ParseNormalizer(const Json& normalizer, absl::string_view place) {
  std::vector<BertNormalizerOptions> steps;
  if (!normalizer.is_null()) RETORT_RETURN_IF_ERROR(AppendNormalizer(normalizer, place, &steps));
  return steps;
}

absl::Status ReadPart(const Json& part, const std::string& type, const std::string& name, absl::string_view place,
                      const std::function<absl::Status(JsonFields*)>& read) {
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(part, place));
  RETORT_ASSIGN_OR_RETURN(const std::string got, fields.String("type"));
  if (got == "Sequence") {
    const Json& list = fields.Get(name);
    if (!list.is_array() || list.size() != 1) return fields.Unsupported(name, absl::StrCat("a list of one ", type));
    return ReadPart(list[0], type, name, absl::StrCat(fields.Place(name), "[0]"), read);
  }
  if (got != type) return fields.Unsupported("type", type);
  return read(&fields);
}

}  // namespace retort
