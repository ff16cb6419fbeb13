#include "framework/model/encoder_config.h"

#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace retort {
namespace {

absl::Status WantPositive(const char* field, int64_t value) {
  if (value > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, ": want > 0, got ", value));
}

absl::Status WantProbability(const char* field, double value) {
  if (value >= 0 && value < 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, ": want within [0, 1), got ", value));
}

auto Fields(const EncoderConfig& c) {
  return std::tie(c.family, c.vocabulary_size, c.hidden_size, c.layers, c.heads, c.intermediate_size, c.max_positions,
                  c.token_types, c.pooler, c.hidden_dropout, c.attention_dropout, c.layer_norm_epsilon,
                  c.initializer_range, c.pad_token_id);
}

}  // namespace

absl::Status EncoderConfig::Validate() const {
  if (family != "bert" && family != "distilbert") {
    return absl::InvalidArgumentError(absl::StrCat("family: want bert or distilbert, got '", family, "'"));
  }
  if (family == "distilbert" && (token_types > 0 || pooler)) {
    return absl::InvalidArgumentError("family: distilbert has neither token types nor a pooler; want bert");
  }
  for (const auto& [field, value] :
       {std::pair("vocabulary_size", vocabulary_size), std::pair("hidden_size", hidden_size),
        std::pair("layers", layers), std::pair("heads", heads), std::pair("intermediate_size", intermediate_size),
        std::pair("max_positions", max_positions)}) {
    if (absl::Status status = WantPositive(field, value); !status.ok()) return status;
  }
  if (hidden_size % heads != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("hidden_size: want a multiple of heads (", heads, "), got ", hidden_size));
  }
  if (token_types < 0) return absl::InvalidArgumentError(absl::StrCat("token_types: want >= 0, got ", token_types));
  if (pad_token_id < 0 || pad_token_id >= vocabulary_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("pad_token_id: want within 0..", vocabulary_size - 1, ", got ", pad_token_id));
  }
  if (absl::Status status = WantProbability("hidden_dropout", hidden_dropout); !status.ok()) return status;
  if (absl::Status status = WantProbability("attention_dropout", attention_dropout); !status.ok()) return status;
  if (!(layer_norm_epsilon > 0)) {
    return absl::InvalidArgumentError(absl::StrCat("layer_norm_epsilon: want > 0, got ", layer_norm_epsilon));
  }
  if (family == "distilbert" && layer_norm_epsilon != kDistilbertLayerNormEpsilon) {
    return absl::InvalidArgumentError(
        absl::StrCat("layer_norm_epsilon: distilbert has 1e-12, got ", layer_norm_epsilon, "; want family bert"));
  }
  if (!(initializer_range > 0)) {
    return absl::InvalidArgumentError(absl::StrCat("initializer_range: want > 0, got ", initializer_range));
  }
  return absl::OkStatus();
}

std::string EncoderConfigText(const EncoderConfig& c) {
  return absl::StrFormat(
      "family=%s vocabulary_size=%d hidden_size=%d layers=%d heads=%d intermediate_size=%d max_positions=%d "
      "token_types=%d pooler=%d hidden_dropout=%.17g attention_dropout=%.17g layer_norm_epsilon=%.17g "
      "initializer_range=%.17g pad_token_id=%d",
      c.family, c.vocabulary_size, c.hidden_size, c.layers, c.heads, c.intermediate_size, c.max_positions,
      c.token_types, c.pooler, c.hidden_dropout, c.attention_dropout, c.layer_norm_epsilon, c.initializer_range,
      c.pad_token_id);
}

bool operator==(const EncoderConfig& a, const EncoderConfig& b) { return Fields(a) == Fields(b); }

}  // namespace retort
