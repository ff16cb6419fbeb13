// Bytes as model.safetensors, or where they begin with '{' as model.safetensors.index.json beside two sound files: an
// error, or tensors of the sizes that the header says.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "framework/model/files/hugging_face.h"
#include "framework/model/files/weight_files.h"
#include "glog/logging.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/model_folder.h"

namespace retort::fuzz {
namespace {

// a.safetensors holds the tensor "a", b.safetensors the tensors "b" and "c".
void PutShards(const ModelFolder& folder) {
  const auto put = [&](const char* name, const std::string& header, size_t bytes) {
    std::string file(8, '\0');
    file[0] = static_cast<char>(header.size());
    file += header + std::string(bytes, '\1');
    folder.Put(name, reinterpret_cast<const uint8_t*>(file.data()), file.size());
  };
  put("a.safetensors", R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4);
  put("b.safetensors",
      R"({"b":{"dtype":"F16","shape":[],"data_offsets":[0,2]},"c":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}})",
      2);
}

// Whether the weights could be opened; then every tensor is read.
bool Read(const std::string& folder) {
  const absl::StatusOr<WeightFiles> files = WeightFiles::Open(folder);
  if (!files.ok()) {
    CHECK(!files.status().message().empty());
    return false;
  }
  for (const auto& [name, entry] : files->entries()) {
    const auto tensor = entry.file->Read(name);
    CHECK(tensor.ok()) << tensor.status();
    CHECK_EQ(tensor->nbytes(), entry.file->ReadBytes(name)->size());
    CHECK(tensor->sizes() == entry.tensor.shape);
  }
  return true;
}

}  // namespace

bool Accepts(const uint8_t* data, size_t size) {
  static const ModelFolder folder;
  static const bool has_shards = (PutShards(folder), true);
  CHECK(has_shards);
  const bool is_index = size > 0 && data[0] == '{';
  if (is_index) folder.Remove("model.safetensors");
  folder.Put(is_index ? "model.safetensors.index.json" : "model.safetensors", data, size);
  const bool accepted = Read(folder.path());
  const absl::StatusOr<LoadedModel> model = LoadModel(folder.path());
  CHECK(model.ok() ? accepted : !model.status().message().empty());
  return accepted;
}

}  // namespace retort::fuzz
