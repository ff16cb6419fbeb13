#include "framework/text/files/tokenizer_json.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"
#include "framework/json/strict_json.h"
#include "framework/text/bpe/byte_alphabet.h"
#include "framework/text/bpe/byte_bpe_tokenizer.h"
#include "framework/text/bpe/vocabulary_json.h"
#include "framework/text/files/tokenizer_json_parts.h"
#include "framework/text/wordpiece/wordpiece_tokenizer.h"

namespace retort {
namespace {

using Json = nlohmann::json;

// The file's top level, and what its messages begin with.
struct File {
  JsonFields* fields;
  std::string where;

  std::string Place(absl::string_view name) const { return absl::StrCat(where, ": ", name); }
};

// An object of the top level, whose "type" has to be `type`.
absl::StatusOr<JsonFields> OpenTyped(const File& file, const std::string& name, const std::string& type) {
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(file.fields->Get(name), file.Place(name)));
  RETORT_ASSIGN_OR_RETURN(const std::string got, fields.String("type"));
  if (got != type) return fields.Unsupported("type", type);
  return fields;
}

// A name among a model's options whose value stands for "not in use".
absl::Status WantUnused(const std::string& name, JsonFields* model) {
  const Json& value = model->Get(name);
  const bool unused = value.is_null() || value == Json(false) || value == Json("") || value == Json(0.0);
  return unused ? absl::OkStatus() : model->Unsupported(name, "none");
}

absl::Status ReadNormalizer(const File& file, WordPieceOptions* options) {
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, OpenTyped(file, "normalizer", "BertNormalizer"));
  RETORT_ASSIGN_OR_RETURN(options->clean_text, fields.Bool("clean_text", true));
  RETORT_ASSIGN_OR_RETURN(options->handle_chinese_chars, fields.Bool("handle_chinese_chars", true));
  RETORT_ASSIGN_OR_RETURN(options->lower_case, fields.Bool("lowercase", true));
  RETORT_ASSIGN_OR_RETURN(options->strip_accents, fields.Bool("strip_accents", options->lower_case));
  return fields.Finish();
}

absl::Status CheckWordPieceDecoder(const File& file) {
  if (file.fields->Get("decoder").is_null()) return absl::OkStatus();
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, OpenTyped(file, "decoder", "WordPiece"));
  if (fields.Get("prefix") != Json("##")) return fields.Unsupported("prefix", "\"##\"");
  fields.Ignore("cleanup");
  return fields.Finish();
}

absl::StatusOr<std::unique_ptr<Tokenizer>> ParseWordPiece(const File& file, JsonFields* model) {
  WordPieceOptions options;
  RETORT_RETURN_IF_ERROR(ReadNormalizer(file, &options));
  RETORT_ASSIGN_OR_RETURN(JsonFields words, OpenTyped(file, "pre_tokenizer", "BertPreTokenizer"));
  RETORT_RETURN_IF_ERROR(words.Finish());
  RETORT_RETURN_IF_ERROR(CheckWordPieceDecoder(file));
  if (model->Get("unk_token") != Json("[UNK]")) return model->Unsupported("unk_token", "\"[UNK]\"");
  if (model->Get("continuing_subword_prefix") != Json("##")) {
    return model->Unsupported("continuing_subword_prefix", "\"##\"");
  }
  RETORT_ASSIGN_OR_RETURN(options.max_characters_per_word, model->Int("max_input_chars_per_word", 100));
  const Json& pieces = model->Get("vocab");
  RETORT_RETURN_IF_ERROR(model->Finish());

  RETORT_ASSIGN_OR_RETURN(AddedPieceLists added,
                          ParseAddedPieces(file.fields->Get("added_tokens"), pieces, file.Place("added_tokens")));
  if (!added.normalized.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(file.Place("added_tokens"), ": \"",
                                                   added.normalized[0].text.substr(0, 100),
                                                   "\".normalized: want false, got true"));
  }
  RETORT_ASSIGN_OR_RETURN(Vocabulary vocabulary, VocabularyFromJson(pieces, model->Place("vocab"), added.Ids()));
  RETORT_ASSIGN_OR_RETURN(options.sequence_template, ParsePostProcessor(file.fields->Get("post_processor"), vocabulary,
                                                                        file.Place("post_processor")));
  options.added = std::move(added.raw);
  absl::StatusOr<std::unique_ptr<WordPieceTokenizer>> tokenizer =
      WordPieceTokenizer::Create(std::move(vocabulary), options);
  if (tokenizer.ok()) return tokenizer;
  return absl::Status(tokenizer.status().code(), absl::StrCat(file.where, ": ", tokenizer.status().message()));
}

absl::Status ReadByteLevel(const File& file, const std::string& name, bool* add_prefix_space) {
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, OpenTyped(file, name, "ByteLevel"));
  RETORT_ASSIGN_OR_RETURN(*add_prefix_space, fields.Bool("add_prefix_space", true));
  RETORT_ASSIGN_OR_RETURN(const bool pattern, fields.Bool("use_regex", true));
  if (name == "pre_tokenizer" && !pattern) return fields.Unsupported("use_regex", "true");
  fields.Ignore("trim_offsets");
  return fields.Finish();
}

absl::Status CheckBpeOptions(const Json& pieces, JsonFields* model) {
  for (const char* name :
       {"dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback", "ignore_merges"}) {
    RETORT_RETURN_IF_ERROR(WantUnused(name, model));
  }
  // With all bytes in the vocabulary nothing is unknown.
  bool all_bytes = pieces.is_object();
  for (int byte = 0; byte < 256 && all_bytes; ++byte) all_bytes = pieces.contains(ByteCharacter(byte));
  if (!all_bytes && !model->Get("unk_token").is_null()) return model->Unsupported("unk_token", "none");
  model->Ignore("unk_token");
  model->Ignore("fuse_unk");
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Tokenizer>> ParseBpe(const File& file, JsonFields* model) {
  if (!file.fields->Get("normalizer").is_null()) return file.fields->Unsupported("normalizer", "null");
  ByteBpeOptions options;
  RETORT_RETURN_IF_ERROR(ReadByteLevel(file, "pre_tokenizer", &options.add_prefix_space));
  bool ignored;
  RETORT_RETURN_IF_ERROR(ReadByteLevel(file, "decoder", &ignored));
  const Json& pieces = model->Get("vocab");
  RETORT_RETURN_IF_ERROR(CheckBpeOptions(pieces, model));
  RETORT_ASSIGN_OR_RETURN(const std::vector<BytePairMerges::Pair> pairs,
                          ParseMerges(model->Get("merges"), model->Place("merges")));
  RETORT_RETURN_IF_ERROR(model->Finish());

  RETORT_ASSIGN_OR_RETURN(AddedPieceLists added,
                          ParseAddedPieces(file.fields->Get("added_tokens"), pieces, file.Place("added_tokens")));
  RETORT_ASSIGN_OR_RETURN(Vocabulary vocabulary, VocabularyFromJson(pieces, model->Place("vocab"), added.Ids()));
  RETORT_ASSIGN_OR_RETURN(BytePairMerges merges, BytePairMerges::Create(pairs, vocabulary, model->Place("merges")));
  ByteBpeParts parts{std::move(vocabulary), std::move(merges), {}, {}, {}};
  RETORT_RETURN_IF_ERROR(FillRolesByName(file.where, &parts));
  RETORT_ASSIGN_OR_RETURN(parts.sequence_template, ParsePostProcessor(file.fields->Get("post_processor"),
                                                                      parts.vocabulary, file.Place("post_processor")));
  parts.added = {std::move(added.raw), std::move(added.normalized)};
  return ByteBpeTokenizer::Create(std::move(parts), options);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> ParseTokenizerJson(absl::string_view text, absl::string_view where) {
  RETORT_ASSIGN_OR_RETURN(const Json json, ParseStrictJson(text, where));
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(json, where, ": "));
  for (const char* name : {"version", "truncation", "padding"}) fields.Ignore(name);
  const File file = {&fields, std::string(where)};
  RETORT_ASSIGN_OR_RETURN(JsonFields model, JsonFields::Open(fields.Get("model"), file.Place("model")));
  RETORT_ASSIGN_OR_RETURN(const std::string type, model.String("type"));
  if (type != "WordPiece" && type != "BPE") return model.Unsupported("type", "WordPiece or BPE");
  absl::StatusOr<std::unique_ptr<Tokenizer>> tokenizer =
      type == "WordPiece" ? ParseWordPiece(file, &model) : ParseBpe(file, &model);
  RETORT_RETURN_IF_ERROR(tokenizer.status());
  RETORT_RETURN_IF_ERROR(fields.Finish());
  return tokenizer;
}

}  // namespace retort
