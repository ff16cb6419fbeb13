#include "framework/text/files/tokenizer_class.h"

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "framework/json/json_fields.h"

namespace retort {
namespace {

struct KnownClass {
  TokenizerClass tokenizer_class;
  std::vector<const char*> names;        // the first one is its own, others are the same to transformers
  std::vector<const char*> model_types;  // of a config.json
};

const std::vector<KnownClass>& KnownClasses() {
  static const auto* const classes = new std::vector<KnownClass>{
      {TokenizerClass::kWhole,
       {"PreTrainedTokenizerFast", "PreTrainedTokenizer", "TokenizersBackend", "PythonBackend"},
       {"modernbert", "modernbert-decoder"}},
      {TokenizerClass::kBert,
       {"BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer", "SqueezeBertTokenizer",
        "LayoutLMTokenizer", "LxmertTokenizer"},
       {"bert", "distilbert", "electra", "megatron-bert", "mobilebert", "nomic_bert", "squeezebert", "convbert",
        "ernie", "nezha"}},
      {TokenizerClass::kRoberta,
       {"RobertaTokenizer", "LongformerTokenizer", "BartTokenizer", "LEDTokenizer"},
       {"roberta", "roberta-prelayernorm", "data2vec-text", "longformer", "bart"}},
      {TokenizerClass::kGpt2, {"GPT2Tokenizer"}, {"gpt2", "gpt_neo", "gptj"}}};
  return *classes;
}

bool Contains(const std::vector<const char*>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string TokenizerClassName(TokenizerClass tokenizer_class) {
  for (const KnownClass& known : KnownClasses()) {
    if (known.tokenizer_class == tokenizer_class) return known.names[0];
  }
  return "";
}

absl::StatusOr<TokenizerClass> TokenizerClassOfName(const std::string& name, absl::string_view place) {
  absl::string_view plain = name;
  absl::ConsumeSuffix(&plain, "Fast");
  for (const KnownClass& known : KnownClasses()) {
    if (Contains(known.names, name) || Contains(known.names, plain)) return known.tokenizer_class;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(place, ": want BertTokenizer, RobertaTokenizer, GPT2Tokenizer or PreTrainedTokenizerFast, got \"",
                   name.substr(0, 100), "\""));
}

absl::StatusOr<std::optional<std::string>> ClassByConfig(const nlohmann::json& config,
                                                         const std::optional<std::string>& said,
                                                         absl::string_view where) {
  const auto text = [&](const char* name) {
    const auto found = config.find(name);
    return found != config.end() && found->is_string() ? found->get<std::string>() : "";
  };
  std::optional<std::string> name = said;
  if (!name.has_value() && !text("tokenizer_class").empty()) name = text("tokenizer_class");
  const std::string type = text("model_type");
  for (const KnownClass& known : KnownClasses()) {
    if (!Contains(known.model_types, type)) continue;
    // Their files often name a class that they are not of.
    if (known.tokenizer_class == TokenizerClass::kWhole) return known.names[0];
    return name.has_value() ? name : known.names[0];
  }
  const auto said_type = config.find("model_type");
  if (name.has_value() || said_type == config.end() || *said_type == nlohmann::json("")) return name;
  return absl::InvalidArgumentError(absl::StrCat(
      where, ": model_type: want one whose tokenizer is BERT's, RoBERTa's or ", "GPT-2's, got ", Shown(*said_type)));
}

}  // namespace retort
