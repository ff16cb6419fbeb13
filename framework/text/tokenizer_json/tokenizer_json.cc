#include "framework/text/tokenizer_json/tokenizer_json.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"
#include "framework/json/strict_json.h"
#include "framework/text/bpe/byte_bpe_tokenizer.h"
#include "framework/text/roles/added_vocabulary.h"
#include "framework/text/roles/piece_roles.h"
#include "framework/text/tokenizer_json/model_json.h"
#include "framework/text/tokenizer_json/null_fields.h"
#include "framework/text/tokenizer_json/post_processor.h"
#include "framework/text/tokenizer_json/tokenizer_json_parts.h"
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

absl::Status CheckWordPieceDecoder(const File& file) {
  const Json& decoder = file.fields->Get("decoder");
  if (decoder.is_null()) return absl::OkStatus();
  return ReadPart(decoder, "WordPiece", "decoders", file.Place("decoder"), [](JsonFields* fields) {
    if (fields->Get("prefix") != Json("##")) return fields->Unsupported("prefix", "\"##\"");
    return absl::OkStatus();
  });
}

// The model's pieces, those of the file, and those of the files beside it.
absl::StatusOr<AddedVocabulary> AddPieces(const File& file, Vocabulary model, const SpecialPieces& special) {
  AddedVocabulary vocabulary(std::move(model));
  const std::string place = file.Place("added_tokens");
  RETORT_ASSIGN_OR_RETURN(const std::vector<AddedPiece> own, ParseAddedPieces(file.fields->Get("added_tokens"), place));
  RETORT_RETURN_IF_ERROR(vocabulary.Add(own, place));
  RETORT_RETURN_IF_ERROR(AddSpecialPieces(special, {}, file.where, &vocabulary));
  return vocabulary;
}

absl::StatusOr<std::unique_ptr<Tokenizer>> ParseWordPiece(const File& file, const SpecialPieces& special,
                                                          JsonFields* model_fields) {
  RETORT_ASSIGN_OR_RETURN(WordPieceModel model, ParseWordPieceModel(model_fields));
  WordPieceOptions options;
  options.max_characters_per_word = model.max_characters_per_word;
  RETORT_ASSIGN_OR_RETURN(options.sequence, ParseNormalizer(file.fields->Get("normalizer"), file.Place("normalizer")));
  const auto no_options = [](JsonFields*) { return absl::OkStatus(); };
  RETORT_RETURN_IF_ERROR(ReadPart(file.fields->Get("pre_tokenizer"), "BertPreTokenizer", "pretokenizers",
                                  file.Place("pre_tokenizer"), no_options));
  RETORT_RETURN_IF_ERROR(CheckWordPieceDecoder(file));
  RETORT_ASSIGN_OR_RETURN(const AddedVocabulary pieces, AddPieces(file, std::move(model.vocabulary), special));
  RETORT_ASSIGN_OR_RETURN(options.special_ids, WordPieceRoles(special, model.unk, pieces, file.where));
  Vocabulary vocabulary = pieces.Whole();
  RETORT_ASSIGN_OR_RETURN(options.sequence_template, ParsePostProcessor(file.fields->Get("post_processor"), vocabulary,
                                                                        file.Place("post_processor")));
  options.added = pieces.pieces();
  absl::StatusOr<std::unique_ptr<WordPieceTokenizer>> tokenizer =
      WordPieceTokenizer::Create(std::move(vocabulary), options);
  if (tokenizer.ok()) return tokenizer;
  return absl::Status(tokenizer.status().code(), absl::StrCat(file.where, ": ", tokenizer.status().message()));
}

absl::Status ReadByteLevel(const File& file, const std::string& name, const std::string& list, bool* prefix_space) {
  return ReadPart(file.fields->Get(name), "ByteLevel", list, file.Place(name), [&](JsonFields* fields) -> absl::Status {
    RETORT_ASSIGN_OR_RETURN(*prefix_space, fields->Bool("add_prefix_space", true));
    RETORT_ASSIGN_OR_RETURN(const bool pattern, fields->Bool("use_regex", true));
    if (name == "pre_tokenizer" && !pattern) return fields->Unsupported("use_regex", "true");
    return absl::OkStatus();
  });
}

absl::Status WantNoNormalizer(const File& file) {
  const Json& normalizer = file.fields->Get("normalizer");
  if (normalizer.is_null()) return absl::OkStatus();
  const absl::StatusOr<std::vector<BertNormalizerOptions>> steps =
      ParseNormalizer(normalizer, file.Place("normalizer"));
  if (steps.ok() && steps->empty()) return absl::OkStatus();
  return file.fields->Unsupported("normalizer", "null");
}

absl::StatusOr<std::unique_ptr<Tokenizer>> ParseBpe(const File& file, const SpecialPieces& special,
                                                    JsonFields* model_fields) {
  RETORT_RETURN_IF_ERROR(WantNoNormalizer(file));
  ByteBpeOptions options;
  RETORT_RETURN_IF_ERROR(ReadByteLevel(file, "pre_tokenizer", "pretokenizers", &options.add_prefix_space));
  bool ignored;
  if (!file.fields->Get("decoder").is_null()) {
    RETORT_RETURN_IF_ERROR(ReadByteLevel(file, "decoder", "decoders", &ignored));
  }
  RETORT_ASSIGN_OR_RETURN(BpeModel model, ParseBpeModel(model_fields));
  RETORT_ASSIGN_OR_RETURN(BytePairMerges merges,
                          BytePairMerges::Create(model.merges, model.vocabulary, model_fields->Place("merges")));
  RETORT_ASSIGN_OR_RETURN(const AddedVocabulary pieces, AddPieces(file, std::move(model.vocabulary), special));
  ByteBpeParts parts{pieces.Whole(), std::move(merges), StagesOf(pieces.pieces()), {}, {}};
  RETORT_ASSIGN_OR_RETURN(parts.special_ids, ByteBpeRoles(special, DefaultByteRoles(pieces), pieces, file.where));
  RETORT_ASSIGN_OR_RETURN(parts.sequence_template, ParsePostProcessor(file.fields->Get("post_processor"),
                                                                      parts.vocabulary, file.Place("post_processor")));
  return ByteBpeTokenizer::Create(std::move(parts), options);
}

}  // namespace

absl::StatusOr<Json> ReadTokenizerJson(absl::string_view text, absl::string_view where) {
  RETORT_ASSIGN_OR_RETURN(Json json, ParseStrictJson(text, where));
  RETORT_RETURN_IF_ERROR(CheckNulls(json, where));
  return json;
}

absl::StatusOr<std::unique_ptr<Tokenizer>> MakeWholeTokenizer(const Json& json, absl::string_view where,
                                                              const SpecialPieces& special) {
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(json, where, ": "));
  for (const char* name : {"truncation", "padding"}) fields.Ignore(name);
  const Json& version = fields.Get("version");
  if (!version.is_null() && version != Json("1.0")) return fields.Unsupported("version", "\"1.0\"");
  const File file = {&fields, std::string(where)};
  RETORT_ASSIGN_OR_RETURN(JsonFields model, JsonFields::Open(fields.Get("model"), file.Place("model")));
  RETORT_ASSIGN_OR_RETURN(const ModelKind kind, KindOfModel(&model));
  absl::StatusOr<std::unique_ptr<Tokenizer>> tokenizer =
      kind == ModelKind::kWordPiece ? ParseWordPiece(file, special, &model) : ParseBpe(file, special, &model);
  RETORT_RETURN_IF_ERROR(tokenizer.status());
  RETORT_RETURN_IF_ERROR(fields.Finish());
  return tokenizer;
}

absl::StatusOr<std::unique_ptr<Tokenizer>> ParseTokenizerJson(absl::string_view text, absl::string_view where) {
  RETORT_ASSIGN_OR_RETURN(const Json json, ReadTokenizerJson(text, where));
  return MakeWholeTokenizer(json, where, {});
}

}  // namespace retort
