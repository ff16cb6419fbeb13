// Writes model folders of random weights and beside each what its encoder computes, for check.py:
//
//   write_models <folder>
//
// Each of <folder>/{bert, bert_untied, bert_without_token_types, distilbert, distilbert_bf16, roberta, gpt2} holds a
// model as SaveModel writes it, and outputs.safetensors with ids [B, S], valid [B, S] and logits [B, S, V].

#include <string>

#include "ATen/TensorOperators.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/batch/step_batch.h"
#include "framework/model/encoder.h"
#include "framework/model/hugging_face.h"
#include "framework/model/safetensors.h"
#include "framework/testing/fixtures.h"
#include "framework/text/tokenizer_files.h"
#include "glog/logging.h"

namespace retort {
namespace {

const TokenizerFiles& WordPieces() {
  static const auto* const files =
      new TokenizerFiles{{"vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nre\n##tort\nboils\n.\nRe\n"},
                         {"tokenizer_config.json", R"({"tokenizer_class": "BertTokenizer", "do_lower_case": false})"}};
  return *files;
}

// A byte-level BPE of GPT-2's kind where the vocabulary has <|endoftext|> in front, else of RoBERTa's.
TokenizerFiles BytePieces(const std::string& specials) {
  return {{"vocab.json", absl::StrCat("{", specials, R"(, "a": 5, "b": 6, "\u0120": 7, "ab": 8, "\u0120ab": 9})")},
          {"merges.txt", "#version: 0.2\na b\n\u0120 ab\n"}};
}

ParameterSet RandomParameters(const EncoderConfig& config, at::ScalarType dtype) {
  ParameterSet parameters(EncoderParameterSpecs(config), at::kFloat, c10::Device(at::kCPU));
  uint64_t seed = 0;
  for (const ParameterSpec& spec : parameters.specs()) {
    const at::Tensor draws = testing::RandomTensor(spec.shape, ++seed) * 0.3;
    parameters.Get(spec.name).copy_(spec.kind == ParameterKind::kNormScale ? 1 + draws : draws);
  }
  return parameters.To(dtype, at::kCPU).To(at::kFloat, at::kCPU);
}

at::Tensor Logits(const EncoderConfig& config, const ParameterSet& parameters, const Batch& batch) {
  const Encoder encoder(config);
  Capture capture;
  capture.vocabulary_rows = {RowSet::kReal};
  const at::Tensor last =
      encoder.Forward(parameters, batch, capture, std::nullopt).hidden.at(static_cast<int>(config.layers));
  return encoder.Logits(parameters, last);
}

absl::Status Write(const std::string& folder, const EncoderConfig& config, at::ScalarType dtype,
                   const TokenizerFiles& tokenizer = WordPieces()) {
  const ParameterSet parameters = RandomParameters(config, dtype);
  const Batch batch = testing::WholeBatch(testing::RandomStepBatch({9, 5, 12}, 1));
  RETORT_RETURN_IF_ERROR(SaveModel(folder, config, parameters, tokenizer, dtype));
  return WriteSafetensors(folder + "/outputs.safetensors",
                          {{"ids", batch.ids}, {"valid", batch.valid}, {"logits", Logits(config, parameters, batch)}},
                          {});
}

absl::Status WriteAll(const std::string& folder) {
  EncoderConfig config = testing::SmallEncoder(3);
  config.layer_norm_epsilon = 1e-6;
  RETORT_RETURN_IF_ERROR(Write(folder + "/bert", config, at::kFloat));
  config.token_types = 0;
  RETORT_RETURN_IF_ERROR(Write(folder + "/bert_without_token_types", config, at::kFloat));
  config.layer_norm_epsilon = 1e-12;
  config.family = "distilbert";
  RETORT_RETURN_IF_ERROR(Write(folder + "/distilbert", config, at::kFloat));
  RETORT_RETURN_IF_ERROR(Write(folder + "/distilbert_bf16", config, at::kBFloat16));

  EncoderConfig untied = testing::SmallEncoder(2);
  untied.tied_decoder = false;
  untied.activation = untied.head_activation = Activation::kRelu;
  RETORT_RETURN_IF_ERROR(Write(folder + "/bert_untied", untied, at::kFloat));

  EncoderConfig roberta = testing::SmallEncoder(2);
  roberta.family = "roberta";
  roberta.token_types = 1;
  roberta.position_offset = roberta.pad_token_id + 1;
  roberta.activation = Activation::kGeluTanh;
  RETORT_RETURN_IF_ERROR(Write(folder + "/roberta", roberta, at::kFloat,
                               BytePieces(R"("<pad>": 0, "<s>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4)")));

  EncoderConfig gpt2 = testing::SmallEncoder(3);
  gpt2.family = "gpt2";
  gpt2.token_types = 0;
  gpt2.activation = Activation::kGeluTanh;
  gpt2.pre_norm = gpt2.causal = true;
  gpt2.head_transform = gpt2.head_bias = false;
  return Write(folder + "/gpt2", gpt2, at::kFloat, BytePieces(R"("<|endoftext|>": 0, "1": 1, "2": 2, "3": 3, "4": 4)"));
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  google::InitGoogleLogging(argv[0]);
  CHECK_EQ(argc, 2) << "want the folder to write to";
  const absl::Status status = retort::WriteAll(argv[1]);
  CHECK(status.ok()) << status;
}
