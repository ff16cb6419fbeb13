#include "framework/model/family/bert/bert.h"

#include "framework/model/family/bert_options.h"

namespace retort {
namespace {

absl::Status Check(const EncoderConfig& config) {
  absl::Status status = WantHeadActivation(config, config.activation);
  status.Update(CheckBertLike(config, /*position_offset=*/0));
  return status;
}

}  // namespace

const ModelFamily& BertFamily() {
  static const auto* const family = [] {
    auto* f = new ModelFamily;
    f->name = "bert";
    f->encoder_class = "BertModel";
    f->head_class = "BertForMaskedLM";
    f->set_up = [](EncoderConfig*) {};
    f->read_config = ReadBertOptions;
    f->write_config = WriteBertOptions;
    f->check = Check;
    AddBertModules("bert.", f);
    f->others.push_back({"cls.predictions.transform.dense", {"masked_lm.transform"}});
    f->others.push_back({"cls.predictions.transform.LayerNorm", {"masked_lm.norm"}});
    f->single = {{"masked_lm.decoder.bias", "cls.predictions.bias"},
                 {"masked_lm.decoder.weight", "cls.predictions.decoder.weight"}};
    f->decoder = "cls.predictions.decoder.weight";
    f->second_bias = "cls.predictions.decoder.bias";
    f->ignored = {"bert.embeddings.position_ids", "bert.embeddings.token_type_ids", "cls.seq_relationship.weight",
                  "cls.seq_relationship.bias"};
    f->nominal_token_types = true;
    return f;
  }();
  return *family;
}

}  // namespace retort
