#include "framework/model/hugging_face_config.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kLongestText = 1 << 20;
constexpr int kDeepest = 32;
constexpr size_t kLongestQuote = 60;

absl::Status Unsupported(const std::string& option, const std::string& wanted, const Json& got) {
  std::string text = got.dump(-1, ' ', /*ensure_ascii=*/true);
  if (text.size() > kLongestQuote) text = text.substr(0, kLongestQuote) + "...";
  return absl::InvalidArgumentError(absl::StrCat(option, ": want ", wanted, ", got ", text));
}

// Reads options of one config.json; the first error sticks.
class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  void Integer(const char* option, int64_t* value, bool required = false) {
    if (!Has(option)) {
      if (required) Fail(absl::InvalidArgumentError(absl::StrCat(option, ": want a number, got none")));
    } else if (!json_[option].is_number_integer() ||
               (json_[option].is_number_unsigned() && json_[option].get<uint64_t>() > kLargest)) {
      Fail(Unsupported(option, "an integer", json_[option]));
    } else {
      *value = json_[option].get<int64_t>();
    }
  }

  void Real(const char* option, double* value) {
    if (!Has(option)) return;
    if (!json_[option].is_number()) return Fail(Unsupported(option, "a number", json_[option]));
    *value = json_[option].get<double>();
  }

  // The option may be absent or have this one value.
  void Only(const char* option, const Json& value) {
    if (Has(option) && json_[option] != value) Fail(Unsupported(option, value.dump(), json_[option]));
  }

  // The option may be absent or empty.
  void Without(const char* option) {
    if (Has(option) && !json_[option].empty()) Fail(Unsupported(option, "none", json_[option]));
  }

  const absl::Status& status() const { return status_; }

 private:
  static constexpr uint64_t kLargest = std::numeric_limits<int64_t>::max();

  bool Has(const char* option) const { return json_.contains(option) && !json_[option].is_null(); }
  void Fail(const absl::Status& status) { status_.Update(status); }

  const Json& json_;
  absl::Status status_;
};

void ReadBert(Reader* reader, EncoderConfig* config) {
  reader->Integer("hidden_size", &config->hidden_size, true);
  reader->Integer("num_hidden_layers", &config->layers, true);
  reader->Integer("num_attention_heads", &config->heads, true);
  reader->Integer("intermediate_size", &config->intermediate_size, true);
  reader->Integer("type_vocab_size", &config->token_types);
  reader->Real("hidden_dropout_prob", &config->hidden_dropout);
  reader->Real("attention_probs_dropout_prob", &config->attention_dropout);
  reader->Real("layer_norm_eps", &config->layer_norm_epsilon);
  reader->Only("hidden_act", "gelu");
  reader->Only("position_embedding_type", "absolute");
  reader->Only("is_decoder", false);
  reader->Only("add_cross_attention", false);
}

void ReadDistilbert(Reader* reader, EncoderConfig* config) {
  config->token_types = 0;
  reader->Integer("dim", &config->hidden_size, true);
  reader->Integer("n_layers", &config->layers, true);
  reader->Integer("n_heads", &config->heads, true);
  reader->Integer("hidden_dim", &config->intermediate_size, true);
  reader->Real("dropout", &config->hidden_dropout);
  reader->Real("attention_dropout", &config->attention_dropout);
  reader->Only("activation", "gelu");
  reader->Only("tie_weights_", true);
}

const char* DtypeName(c10::ScalarType dtype) {
  return dtype == at::kBFloat16 ? "bfloat16" : dtype == at::kHalf ? "float16" : "float32";
}

}  // namespace

absl::StatusOr<EncoderConfig> ParseHuggingFaceConfig(absl::string_view text) {
  if (text.size() > kLongestText) return absl::InvalidArgumentError("want at most 1 MiB of JSON, got more");
  const auto leave_out_the_deepest = [](int depth, Json::parse_event_t, const Json&) { return depth < kDeepest; };
  const Json json = Json::parse(text.begin(), text.end(), leave_out_the_deepest, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object()) return absl::InvalidArgumentError("want a JSON object");
  EncoderConfig config;
  const Json family = json.value("model_type", Json("bert"));  // The oldest files of BERT say nothing.
  if (family != "bert" && family != "distilbert") {
    return Unsupported("model_type", "\"bert\" or \"distilbert\"", family);
  }
  config.family = family.get<std::string>();
  Reader reader(json);
  reader.Integer("vocab_size", &config.vocabulary_size, true);
  reader.Integer("max_position_embeddings", &config.max_positions);
  reader.Integer("pad_token_id", &config.pad_token_id);
  reader.Real("initializer_range", &config.initializer_range);
  reader.Only("tie_word_embeddings", true);
  reader.Without("pruned_heads");
  reader.Without("quantization_config");
  if (config.family == "bert") {
    ReadBert(&reader, &config);
  } else {
    ReadDistilbert(&reader, &config);
  }
  RETORT_RETURN_IF_ERROR(reader.status());
  RETORT_RETURN_IF_ERROR(config.Validate());
  return config;
}

std::string HuggingFaceConfigText(const EncoderConfig& config, bool masked_lm_head, c10::ScalarType dtype) {
  const bool bert = config.family == "bert";
  Json json;
  json["architectures"] = {std::string(bert ? "Bert" : "DistilBert") + (masked_lm_head ? "ForMaskedLM" : "Model")};
  json["model_type"] = config.family;
  json["vocab_size"] = config.vocabulary_size;
  json["max_position_embeddings"] = config.max_positions;
  json["pad_token_id"] = config.pad_token_id;
  json["initializer_range"] = config.initializer_range;
  json["tie_word_embeddings"] = true;
  json["dtype"] = DtypeName(dtype);
  if (bert) {
    json["hidden_size"] = config.hidden_size;
    json["num_hidden_layers"] = config.layers;
    json["num_attention_heads"] = config.heads;
    json["intermediate_size"] = config.intermediate_size;
    json["type_vocab_size"] = std::max<int64_t>(config.token_types, 1);
    json["hidden_dropout_prob"] = config.hidden_dropout;
    json["attention_probs_dropout_prob"] = config.attention_dropout;
    json["layer_norm_eps"] = config.layer_norm_epsilon;
    json["hidden_act"] = "gelu";
  } else {
    json["dim"] = config.hidden_size;
    json["n_layers"] = config.layers;
    json["n_heads"] = config.heads;
    json["hidden_dim"] = config.intermediate_size;
    json["dropout"] = config.hidden_dropout;
    json["attention_dropout"] = config.attention_dropout;
    json["activation"] = "gelu";
    json["sinusoidal_pos_embds"] = false;
  }
  return json.dump(2) + "\n";
}

bool ParseLowerCase(absl::string_view text) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  return !json.is_object() || json.value("do_lower_case", Json(true)) != Json(false);
}

std::string TokenizerConfigText(const EncoderConfig& config, bool lower_case) {
  Json json;
  json["tokenizer_class"] = "BertTokenizer";
  json["do_lower_case"] = lower_case;
  json["model_max_length"] = config.max_positions;
  return json.dump(2) + "\n";
}

}  // namespace retort
