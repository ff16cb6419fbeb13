#include "framework/config/frozen.h"

#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace retort {
namespace {

constexpr int kMostLayers = 4096;

// Of "3" or "1-3".
std::vector<std::string> LayerPrefixes(absl::string_view range) {
  const std::vector<absl::string_view> ends = absl::StrSplit(range, '-');
  int first = 0, last = 0;
  if (ends.size() > 2 || !absl::SimpleAtoi(ends.front(), &first) || !absl::SimpleAtoi(ends.back(), &last)) return {};
  if (first < 1 || last < first || last > kMostLayers) return {};
  std::vector<std::string> prefixes;
  for (int layer = first; layer <= last; ++layer) prefixes.push_back(absl::StrCat("layer.", layer, "."));
  return prefixes;
}

}  // namespace

std::vector<std::string> FrozenPrefixes(absl::string_view word) {
  static const auto* const known = new std::map<absl::string_view, std::string>{
      {kPaddingEmbedding, "embeddings.word"},         {"embeddings", "embeddings."},
      {"position_embeddings", "embeddings.position"}, {"token_type_embeddings", "embeddings.token_type"},
      {"word_embeddings", "embeddings.word"},
  };
  if (absl::ConsumePrefix(&word, "layers.")) return LayerPrefixes(word);
  const auto found = known->find(word);
  return found == known->end() ? std::vector<std::string>() : std::vector<std::string>{found->second};
}

}  // namespace retort
