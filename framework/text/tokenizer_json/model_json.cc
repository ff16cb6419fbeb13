#include "framework/text/tokenizer_json/model_json.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/text/bpe/byte_alphabet.h"
#include "framework/text/bpe/vocabulary_json.h"

namespace retort {
namespace {

using Json = nlohmann::json;

constexpr char kKinds[] =
    "WordPiece or BPE, since no other vocabularies are supported, SentencePiece's (Unigram) neither: take a model of "
    "another tokenizer, such as one of BERT's, DistilBERT's, RoBERTa's or GPT-2's kind";

// A name among a model's options whose value stands for "not in use".
absl::Status WantUnused(const std::string& name, JsonFields* model) {
  const Json& value = model->Get(name);
  const bool unused = value.is_null() || value == Json(false) || value == Json("") || value == Json(0.0);
  return unused ? absl::OkStatus() : model->Unsupported(name, "none");
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
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ModelKind> KindOfModel(JsonFields* model) {
  const Json& type = model->Get("type");
  const auto has = [&](const char* name) { return !model->Get(name).is_null(); };
  if (type == Json("WordPiece")) return ModelKind::kWordPiece;
  if (type == Json("BPE")) return ModelKind::kBpe;
  if (!type.is_null()) return model->Unsupported("type", kKinds);
  if (has("vocab") && has("merges")) return ModelKind::kBpe;
  if (has("vocab") && has("unk_token") && has("continuing_subword_prefix") && has("max_input_chars_per_word")) {
    return ModelKind::kWordPiece;
  }
  return model->Unsupported("type", kKinds);
}

absl::StatusOr<WordPieceModel> ParseWordPieceModel(JsonFields* model) {
  if (model->Get("continuing_subword_prefix") != Json("##")) {
    return model->Unsupported("continuing_subword_prefix", "\"##\"");
  }
  RETORT_ASSIGN_OR_RETURN(std::string unk, model->String("unk_token"));
  RETORT_ASSIGN_OR_RETURN(const int most, model->Int("max_input_chars_per_word"));
  RETORT_ASSIGN_OR_RETURN(Vocabulary vocabulary, ParsePieces(model));
  if (!vocabulary.Id(unk).has_value()) return model->Unsupported("unk_token", "a piece of its vocabulary");
  return WordPieceModel{std::move(vocabulary), std::move(unk), most};
}

absl::StatusOr<BpeModel> ParseBpeModel(JsonFields* model) {
  RETORT_RETURN_IF_ERROR(CheckBpeOptions(model->Get("vocab"), model));
  RETORT_ASSIGN_OR_RETURN(Vocabulary vocabulary, ParsePieces(model));
  RETORT_ASSIGN_OR_RETURN(std::vector<BytePairMerges::Pair> merges, ParseMerges(model, MergesHeading::kSkipped));
  return BpeModel{std::move(vocabulary), std::move(merges)};
}

absl::StatusOr<Vocabulary> ParsePieces(JsonFields* model) {
  return VocabularyFromJson(model->Get("vocab"), model->Place("vocab"));
}

absl::StatusOr<std::vector<BytePairMerges::Pair>> ParseMerges(JsonFields* model, MergesHeading heading) {
  const Json& list = model->Get("merges");
  const std::string place = model->Place("merges");
  if (!list.is_array()) return absl::InvalidArgumentError(absl::StrCat(place, ": want a list, got ", Shown(list)));
  const auto is_heading = [&](const Json& merge) {
    return heading == MergesHeading::kSkipped && merge.is_string() &&
           absl::StartsWith(merge.get_ref<const std::string&>(), "#version");
  };
  std::vector<BytePairMerges::Pair> pairs;
  pairs.reserve(list.size());
  for (size_t i = 0; i < list.size(); ++i) {
    const Json& merge = list[i];
    if (is_heading(merge)) continue;
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
