#include "framework/model/hugging_face_config.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/model/family/family.h"
#include "glog/logging.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kLongestText = 1 << 20;
constexpr int kDeepest = 32;

const char* DtypeName(c10::ScalarType dtype) {
  return dtype == at::kBFloat16 ? "bfloat16" : dtype == at::kHalf ? "float16" : "float32";
}

// The family that model_type names; the oldest files of BERT say nothing. Null if there is none.
const ModelFamily* FamilyOf(const Json& json) {
  const Json name = json.value("model_type", Json("bert"));
  return name.is_string() ? FindFamily(name.get<std::string>()) : nullptr;
}

}  // namespace

absl::StatusOr<EncoderConfig> ParseHuggingFaceConfig(absl::string_view text) {
  if (text.size() > kLongestText) return absl::InvalidArgumentError("want at most 1 MiB of JSON, got more");
  const auto leave_out_the_deepest = [](int depth, Json::parse_event_t, const Json&) { return depth < kDeepest; };
  const Json json = Json::parse(text.begin(), text.end(), leave_out_the_deepest, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object()) return absl::InvalidArgumentError("want a JSON object");
  EncoderConfig config;
  ConfigReader reader(json);
  const ModelFamily* family = FamilyOf(json);
  if (family == nullptr) {
    reader.FailUnsupported("model_type", absl::StrCat("one of ", QuotedFamilies()));
    return reader.status();
  }
  config.family = family->name;
  reader.Integer("vocab_size", &config.vocabulary_size, true);
  reader.Integer("pad_token_id", &config.pad_token_id);
  reader.Real("initializer_range", &config.initializer_range);
  reader.Boolean("tie_word_embeddings", &config.tied_decoder);
  reader.Without("pruned_heads");
  reader.Without("quantization_config");
  family->read_config(&reader, &config);
  RETORT_RETURN_IF_ERROR(reader.status());
  RETORT_RETURN_IF_ERROR(config.Validate());
  return config;
}

std::string HuggingFaceConfigText(const EncoderConfig& config, c10::ScalarType dtype) {
  const ModelFamily* family = FindFamily(config.family);
  CHECK(family != nullptr) << config.family;
  Json json;
  json["architectures"] = {config.language_model_head ? family->head_class : family->encoder_class};
  json["model_type"] = config.family;
  json["vocab_size"] = config.vocabulary_size;
  json["pad_token_id"] = config.pad_token_id;
  json["initializer_range"] = config.initializer_range;
  json["tie_word_embeddings"] = config.tied_decoder;
  json["dtype"] = DtypeName(dtype);
  family->write_config(config, &json);
  return json.dump(2) + "\n";
}

}  // namespace retort
