#include "tools/cut_model/cut_model.h"

#include <cmath>
#include <numeric>
#include <optional>

#include "ATen/ops/empty.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"

namespace retort {
namespace {

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

absl::StatusOr<LoadedModel> CutModel(const LoadedModel& model, const Vocabulary& vocabulary, const Vocabulary& kept,
                                     absl::Span<const int64_t> counts, uint64_t seed) {
  if (vocabulary.size() > model.config.vocabulary_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("the model's vocabulary: want at most the ", model.config.vocabulary_size,
                     " pieces that the model has embeddings for, got ", vocabulary.size()));
  }
  LoadedModel cut;
  cut.config = model.config;
  cut.config.vocabulary_size = kept.size();
  if (FindHead(cut.config, HeadKind::kVocabulary) == nullptr)
    cut.config.heads.insert(cut.config.heads.begin(), HeadSpec());
  at::Tensor rows = at::empty({cut.config.vocabulary_size}, at::kLong);
  for (int32_t i = 0; i < kept.size(); ++i) {
    const auto id = vocabulary.Id(kept.Piece(i));
    if (!id) return absl::NotFoundError(absl::StrCat("the model's vocabulary has no piece \"", kept.Piece(i), "\""));
    rows.data_ptr<int64_t>()[i] = *id;
  }
  cut.config.pad_token_id = kept.Id("[PAD]").value_or(0);
  for (std::optional<int64_t>* id : {&cut.config.bos_token_id, &cut.config.eos_token_id}) {
    const bool named = id->has_value() && **id < vocabulary.size();
    const std::optional<int32_t> new_id = named ? kept.Id(vocabulary.Piece(static_cast<int32_t>(**id))) : std::nullopt;
    *id = new_id;
  }
  cut.parameters = ParameterSet(EncoderParameterSpecs(cut.config), at::kFloat, c10::Device(at::kCPU));
  InitializeRandomNormal(seed, cut.config.initializer_range, cut.config.pad_token_id, &cut.parameters);
  if (FindHead(model.config, HeadKind::kVocabulary) == nullptr) {
    RETORT_RETURN_IF_ERROR(cut.parameters.Set("head.vocabulary.decoder.bias", LogFrequencies(counts)));
  }
  for (const ParameterSpec& spec : model.parameters.specs()) {
    const at::Tensor& values = model.parameters.Get(spec.name);
    const bool by_piece = spec.name == "embeddings.word" || spec.name == "head.vocabulary.decoder.weight" ||
                          spec.name == "head.vocabulary.extension.weight" ||
                          spec.name == "head.vocabulary.decoder.bias";
    RETORT_RETURN_IF_ERROR(cut.parameters.Set(spec.name, by_piece ? values.index_select(0, rows) : values));
  }
  return cut;
}

}  // namespace retort
