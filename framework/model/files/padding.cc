#include "framework/model/files/padding.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/model/encoder.h"
#include "framework/text/files/load_tokenizer.h"

namespace retort {

absl::Status DropPaddingRows(const Tokenizer& tokenizer, LoadedModel* model) {
  const int64_t pieces = tokenizer.vocabulary_size();
  const int64_t rows = model->config.vocabulary_size;
  if (pieces >= rows) return absl::OkStatus();
  EncoderConfig config = model->config;
  config.vocabulary_size = pieces;
  if (config.pad_token_id >= pieces) config.pad_token_id = tokenizer.special_ids().pad;
  for (std::optional<int64_t>* id : {&config.bos_token_id, &config.eos_token_id}) {
    if (id->has_value() && **id >= pieces) id->reset();
  }
  if (const absl::Status status = config.Validate(); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("without the ", rows - pieces, " rows beyond the tokenizer's ",
                                                   pieces, " pieces: ", status.message()));
  }
  ParameterSet kept(EncoderParameterSpecs(config), at::kFloat, c10::Device(at::kCPU));
  for (const ParameterSpec& spec : kept.specs()) {
    const at::Tensor& values = model->parameters.Get(spec.name);
    RETORT_RETURN_IF_ERROR(kept.Set(spec.name, values.narrow(0, 0, spec.shape.front())));
  }
  model->config = std::move(config);
  model->parameters = std::move(kept);
  model->padding_rows = rows - pieces;
  return absl::OkStatus();
}

absl::StatusOr<LoadedModel> LoadModelWithoutPadding(const std::string& folder) {
  RETORT_ASSIGN_OR_RETURN(LoadedModel model, LoadModel(folder));
  if (model.tokenizer_path.empty()) return model;
  const absl::StatusOr<std::unique_ptr<Tokenizer>> tokenizer = LoadTokenizer(model.tokenizer_path);
  if (!tokenizer.ok()) return model;  // Who needs it says what is wrong with it.
  if (const absl::Status status = DropPaddingRows(**tokenizer, &model); !status.ok()) {
    return absl::Status(status.code(), absl::StrCat(folder, ": ", status.message()));
  }
  return model;
}

}  // namespace retort
