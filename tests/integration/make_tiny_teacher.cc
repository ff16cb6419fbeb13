// Writes a random BERT of 2 layers, 16 wide, over single characters: a model folder for tests of programs.
//
//   make_tiny_teacher <folder>

#include <iostream>
#include <string>

#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/model/hugging_face.h"

namespace retort {
namespace {

// [PAD] [UNK] [CLS] [SEP] [MASK] a ##a b ##b ...: 57 pieces.
std::string Vocabulary() {
  std::string text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  for (char letter = 'a'; letter <= 'z'; ++letter) text += std::string(1, letter) + "\n##" + letter + "\n";
  return text;
}

absl::Status Write(const std::string& folder) {
  EncoderConfig config;
  config.vocabulary_size = 57;
  config.hidden_size = 16;
  config.layers = 2;
  config.heads = 2;
  config.intermediate_size = 32;
  config.max_positions = 32;
  ParameterSet parameters(EncoderParameterSpecs(config, /*masked_lm_head=*/true), at::kFloat, c10::Device(at::kCPU));
  InitializeRandomNormal(/*seed=*/5, /*range=*/0.3, config.pad_token_id, &parameters);
  return SaveModel(folder, config, parameters, Vocabulary(), at::kFloat);
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const absl::Status status = retort::Write(argv[1]);
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
