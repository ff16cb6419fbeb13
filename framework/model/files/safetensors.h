#ifndef RETORT_FRAMEWORK_MODEL_FILES_SAFETENSORS_H_
#define RETORT_FRAMEWORK_MODEL_FILES_SAFETENSORS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/base/input/input_file.h"
#include "framework/model/files/safetensors_header.h"

namespace retort {

// A file of named tensors (https://huggingface.co/docs/safetensors): eight bytes with the length of a JSON header, the
// header, the tensors' bytes. Immutable and thread-safe.
class SafetensorsFile {
 public:
  // Checks the whole header: every entry's type, shape and place, and that the entries fill the file without gaps or
  // overlaps. Allocates at most 64 MiB beside the header's own length. Errors, with the path: those of the file system;
  // DataLoss for a file that is damaged, truncated or no safetensors file.
  static absl::StatusOr<std::unique_ptr<SafetensorsFile>> Open(const std::string& path);

  // By name; bytes are counted from the file's beginning.
  const std::map<std::string, SafetensorsEntry>& entries() const { return header_.entries; }
  const std::map<std::string, std::string>& metadata() const { return header_.metadata; }
  const std::string& path() const { return file_.path(); }

  // The tensor's bytes, little-endian, in row-major order, and a tensor of them, of its stored type. Errors, with the
  // path: NotFound if there is none of this name; those of InputFile::ReadAt.
  absl::StatusOr<std::string> ReadBytes(const std::string& name) const;
  absl::StatusOr<at::Tensor> Read(const std::string& name) const;

 private:
  explicit SafetensorsFile(InputFile file) : file_(std::move(file)) {}
  absl::Status ReadHeader();
  absl::StatusOr<const SafetensorsEntry*> Find(const std::string& name) const;

  InputFile file_;
  SafetensorsHeader header_;
};

// Writes tensors (on the host, of the types that SafetensorsTypeName knows, under different names) in the order given,
// atomically. Errors: those of the file system, with the path.
absl::Status WriteSafetensors(const std::string& path, const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                              const std::map<std::string, std::string>& metadata);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FILES_SAFETENSORS_H_
