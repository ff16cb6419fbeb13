#ifndef RETORT_FRAMEWORK_MODEL_FILES_WEIGHT_FILES_H_
#define RETORT_FRAMEWORK_MODEL_FILES_WEIGHT_FILES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/model/files/safetensors.h"

namespace retort {

// The tensors of a model folder: those of model.safetensors, or where there is none those of the files ("shards") that
// model.safetensors.index.json names. Immutable and thread-safe.
class WeightFiles {
 public:
  struct Entry {
    SafetensorsEntry tensor;
    const SafetensorsFile* file;
  };

  // Opens all files and checks them. Errors, with the path: those of SafetensorsFile; those of ExplainNoWeights
  // (framework/model/files/unread/unread_model.h) for a folder without weights; InvalidArgument for an index that is
  // not an object "weight_map" from tensors to names of files in the folder, a tensor that is in another file than the
  // index says, in two, in none, or that the index lacks.
  static absl::StatusOr<WeightFiles> Open(const std::string& folder);

  const std::map<std::string, Entry>& entries() const { return entries_; }

  // Of the first file.
  const std::map<std::string, std::string>& metadata() const { return files_.front()->metadata(); }

  // Of model.safetensors or of the index, for messages about all tensors.
  const std::string& path() const { return path_; }

  // Of all files, the index first if there is one.
  std::vector<std::string> paths() const;

 private:
  WeightFiles() = default;
  static absl::StatusOr<WeightFiles> OpenIndex(const std::string& folder, const std::string& path);
  absl::Status Add(const std::string& path);

  std::string path_;
  std::vector<std::unique_ptr<SafetensorsFile>> files_;
  std::map<std::string, Entry> entries_;
};

// Whether WriteWeightFiles gives files such a name, and removes other ones of it.
bool IsWeightFile(const std::string& name);

// Writes model.safetensors; or, where the tensors take more than max_file_bytes, shards of at most that many bytes
// (one tensor at least) in the order given, model-00001-of-00003.safetensors, and their index. 0: no limit. The bytes
// counted are the tensors'. Each file is put in place atomically, the index last; then weights that were in the folder
// and are no longer read are removed. Errors: those of the file system, with the path.
absl::Status WriteWeightFiles(const std::string& folder, const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                              const std::map<std::string, std::string>& metadata, uint64_t max_file_bytes);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FILES_WEIGHT_FILES_H_
