#include "framework/model/hugging_face_names.h"

#include <map>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "glog/logging.h"

namespace retort {
namespace {

using Names = std::map<std::string, std::string>;

// What stands before a layer's number.
std::string LayerPrefix(const std::string& family) {
  return family == "bert" ? "bert.encoder.layer." : "distilbert.transformer.layer.";
}

// Parts of a layer, without weight or bias.
const Names& LayerNames(const std::string& family) {
  static const auto* const bert = new Names{
      {"attention.query", "attention.self.query"},
      {"attention.key", "attention.self.key"},
      {"attention.value", "attention.self.value"},
      {"attention.output", "attention.output.dense"},
      {"attention.norm", "attention.output.LayerNorm"},
      {"feed_forward.up", "intermediate.dense"},
      {"feed_forward.down", "output.dense"},
      {"feed_forward.norm", "output.LayerNorm"},
  };
  static const auto* const distilbert = new Names{
      {"attention.query", "attention.q_lin"}, {"attention.key", "attention.k_lin"},
      {"attention.value", "attention.v_lin"}, {"attention.output", "attention.out_lin"},
      {"attention.norm", "sa_layer_norm"},    {"feed_forward.up", "ffn.lin1"},
      {"feed_forward.down", "ffn.lin2"},      {"feed_forward.norm", "output_layer_norm"},
  };
  return family == "bert" ? *bert : *distilbert;
}

// Everything else, without weight or bias.
const Names& OtherNames(const std::string& family) {
  static const auto* const bert = new Names{
      {"embeddings.word", "bert.embeddings.word_embeddings"},
      {"embeddings.position", "bert.embeddings.position_embeddings"},
      {"embeddings.token_type", "bert.embeddings.token_type_embeddings"},
      {"embeddings.norm", "bert.embeddings.LayerNorm"},
      {"pooler", "bert.pooler.dense"},
      {"masked_lm.transform", "cls.predictions.transform.dense"},
      {"masked_lm.norm", "cls.predictions.transform.LayerNorm"},
      {"masked_lm.decoder", "cls.predictions"},
  };
  static const auto* const distilbert = new Names{
      {"embeddings.word", "distilbert.embeddings.word_embeddings"},
      {"embeddings.position", "distilbert.embeddings.position_embeddings"},
      {"embeddings.norm", "distilbert.embeddings.LayerNorm"},
      {"masked_lm.transform", "vocab_transform"},
      {"masked_lm.norm", "vocab_layer_norm"},
      {"masked_lm.decoder", "vocab_projector"},
  };
  return family == "bert" ? *bert : *distilbert;
}

}  // namespace

std::string HuggingFaceName(const std::string& family, const std::string& canonical) {
  std::string owner = canonical, leaf = ".weight";
  for (const auto& [suffix, name] :
       Names{{".weight", ".weight"}, {".bias", ".bias"}, {".scale", ".weight"}, {".shift", ".bias"}}) {
    if (!absl::EndsWith(canonical, suffix)) continue;
    owner = canonical.substr(0, canonical.size() - suffix.size());
    leaf = name;
  }
  std::string prefix;
  const Names* names = &OtherNames(family);
  if (absl::StartsWith(owner, "layer.")) {
    const std::vector<std::string> parts = absl::StrSplit(owner, absl::MaxSplits('.', 2));
    prefix = absl::StrCat(LayerPrefix(family), std::stoi(parts[1]) - 1, ".");
    owner = parts[2];
    names = &LayerNames(family);
  }
  const auto found = names->find(owner);
  CHECK(found != names->end()) << family << " has no " << canonical;
  return absl::StrCat(prefix, found->second, leaf);
}

std::string NormalizeHuggingFaceName(const std::string& family, const std::string& stored) {
  std::string name = stored;
  if (absl::EndsWith(name, ".gamma")) name = absl::StrCat(absl::StripSuffix(name, "gamma"), "weight");
  if (absl::EndsWith(name, ".beta")) name = absl::StrCat(absl::StripSuffix(name, "beta"), "bias");
  for (const char* bare : {"embeddings.", "encoder.", "transformer.", "pooler."}) {
    if (absl::StartsWith(name, bare)) return absl::StrCat(family, ".", name);
  }
  return name;
}

std::string TiedTo(const std::string& family, const std::string& name) {
  const std::string word = HuggingFaceName(family, "embeddings.word");
  if (family == "distilbert") return name == "vocab_projector.weight" ? word : "";
  if (name == "cls.predictions.decoder.weight") return word;
  return name == "cls.predictions.decoder.bias" ? HuggingFaceName(family, "masked_lm.decoder.bias") : "";
}

bool IsIgnoredTensor(const std::string& name) {
  static const auto* const ignored = new std::set<std::string>{
      "bert.embeddings.position_ids", "bert.embeddings.token_type_ids",     "cls.seq_relationship.bias",
      "cls.seq_relationship.weight",  "distilbert.embeddings.position_ids",
  };
  return ignored->count(name) > 0;
}

}  // namespace retort
