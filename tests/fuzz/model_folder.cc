#include "tests/fuzz/model_folder.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "ATen/core/Tensor.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "glog/logging.h"

namespace retort::fuzz {

ModelFolder::ModelFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "fuzz-XXXXXX").string();
  CHECK(mkdtemp(pattern.data()) != nullptr) << pattern;
  path_ = pattern;
  EncoderConfig config;
  config.vocabulary_size = 3;
  config.hidden_size = 2;
  LayerSpec layer;
  layer.attention.heads = 1;
  layer.feed_forward.width = 2;
  CHECK(SetLayers(1, layer, &config).ok());
  config.heads = {HeadSpec()};
  config.max_positions = 4;
  config.pooler = true;
  ParameterSet parameters(EncoderParameterSpecs(config), at::kFloat, c10::Device(at::kCPU));
  at::Tensor flat = parameters.flat();
  flat.fill_(0.5);
  CHECK(SaveModel(path_, config, parameters, {}).ok());
  CHECK(LoadModel(path_).ok());
}

ModelFolder::~ModelFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void ModelFolder::Put(const std::string& name, const uint8_t* data, size_t size) const {
  std::ofstream file(path_ + "/" + name, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  CHECK(file.good()) << name;
}

void ModelFolder::Remove(const std::string& name) const { std::filesystem::remove(path_ + "/" + name); }

}  // namespace retort::fuzz
