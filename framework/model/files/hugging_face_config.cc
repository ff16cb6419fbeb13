#include "framework/model/files/hugging_face_config.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"
#include "framework/json/strict_json.h"
#include "framework/model/family/family.h"
#include "framework/model/family/heads_config.h"
#include "glog/logging.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

constexpr size_t kLongestText = 16 << 20;  // 65536 classes with long names.

const char* DtypeName(c10::ScalarType dtype) {
  CHECK(dtype == at::kFloat || dtype == at::kHalf || dtype == at::kBFloat16) << dtype;
  return dtype == at::kBFloat16 ? "bfloat16" : dtype == at::kHalf ? "float16" : "float32";
}

}  // namespace

absl::StatusOr<HuggingFaceConfig> ParseHuggingFaceConfig(absl::string_view text, absl::string_view where) {
  if (text.size() > kLongestText)
    return absl::InvalidArgumentError(absl::StrCat(where, ": want at most 16 MiB, got more"));
  RETORT_ASSIGN_OR_RETURN(const nlohmann::json json, ParseStrictJson(text, where, JsonDialect::kPython));
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(json, where, ": "));
  ConfigReader reader(&fields);
  // The oldest files of BERT say nothing.
  const nlohmann::json name = reader.Has("model_type") ? fields.Get("model_type") : "bert";
  const ModelFamily* family = name.is_string() ? FindFamily(name.get<std::string>()) : nullptr;
  if (family == nullptr) return fields.Unsupported("model_type", absl::StrCat("one of ", QuotedFamilies()));
  HuggingFaceConfig result;
  EncoderConfig& config = result.encoder;
  config.family = family->name;
  reader.Integer("vocab_size", &config.vocabulary_size, true);
  reader.Integer("pad_token_id", &config.pad_token_id);
  reader.Real("initializer_range", &config.initializer_range);
  reader.Without("pruned_heads");
  reader.Without("quantization_config");
  family->read_config(&reader, &config);
  RETORT_RETURN_IF_ERROR(reader.status());
  family->fix(&config);
  reader.Update(config.Validate());
  RETORT_RETURN_IF_ERROR(reader.status());
  ReadHeads(*family, &reader, &config);
  reader.Strings("architectures", &result.architectures);
  RETORT_RETURN_IF_ERROR(reader.status());
  return result;
}

std::string HuggingFaceConfigText(const EncoderConfig& config, c10::ScalarType dtype) {
  const ModelFamily* family = FindFamily(config.family);
  CHECK(family != nullptr) << config.family;
  ConfigJson json;
  WriteHeads(*family, config, &json);
  json["model_type"] = config.family;
  json["vocab_size"] = config.vocabulary_size;
  json["pad_token_id"] = config.pad_token_id;
  json["initializer_range"] = config.initializer_range;
  json["dtype"] = DtypeName(dtype);
  family->write_config(config, &json);
  return json.dump(2) + "\n";
}

}  // namespace retort
