#include "tools/cut_model/cut_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "ATen/ops/empty.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "glog/logging.h"

namespace retort {
namespace {

bool IsSpecial(const std::string& piece) {
  static const auto* const special = new std::set<std::string>{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  return special->count(piece) > 0;
}

// Bytes of UTF-8 that do not begin a character are 10xxxxxx.
bool IsOneCharacter(const std::string& piece) {
  const std::string text = absl::StartsWith(piece, "##") ? piece.substr(2) : piece;
  return std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }) == 1;
}

// log of the pieces' shares of all occurrences, each counted once more than it occurs.
at::Tensor LogFrequencies(absl::Span<const int64_t> counts) {
  const double total = std::accumulate(counts.begin(), counts.end(), static_cast<double>(counts.size()));
  at::Tensor bias = at::empty({static_cast<int64_t>(counts.size())}, at::kFloat);
  for (size_t i = 0; i < counts.size(); ++i) {
    bias.data_ptr<float>()[i] = static_cast<float>(std::log((static_cast<double>(counts[i]) + 1) / total));
  }
  return bias;
}

}  // namespace

std::vector<std::string> ChoosePieces(const Vocabulary& vocabulary, absl::Span<const int64_t> counts, int64_t size) {
  std::vector<int32_t> ids(vocabulary.size());
  std::iota(ids.begin(), ids.end(), 0);
  auto rank = [&](int32_t id) {
    const std::string& piece = vocabulary.Piece(id);
    return IsSpecial(piece) ? 2 : IsOneCharacter(piece) && counts[id] > 0 ? 1 : 0;
  };
  std::stable_sort(ids.begin(), ids.end(), [&](int32_t a, int32_t b) {
    return std::make_pair(rank(a), counts[a]) > std::make_pair(rank(b), counts[b]);
  });
  CHECK_LE(size, static_cast<int64_t>(ids.size()));
  ids.resize(size);
  std::sort(ids.begin(), ids.end());
  std::vector<std::string> pieces;
  for (int32_t id : ids) pieces.push_back(vocabulary.Piece(id));
  return pieces;
}

absl::StatusOr<LoadedModel> CutModel(const LoadedModel& model, const Vocabulary& vocabulary,
                                     const std::vector<std::string>& pieces, absl::Span<const int64_t> counts,
                                     uint64_t seed) {
  LoadedModel cut;
  cut.config = model.config;
  cut.config.vocabulary_size = static_cast<int64_t>(pieces.size());
  cut.masked_lm_head = true;
  at::Tensor rows = at::empty({cut.config.vocabulary_size}, at::kLong);
  for (size_t i = 0; i < pieces.size(); ++i) {
    const auto id = vocabulary.Id(pieces[i]);
    if (!id) return absl::NotFoundError(absl::StrCat("the model's vocabulary has no piece \"", pieces[i], "\""));
    rows.data_ptr<int64_t>()[i] = *id;
    if (pieces[i] == "[PAD]") cut.config.pad_token_id = static_cast<int64_t>(i);
  }
  cut.parameters =
      ParameterSet(EncoderParameterSpecs(cut.config, /*masked_lm_head=*/true), at::kFloat, c10::Device(at::kCPU));
  InitializeRandomNormal(seed, cut.config.initializer_range, cut.config.pad_token_id, &cut.parameters);
  if (!model.masked_lm_head) {
    RETORT_RETURN_IF_ERROR(cut.parameters.Set("masked_lm.decoder.bias", LogFrequencies(counts)));
  }
  for (const ParameterSpec& spec : model.parameters.specs()) {
    const at::Tensor& values = model.parameters.Get(spec.name);
    const bool by_piece = spec.name == "embeddings.word" || spec.name == "masked_lm.decoder.bias";
    RETORT_RETURN_IF_ERROR(cut.parameters.Set(spec.name, by_piece ? values.index_select(0, rows) : values));
  }
  return cut;
}

}  // namespace retort
