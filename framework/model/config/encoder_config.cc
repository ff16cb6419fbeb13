#include "framework/model/config/encoder_config.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace retort {
namespace {

constexpr int64_t kLargestSize = std::numeric_limits<int32_t>::max();
constexpr int64_t kMostLayers = 4096;

absl::Status Wanted(absl::string_view field, absl::string_view wanted, absl::string_view got) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": want ", wanted, ", got ", got));
}

absl::Status WantPositive(absl::string_view field, int64_t value) {
  if (value <= 0) return Wanted(field, "> 0", absl::StrCat(value));
  if (value <= kLargestSize) return absl::OkStatus();
  return Wanted(field, absl::StrCat("at most ", kLargestSize), absl::StrCat(value));
}

absl::Status WantProbability(absl::string_view field, double value) {
  if (value >= 0 && value < 1) return absl::OkStatus();
  return Wanted(field, "within [0, 1)", absl::StrCat(value));
}

using FieldList = std::vector<std::pair<std::string, std::string>>;

std::string Text(int64_t value) { return absl::StrCat(value); }
std::string Text(bool value) { return value ? "true" : "false"; }
std::string Text(const std::string& value) { return value; }
std::string Text(Activation value) { return ActivationName(value); }
std::string Text(NormKind value) { return NormKindName(value); }

// The shortest text that reads back as the same number.
std::string Text(double value) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof(text), value).ptr);
}

template <typename Number>
std::string Text(const std::optional<Number>& value) {
  return value ? Text(*value) : "none";
}

std::string Text(NormPlacement value) {
  switch (value) {
    case NormPlacement::kPost:
      return "post";
    case NormPlacement::kPre:
      return "pre";
  }
  return "";
}

std::string Text(Pooling value) {
  switch (value) {
    case Pooling::kNone:
      return "none";
    case Pooling::kFirst:
      return "first";
    case Pooling::kPooler:
      return "pooler";
    case Pooling::kMean:
      return "mean";
    case Pooling::kLast:
      return "last";
  }
  return "";
}

std::string Text(const std::vector<std::string>& names) {
  return absl::StrCat("[",
                      absl::StrJoin(names, ",",
                                    [](std::string* out, const std::string& name) {
                                      absl::StrAppend(out, "\"", absl::CEscape(name), "\"");
                                    }),
                      "]");
}

// "3" or "1-6".
std::string LayerRange(int64_t first, int64_t last) {
  return first == last ? absl::StrCat(first) : absl::StrCat(first, "-", last);
}

// Adds fields under names that begin with a prefix.
class Collector {
 public:
  Collector(std::string prefix, FieldList* fields) : prefix_(std::move(prefix)), fields_(fields) {}

  template <typename Value>
  void operator()(const char* name, const Value& value) const {
    Add(absl::StrCat(prefix_, name), value);
  }

 private:
  template <typename Value>
  void Add(const std::string& name, const Value& value) const {
    fields_->emplace_back(name, Text(value));
  }
  template <typename Spec>
  void AddSpec(const std::string& name, const Spec& spec) const {
    Spec::VisitFields(spec, Collector(name + ".", fields_));
  }
  void Add(const std::string& name, const BottleneckSpec& spec) const { AddSpec(name, spec); }
  void Add(const std::string& name, const AttentionSpec& spec) const { AddSpec(name, spec); }
  void Add(const std::string& name, const FeedForwardSpec& spec) const { AddSpec(name, spec); }

  void Add(const std::string& name, const std::vector<HeadSpec>& heads) const {
    for (const HeadSpec& head : heads) AddSpec(absl::StrCat(name, ".", HeadKindName(head.kind)), head);
  }

  void Add(const std::string& name, const std::vector<LayerSpec>& layers) const {
    for (auto begin = layers.begin(); begin != layers.end();) {
      const auto end = std::find_if(begin, layers.end(), [&](const LayerSpec& layer) { return !(layer == *begin); });
      AddSpec(absl::StrCat(name, ".", LayerRange(begin - layers.begin() + 1, end - layers.begin())), *begin);
      begin = end;
    }
  }

  std::string prefix_;
  FieldList* fields_;
};

template <typename Spec>
FieldList FieldsOf(const Spec& spec) {
  FieldList fields;
  Spec::VisitFields(spec, Collector("", &fields));
  return fields;
}

absl::Status ValidateBottleneck(const std::string& name, const LayerSpec& layer) {
  const auto& [width, feeds_attention] = layer.bottleneck;
  if (width == 0 && !feeds_attention) return absl::OkStatus();
  if (absl::Status status = WantPositive(name + ".bottleneck.width", width); !status.ok()) return status;
  if (layer.norm == NormPlacement::kPost) return absl::OkStatus();
  return Wanted(name + ".norm", "post within a bottleneck", Text(layer.norm));
}

absl::Status ValidateLayer(const std::string& name, const LayerSpec& layer, bool causal) {
  for (const auto& [field, value] : {std::pair(".attention.heads", layer.attention.heads),
                                     std::pair(".attention.head_size", layer.attention.head_size),
                                     std::pair(".feed_forward.width", layer.feed_forward.width)}) {
    if (absl::Status status = WantPositive(name + field, value); !status.ok()) return status;
  }
  const int64_t networks = layer.feed_forward.networks;
  if (networks < 1 || networks > kMostFeedForwardNetworks) {
    return Wanted(name + ".feed_forward.networks", absl::StrCat("1 to ", kMostFeedForwardNetworks), Text(networks));
  }
  if (absl::Status status = ValidateBottleneck(name, layer); !status.ok()) return status;
  if (layer.attention.causal == causal) return absl::OkStatus();
  return Wanted(name + ".attention.causal", absl::StrCat(Text(causal), " as in layer 1"), Text(!causal));
}

absl::Status ValidateEmbeddings(const EncoderConfig& config) {
  if (config.embedding_size < 0 || config.embedding_size > config.hidden_size) {
    return Wanted("embedding_size", absl::StrCat("within 0..", config.hidden_size), Text(config.embedding_size));
  }
  if (!config.trigrams || config.embedding_size > 0) return absl::OkStatus();
  return Wanted("embedding_size", "> 0, as trigrams are projected", "0");
}

absl::Status ValidateHead(const EncoderConfig& config, const HeadSpec& head) {
  const std::string name = absl::StrCat("head.", HeadKindName(head.kind));
  const bool vocabulary = head.kind == HeadKind::kVocabulary;
  const bool per_position = vocabulary || head.kind == HeadKind::kSpans;
  if (FindHead(config, head.kind) != &head) return Wanted(name, "one head of a kind", "two");
  if (per_position != (head.pooling == Pooling::kNone)) {
    return Wanted(name + ".pooling", per_position ? "none" : "first, pooler, mean or last", Text(head.pooling));
  }
  if (head.pooling == Pooling::kPooler && !config.pooler)
    return Wanted("pooler", absl::StrCat("one, which ", name, " reads"), "none");
  if (head.tied && !vocabulary) return Wanted(name + ".tied", "false", "true");
  if (vocabulary && head.dropout != 0) return Wanted(name + ".dropout", "0", Text(head.dropout));
  if (head.classes.empty() == (head.kind == HeadKind::kClasses)) {
    return Wanted(name + ".classes", head.classes.empty() ? "at least one" : "none", absl::StrCat(head.classes.size()));
  }
  return WantProbability(name + ".dropout", head.dropout);
}

}  // namespace

int64_t EncoderConfig::outputs(const HeadSpec& head) const {
  switch (head.kind) {
    case HeadKind::kVocabulary:
      return vocabulary_size;
    case HeadKind::kClasses:
      return static_cast<int64_t>(head.classes.size());
    case HeadKind::kSpans:
      return 2;
    case HeadKind::kScore:
      return 1;
  }
  return 0;
}

absl::Status EncoderConfig::Validate() const {
  for (const auto& [field, value] :
       {std::pair("vocabulary_size", vocabulary_size), std::pair("hidden_size", hidden_size),
        std::pair("layers", int64_t{depth()}), std::pair("max_positions", max_positions)}) {
    if (absl::Status status = WantPositive(field, value); !status.ok()) return status;
  }
  for (int l = 1; l <= depth(); ++l) {
    if (absl::Status status = ValidateLayer(absl::StrCat("layers.", l), layer(l), causal()); !status.ok()) {
      return status;
    }
  }
  if (absl::Status status = ValidateEmbeddings(*this); !status.ok()) return status;
  if (token_types < 0) return Wanted("token_types", ">= 0", Text(token_types));
  if (pad_token_id < 0 || pad_token_id >= vocabulary_size) {
    return Wanted("pad_token_id", absl::StrCat("within 0..", vocabulary_size - 1), Text(pad_token_id));
  }
  if (absl::Status status = WantProbability("hidden_dropout", hidden_dropout); !status.ok()) return status;
  if (absl::Status status = WantProbability("attention_dropout", attention_dropout); !status.ok()) return status;
  for (const auto& [field, value] :
       {std::pair("layer_norm_epsilon", layer_norm_epsilon),
        std::pair("outer_norm_epsilon", outer_norm_epsilon.value_or(layer_norm_epsilon))}) {
    if (!(value > 0)) return Wanted(field, "> 0", Text(value));
  }
  if (position_offset < 0 || position_offset >= max_positions) {
    return Wanted("position_offset", absl::StrCat("within 0..", max_positions - 1), Text(position_offset));
  }
  if (!(initializer_range > 0)) return Wanted("initializer_range", "> 0", Text(initializer_range));
  for (const HeadSpec& head : heads) {
    if (absl::Status status = ValidateHead(*this, head); !status.ok()) return status;
  }
  return absl::OkStatus();
}

const HeadSpec* FindHead(const EncoderConfig& config, HeadKind kind) {
  const auto found =
      std::find_if(config.heads.begin(), config.heads.end(), [&](const HeadSpec& head) { return head.kind == kind; });
  return found == config.heads.end() ? nullptr : &*found;
}

HeadSpec* FindHead(EncoderConfig* config, HeadKind kind) {
  return const_cast<HeadSpec*>(FindHead(static_cast<const EncoderConfig&>(*config), kind));
}

absl::Status SetLayers(int64_t count, LayerSpec layer, EncoderConfig* config) {
  if (count < 1 || count > kMostLayers) return Wanted("layers", absl::StrCat("1 to ", kMostLayers), Text(count));
  const int64_t heads = layer.attention.heads;
  if (absl::Status status = WantPositive("hidden_size", config->hidden_size); !status.ok()) return status;
  if (absl::Status status = WantPositive("heads", heads); !status.ok()) return status;
  const int64_t width = layer.inner_width(config->hidden_size);
  if (width % heads != 0) {
    return Wanted(layer.bottleneck.width > 0 ? "bottleneck.width" : "hidden_size",
                  absl::StrCat("a multiple of heads (", heads, ")"), Text(width));
  }
  layer.attention.head_size = width / heads;
  config->layers.assign(count, layer);
  return absl::OkStatus();
}

FieldList EncoderConfigFields(const EncoderConfig& config) { return FieldsOf(config); }

std::string EncoderConfigText(const EncoderConfig& config) {
  return absl::StrJoin(FieldsOf(config), " ", absl::PairFormatter("="));
}

bool operator==(const LayerSpec& a, const LayerSpec& b) { return FieldsOf(a) == FieldsOf(b); }

bool operator==(const HeadSpec& a, const HeadSpec& b) { return a.kind == b.kind && FieldsOf(a) == FieldsOf(b); }

bool operator==(const EncoderConfig& a, const EncoderConfig& b) { return FieldsOf(a) == FieldsOf(b); }

}  // namespace retort
