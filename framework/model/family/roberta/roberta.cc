#include "framework/model/family/roberta/roberta.h"

#include "framework/model/family/bert_options.h"

namespace retort {
namespace {

constexpr int64_t kPadTokenId = 1;  // What config.json means where it does not say.

void SetUp(EncoderConfig* config) {
  config->head_activation = Activation::kGelu;  // Whatever the layers have.
  config->position_offset = config->pad_token_id + 1;
}

void ReadConfig(ConfigReader* reader, EncoderConfig* config) {
  if (!reader->Has("pad_token_id")) config->pad_token_id = kPadTokenId;
  ReadBertOptions(reader, config);
  SetUp(config);
}

absl::Status Check(const EncoderConfig& config) {
  absl::Status status = WantHeadActivation(config, Activation::kGelu);
  status.Update(CheckBertLike(config, /*position_offset=*/config.pad_token_id + 1));
  return status;
}

}  // namespace

const ModelFamily& RobertaFamily() {
  static const auto* const family = [] {
    auto* f = new ModelFamily;
    f->name = "roberta";
    f->encoder_class = "RobertaModel";
    f->head_class = "RobertaForMaskedLM";
    f->set_up = SetUp;
    f->read_config = ReadConfig;
    f->write_config = WriteBertOptions;
    f->check = Check;
    AddBertModules("roberta.", f);
    f->others.push_back({"lm_head.dense", {"masked_lm.transform"}});
    f->others.push_back({"lm_head.layer_norm", {"masked_lm.norm"}});
    f->single = {{"masked_lm.decoder.bias", "lm_head.bias"}, {"masked_lm.decoder.weight", "lm_head.decoder.weight"}};
    f->decoder = "lm_head.decoder.weight";
    f->second_bias = "lm_head.decoder.bias";
    f->ignored = {"roberta.embeddings.position_ids", "roberta.embeddings.token_type_ids"};
    f->nominal_token_types = true;
    return f;
  }();
  return *family;
}

}  // namespace retort
