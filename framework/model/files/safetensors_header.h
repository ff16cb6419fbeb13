#ifndef RETORT_FRAMEWORK_MODEL_FILES_SAFETENSORS_HEADER_H_
#define RETORT_FRAMEWORK_MODEL_FILES_SAFETENSORS_HEADER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "c10/core/ScalarType.h"

namespace retort {

// Where one tensor lies.
struct SafetensorsEntry {
  c10::ScalarType dtype = c10::ScalarType::Undefined;
  std::vector<int64_t> shape;
  uint64_t begin = 0;  // First byte.
  uint64_t bytes = 0;
};

// The JSON header of a safetensors file. Bytes are counted from the header's end.
struct SafetensorsHeader {
  std::map<std::string, SafetensorsEntry> entries;
  std::map<std::string, std::string> metadata;
};

// The format's name of a type ("F32"), or null if the format or this reader has none.
const char* SafetensorsTypeName(c10::ScalarType dtype);

// Parses a header and checks that its tensors fill `data_bytes` bytes one after the other, each as long as its type and
// shape say. Reads the text as a stream: beside the result, memory for one string. Pure function.
//
// Errors: DataLoss saying what was wanted and what was got, and of which tensor. Beyond the format's own rules, a
// header has at most 65,536 tensors of at most 16 dimensions, and no string over 1 MiB.
absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(absl::string_view text, uint64_t data_bytes);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FILES_SAFETENSORS_HEADER_H_
