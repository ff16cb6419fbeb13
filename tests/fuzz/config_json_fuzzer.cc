// Bytes as config.json of a sound model: an error or a configuration, which is read back from what is written of it.

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/model/family/family.h"
#include "framework/model/files/hugging_face.h"
#include "framework/model/files/hugging_face_config.h"
#include "glog/logging.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/model_folder.h"

namespace retort::fuzz {
namespace {

void CheckRoundTrip(const EncoderConfig& config) {
  if (!CheckFamily(config).ok()) return;
  const absl::StatusOr<HuggingFaceConfig> again =
      ParseHuggingFaceConfig(HuggingFaceConfigText(config, at::kFloat), "again");
  CHECK(again.ok()) << again.status();
  CHECK(again->encoder == config) << EncoderConfigText(again->encoder) << "\n" << EncoderConfigText(config);
}

}  // namespace

bool Accepts(const uint8_t* data, size_t size) {
  static const ModelFolder folder;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<HuggingFaceConfig> config = ParseHuggingFaceConfig(text, "config.json");
  if (config.ok()) {
    CheckRoundTrip(config->encoder);
  } else {
    CHECK(!config.status().message().empty());
  }
  folder.Put("config.json", data, size);
  const absl::StatusOr<LoadedModel> model = LoadModel(folder.path());
  CHECK(config.ok() || !model.ok());
  return config.ok();
}

}  // namespace retort::fuzz
