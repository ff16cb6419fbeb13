#ifndef RETORT_FRAMEWORK_MODEL_FILES_HUGGING_FACE_CONFIG_H_
#define RETORT_FRAMEWORK_MODEL_FILES_HUGGING_FACE_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "c10/core/ScalarType.h"
#include "framework/model/config/encoder_config.h"

namespace retort {

struct HuggingFaceConfig {
  EncoderConfig encoder;                   // Without a pooler, and with the heads that there may be: only weights tell.
  std::vector<std::string> architectures;  // The classes of transformers that it names ("BertForMaskedLM").
};

// Reads a config.json of one of the families of framework/model/family. `where` begins messages. Errors:
// InvalidArgument naming the option, what was wanted and what was got.
absl::StatusOr<HuggingFaceConfig> ParseHuggingFaceConfig(absl::string_view json, absl::string_view where);

// The config.json of a model with these parameters, which are float32, float16 or bfloat16.
std::string HuggingFaceConfigText(const EncoderConfig& config, c10::ScalarType dtype);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FILES_HUGGING_FACE_CONFIG_H_
