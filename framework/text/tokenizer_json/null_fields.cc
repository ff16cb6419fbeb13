#include "framework/text/tokenizer_json/null_fields.h"

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

using Json = nlohmann::json;
using Names = absl::flat_hash_set<absl::string_view>;

// In whichever part they stand.
const Names& NeverNull() {
  static const auto* const names = new Names{
      // The file, and every part.
      "version", "model", "added_tokens", "type",
      // Truncation and padding.
      "direction", "max_length", "strategy", "stride", "Fixed", "pad_id", "pad_type_id", "pad_token",
      // Normalizers.
      "normalizers", "clean_text", "handle_chinese_chars", "lowercase", "strip_left", "strip_right", "prepend",
      // Pre-tokenizers.
      "pretokenizers", "add_prefix_space", "trim_offsets", "use_regex", "pattern", "String", "Regex", "behavior",
      "invert", "individual_digits", "length", "delimiter", "replacement", "prepend_scheme",
      // Post-processors.
      "processors", "sep", "cls", "single", "pair", "SpecialToken", "Sequence", "id", "type_id", "special_tokens",
      // Decoders.
      "decoders", "prefix", "cleanup", "suffix", "word_delimiter_token", "content", "start", "stop",
      // Models.
      "max_input_chars_per_word", "vocab", "merges"};
  return *names;
}

bool IsNeverNull(const std::string& name, const Json& object) {
  // Options of a BPE have the same names.
  const bool of_word_piece = name == "unk_token" || name == "continuing_subword_prefix";
  return NeverNull().contains(name) || (of_word_piece && object.contains("max_input_chars_per_word"));
}

absl::Status Refuse(absl::string_view place) {
  return absl::InvalidArgumentError(absl::StrCat(place, ": want a value, got null: write the one that is meant"));
}

// `all_known`: the fields are special pieces, whatever their names.
absl::Status CheckPart(const Json& value, const std::string& place, absl::string_view separator, bool all_known) {
  for (size_t i = 0; value.is_array() && i < value.size(); ++i) {
    const std::string item = absl::StrCat(place, "[", i, "]");
    if (value[i].is_null()) return Refuse(item);
    RETORT_RETURN_IF_ERROR(CheckPart(value[i], item, ".", false));
  }
  if (!value.is_object()) return absl::OkStatus();
  for (const auto& [name, field] : value.items()) {
    const std::string item = absl::StrCat(place, separator, name.substr(0, 100));
    if (field.is_null() && (all_known || IsNeverNull(name, value))) return Refuse(item);
    if (name == "vocab" || name == "merges" || name == "added_tokens") continue;
    RETORT_RETURN_IF_ERROR(CheckPart(field, item, ".", all_known || name == "special_tokens"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckNulls(const Json& json, absl::string_view where) {
  return CheckPart(json, std::string(where), ": ", /*all_known=*/false);
}

}  // namespace retort
