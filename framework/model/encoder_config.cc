#include "framework/model/encoder_config.h"

#include <limits>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace retort {
namespace {

constexpr int64_t kLargestSize = std::numeric_limits<int32_t>::max();

absl::Status WantPositive(const char* field, int64_t value) {
  if (value <= 0) return absl::InvalidArgumentError(absl::StrCat(field, ": want > 0, got ", value));
  if (value <= kLargestSize) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, ": want at most ", kLargestSize, ", got ", value));
}

absl::Status WantProbability(const char* field, double value) {
  if (value >= 0 && value < 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, ": want within [0, 1), got ", value));
}

auto Fields(const EncoderConfig& c) {
  return std::tie(c.family, c.vocabulary_size, c.hidden_size, c.layers, c.heads, c.intermediate_size, c.max_positions,
                  c.token_types, c.pooler, c.hidden_dropout, c.attention_dropout, c.layer_norm_epsilon,
                  c.initializer_range, c.pad_token_id, c.bos_token_id, c.eos_token_id, c.activation, c.head_activation,
                  c.pre_norm, c.causal, c.position_offset, c.language_model_head, c.head_transform, c.head_bias,
                  c.tied_decoder);
}

const char* ActivationName(Activation activation) {
  return activation == Activation::kGelu ? "gelu" : activation == Activation::kGeluTanh ? "gelu_tanh" : "relu";
}

}  // namespace

absl::Status EncoderConfig::Validate() const {
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
  if (position_offset < 0 || position_offset >= max_positions) {
    return absl::InvalidArgumentError(
        absl::StrCat("position_offset: want within 0..", max_positions - 1, ", got ", position_offset));
  }
  if (!(initializer_range > 0)) {
    return absl::InvalidArgumentError(absl::StrCat("initializer_range: want > 0, got ", initializer_range));
  }
  return absl::OkStatus();
}

std::string EncoderConfigText(const EncoderConfig& c) {
  std::string text = absl::StrFormat(
      "family=%s vocabulary_size=%d hidden_size=%d layers=%d heads=%d intermediate_size=%d max_positions=%d "
      "token_types=%d pooler=%d hidden_dropout=%.17g attention_dropout=%.17g layer_norm_epsilon=%.17g "
      "initializer_range=%.17g pad_token_id=%d activation=%s head_activation=%s pre_norm=%d causal=%d "
      "position_offset=%d language_model_head=%d "
      "head_transform=%d head_bias=%d tied_decoder=%d",
      c.family, c.vocabulary_size, c.hidden_size, c.layers, c.heads, c.intermediate_size, c.max_positions,
      c.token_types, c.pooler, c.hidden_dropout, c.attention_dropout, c.layer_norm_epsilon, c.initializer_range,
      c.pad_token_id, ActivationName(c.activation), ActivationName(c.head_activation), c.pre_norm, c.causal,
      c.position_offset, c.language_model_head, c.head_transform, c.head_bias, c.tied_decoder);
  if (c.bos_token_id.has_value()) absl::StrAppend(&text, " bos_token_id=", *c.bos_token_id);
  if (c.eos_token_id.has_value()) absl::StrAppend(&text, " eos_token_id=", *c.eos_token_id);
  return text;
}

bool operator==(const EncoderConfig& a, const EncoderConfig& b) { return Fields(a) == Fields(b); }

}  // namespace retort
