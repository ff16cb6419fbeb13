#ifndef RETORT_FRAMEWORK_MODEL_FAMILY_TEST_READ_CONFIG_H_
#define RETORT_FRAMEWORK_MODEL_FAMILY_TEST_READ_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/json/json_fields.h"
#include "framework/model/family/config_reader.h"
#include "framework/model/family/family.h"
#include "framework/model/family/heads_config.h"
#include "nlohmann/json.hpp"

// What families make of options, for their tests.

namespace retort::testing {

// "name = part + part", transposed tensors with a star.
inline std::vector<std::string> LayoutText(const std::string& family, const std::vector<std::string>& canonical) {
  std::vector<std::string> lines;
  for (const StoredTensor& tensor : Layout(*FindFamily(family), canonical)) {
    std::string line = tensor.name;
    for (size_t i = 0; i < tensor.parts.size(); ++i) absl::StrAppend(&line, i == 0 ? " = " : " + ", tensor.parts[i]);
    lines.push_back(line + (tensor.transposed ? " *" : ""));
  }
  return lines;
}

// What a config.json of the family with these options means, for 100 pieces.
inline EncoderConfig Read(const std::string& family, const std::string& options, absl::Status* status) {
  const nlohmann::json json = nlohmann::json::parse(options);
  JsonFields fields = *JsonFields::Open(json, "", "");
  ConfigReader reader(&fields);
  EncoderConfig config;
  config.family = family;
  config.vocabulary_size = 100;
  reader.Integer("pad_token_id", &config.pad_token_id);
  FindFamily(family)->read_config(&reader, &config);
  if (reader.status().ok()) {
    FindFamily(family)->fix(&config);
    ReadHeads(*FindFamily(family), &reader, &config);
  }
  *status = reader.status();
  return config;
}

// What is wrong with one; empty if nothing is.
inline std::string ReadError(const std::string& family, const std::string& options) {
  absl::Status status;
  Read(family, options, &status);
  return std::string(status.message());
}

inline constexpr char kBert[] =
    R"("hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16)";
inline constexpr char kMobilebert[] =
    R"("hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16,
       "embedding_size": 3, "intra_bottleneck_size": 4)";
inline constexpr char kGpt2[] = R"("n_embd": 8, "n_layer": 2, "n_head": 2)";

// These sizes, and more options.
inline std::string Options(const char* sizes, const std::string& more) { return absl::StrCat("{", sizes, more, "}"); }

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_MODEL_FAMILY_TEST_READ_CONFIG_H_
