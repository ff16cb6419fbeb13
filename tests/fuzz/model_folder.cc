#include "tests/fuzz/model_folder.h"

#include "ATen/core/Tensor.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "glog/logging.h"

namespace retort::fuzz {

ModelFolder::ModelFolder() {
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
  CHECK(SaveModel(path(), config, parameters, {}).ok());
  CHECK(LoadModel(path()).ok());
}

}  // namespace retort::fuzz
