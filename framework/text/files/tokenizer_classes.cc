#include "framework/text/files/tokenizer_classes.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"
#include "framework/json/strict_json.h"
#include "framework/text/bpe/byte_bpe_tokenizer.h"
#include "framework/text/bpe/vocabulary_json.h"
#include "framework/text/roles/added_vocabulary.h"
#include "framework/text/roles/piece_roles.h"
#include "framework/text/tokenizer_json/model_json.h"
#include "framework/text/tokenizer_json/post_processor.h"
#include "framework/text/wordpiece/wordpiece_tokenizer.h"

namespace retort {
namespace {

using Json = nlohmann::json;

std::string Place(const ClassParts& parts, const char* name) { return absl::StrCat(parts.folder, "/", name); }

absl::StatusOr<JsonFields> OpenModel(const ClassParts& parts, ModelKind wanted, absl::string_view name) {
  const std::string path = Place(parts, "tokenizer.json");
  RETORT_ASSIGN_OR_RETURN(JsonFields file, JsonFields::Open(*parts.whole, path, ": "));
  const Json& version = file.Get("version");
  if (!version.is_null() && version != Json("1.0")) return file.Unsupported("version", "\"1.0\"");
  RETORT_ASSIGN_OR_RETURN(JsonFields model, JsonFields::Open(file.Get("model"), file.Place("model")));
  RETORT_ASSIGN_OR_RETURN(const ModelKind kind, KindOfModel(&model));
  if (kind != wanted) {
    return absl::InvalidArgumentError(
        absl::StrCat(model.Place("type"), ": want ", name,
                     "'s kind, got another: say its class, or \"PreTrainedTokenizerFast\" for ",
                     "all that tokenizer.json has, as \"tokenizer_class\" in tokenizer_config.json"));
  }
  return model;
}

absl::StatusOr<Vocabulary> WordPieces(const ClassParts& parts) {
  if (parts.whole == nullptr) return Vocabulary::Parse(parts.files->at("vocab.txt"), parts.path);
  RETORT_ASSIGN_OR_RETURN(JsonFields model, OpenModel(parts, ModelKind::kWordPiece, "BertTokenizer"));
  return ParsePieces(&model);
}

absl::StatusOr<BpeModel> BytePieces(const ClassParts& parts, absl::string_view name) {
  if (parts.whole != nullptr) {
    RETORT_ASSIGN_OR_RETURN(JsonFields model, OpenModel(parts, ModelKind::kBpe, name));
    RETORT_ASSIGN_OR_RETURN(Vocabulary vocabulary, ParsePieces(&model));
    RETORT_ASSIGN_OR_RETURN(std::vector<BytePairMerges::Pair> merges, ParseMerges(&model, MergesHeading::kAMerge));
    return BpeModel{std::move(vocabulary), std::move(merges)};
  }
  const auto merges_text = parts.files->find("merges.txt");
  if (merges_text == parts.files->end()) {
    return absl::NotFoundError(
        absl::StrCat(Place(parts, "merges.txt"), ": want the merges of vocab.json, got no file"));
  }
  RETORT_ASSIGN_OR_RETURN(const Json pieces, ParseStrictJson(parts.files->at("vocab.json"), parts.path));
  RETORT_ASSIGN_OR_RETURN(Vocabulary vocabulary, VocabularyFromJson(pieces, parts.path));
  RETORT_ASSIGN_OR_RETURN(std::vector<BytePairMerges::Pair> merges,
                          BytePairMerges::ParseText(merges_text->second, Place(parts, "merges.txt")));
  return BpeModel{std::move(vocabulary), std::move(merges)};
}

absl::StatusOr<JsonFields> OpenConfig(const ClassParts& parts) {
  return JsonFields::Open(*parts.config, Place(parts, "tokenizer_config.json"), ": ");
}

// For a role that the class cannot do without.
absl::Status RefuseNullRole(const ClassParts& parts, const char* role) {
  const auto said = parts.special.roles.find(role);
  if (said == parts.special.roles.end() || said->second.has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(Place(parts, "tokenizer_config.json"), ": ", role,
                                                 ": want a piece, got null: name one, or leave it out"));
}

// The model's pieces and merges with the added pieces; without roles and template.
absl::StatusOr<std::pair<ByteBpeParts, AddedVocabulary>> ByteParts(const ClassParts& parts, const PieceRoles& defaults,
                                                                   absl::string_view name) {
  RETORT_ASSIGN_OR_RETURN(BpeModel model, BytePieces(parts, name));
  RETORT_ASSIGN_OR_RETURN(
      BytePairMerges merges,
      BytePairMerges::Create(model.merges, model.vocabulary,
                             parts.whole != nullptr ? Place(parts, "tokenizer.json") : Place(parts, "merges.txt")));
  AddedVocabulary pieces(std::move(model.vocabulary));
  RETORT_RETURN_IF_ERROR(AddSpecialPieces(parts.special, defaults, parts.path, &pieces));
  ByteBpeParts result{pieces.Whole(), std::move(merges), StagesOf(pieces.pieces()), {}, {}};
  RETORT_ASSIGN_OR_RETURN(result.special_ids, ByteBpeRoles(parts.special, defaults, pieces, parts.path));
  return std::make_pair(std::move(result), std::move(pieces));
}

absl::StatusOr<ByteBpeOptions> ByteOptions(const ClassParts& parts) {
  RETORT_ASSIGN_OR_RETURN(JsonFields config, OpenConfig(parts));
  ByteBpeOptions options;
  RETORT_ASSIGN_OR_RETURN(options.add_prefix_space, config.BoolNotNull("add_prefix_space", false));
  return options;
}

// A first piece before each text and a last one behind it, where they are wanted.
absl::StatusOr<SequenceTemplate> Gpt2Template(const ClassParts& parts, const PieceRoles& defaults,
                                              const AddedVocabulary& pieces) {
  RETORT_ASSIGN_OR_RETURN(JsonFields config, OpenConfig(parts));
  RETORT_ASSIGN_OR_RETURN(const bool add_first, config.Bool("add_bos_token", false));
  RETORT_ASSIGN_OR_RETURN(const bool add_last, config.Bool("add_eos_token", false));
  const auto of = [&](bool wanted, const char* role) -> std::vector<int32_t> {
    const int32_t id = wanted ? RoleId(parts.special, defaults, role, pieces) : kNoId;
    return id == kNoId ? std::vector<int32_t>() : std::vector<int32_t>{id};
  };
  SequenceTemplate around;
  around.before = of(add_first, "bos_token");
  around.behind = of(add_last, "eos_token");
  around.between = around.behind;
  around.between.insert(around.between.end(), around.before.begin(), around.before.end());
  around.second_type = 1;
  if (!around.before.empty()) {
    around.between_types.assign(around.behind.size(), 0);
    around.between_types.push_back(1);
  }
  return around;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> MakeBertTokenizer(const ClassParts& parts) {
  const std::string& where = parts.path;
  RETORT_ASSIGN_OR_RETURN(JsonFields config, OpenConfig(parts));
  WordPieceOptions options;
  RETORT_ASSIGN_OR_RETURN(options.lower_case, config.BoolNotNull("do_lower_case", true));
  RETORT_ASSIGN_OR_RETURN(options.strip_accents, config.Bool("strip_accents", options.lower_case));
  RETORT_ASSIGN_OR_RETURN(options.handle_chinese_chars, config.BoolNotNull("tokenize_chinese_chars", true));
  RETORT_ASSIGN_OR_RETURN(Vocabulary model, WordPieces(parts));
  AddedVocabulary pieces(std::move(model));
  RETORT_RETURN_IF_ERROR(AddSpecialPieces(parts.special, BertRoles(), where, &pieces));
  RETORT_RETURN_IF_ERROR(RefuseNullRole(parts, "unk_token"));
  const auto said = parts.special.roles.find("unk_token");
  const std::string unk = said != parts.special.roles.end() ? said->second->text : "[UNK]";
  if (!pieces.model().Id(unk).has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": want the unknown piece ", unk, " in the vocabulary itself, got none"));
  }
  RETORT_ASSIGN_OR_RETURN(options.special_ids, WordPieceRoles(parts.special, unk, pieces, where));
  options.added = pieces.pieces();
  absl::StatusOr<std::unique_ptr<WordPieceTokenizer>> tokenizer = WordPieceTokenizer::Create(pieces.Whole(), options);
  if (tokenizer.ok()) return tokenizer;
  return absl::Status(tokenizer.status().code(), absl::StrCat(where, ": ", tokenizer.status().message()));
}

absl::StatusOr<std::unique_ptr<Tokenizer>> MakeRobertaTokenizer(const ClassParts& parts, bool mask_strips_left) {
  RETORT_ASSIGN_OR_RETURN(JsonFields config, OpenConfig(parts));
  RETORT_RETURN_IF_ERROR(config.BoolNotNull("trim_offsets", true).status());
  for (const char* role : {"cls_token", "sep_token"}) RETORT_RETURN_IF_ERROR(RefuseNullRole(parts, role));
  RETORT_ASSIGN_OR_RETURN(const ByteBpeOptions options, ByteOptions(parts));
  RETORT_ASSIGN_OR_RETURN(auto made, ByteParts(parts, RobertaRoles(mask_strips_left), "RobertaTokenizer"));
  const SpecialIds& ids = made.first.special_ids;
  made.first.sequence_template = {{ids.cls}, {ids.sep, ids.sep}, {ids.sep}, /*second_type=*/0, {}, {}};
  return ByteBpeTokenizer::Create(std::move(made.first), options);
}

absl::StatusOr<std::unique_ptr<Tokenizer>> MakeGpt2Tokenizer(const ClassParts& parts) {
  RETORT_ASSIGN_OR_RETURN(const ByteBpeOptions options, ByteOptions(parts));
  RETORT_ASSIGN_OR_RETURN(auto made, ByteParts(parts, Gpt2Roles(), "GPT2Tokenizer"));
  auto& [result, pieces] = made;
  if (parts.whole == nullptr) {
    RETORT_ASSIGN_OR_RETURN(result.sequence_template, Gpt2Template(parts, Gpt2Roles(), pieces));
  } else {
    const Json& file = *parts.whole;
    RETORT_ASSIGN_OR_RETURN(
        result.sequence_template,
        ParsePostProcessor(file.contains("post_processor") ? file["post_processor"] : Json(), result.vocabulary,
                           absl::StrCat(Place(parts, "tokenizer.json"), ": post_processor")));
  }
  return ByteBpeTokenizer::Create(std::move(result), options);
}

}  // namespace retort
