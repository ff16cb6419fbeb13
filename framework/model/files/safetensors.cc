#include "framework/model/files/safetensors.h"

#include <algorithm>

#include "ATen/ops/empty.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "framework/base/atomic_file.h"
#include "framework/base/status_macros.h"
#include "glog/logging.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kLongestHeader = 100'000'000;  // The format's own limit.
constexpr uint64_t kAlignment = 8;

absl::Status Damaged(const std::string& path, absl::string_view what) {
  return absl::DataLossError(absl::StrCat(path, ": not a sound safetensors file: ", what));
}

std::string HeaderText(const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    const char* type = SafetensorsTypeName(tensor.scalar_type());
    CHECK(type != nullptr) << name << " is " << tensor.scalar_type();
    CHECK(!header.contains(name)) << "two tensors are called " << name;
    const uint64_t bytes = tensor.nbytes();
    header[name] = {{"dtype", type}, {"shape", tensor.sizes().vec()}, {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  std::string text = header.dump();
  text.append((kAlignment - text.size() % kAlignment) % kAlignment, ' ');
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SafetensorsFile>> SafetensorsFile::Open(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(InputFile input, InputFile::Open(path));
  std::unique_ptr<SafetensorsFile> file(new SafetensorsFile(std::move(input)));
  RETORT_RETURN_IF_ERROR(file->ReadHeader());
  return file;
}

absl::Status SafetensorsFile::ReadHeader() {
  const auto size = static_cast<uint64_t>(file_.size());
  if (size < kLengthBytes) return Damaged(path(), absl::StrCat("want at least 8 bytes, got ", size));
  uint64_t length = 0;
  RETORT_RETURN_IF_ERROR(file_.ReadAt(0, reinterpret_cast<char*>(&length), kLengthBytes));
  const uint64_t longest = std::min(kLongestHeader, size - kLengthBytes);
  if (length > longest) {
    return Damaged(path(), absl::StrCat("want a header of at most ", longest, " bytes, got one of ", length));
  }
  std::string text(length, '\0');
  RETORT_RETURN_IF_ERROR(file_.ReadAt(kLengthBytes, text.data(), length));
  const uint64_t data_begin = kLengthBytes + length;
  absl::StatusOr<SafetensorsHeader> header = ParseSafetensorsHeader(text, size - data_begin);
  if (!header.ok()) return Damaged(path(), header.status().message());
  header_ = *std::move(header);
  for (auto& [name, entry] : header_.entries) entry.begin += data_begin;
  return absl::OkStatus();
}

absl::StatusOr<const SafetensorsEntry*> SafetensorsFile::Find(const std::string& name) const {
  const auto found = header_.entries.find(name);
  if (found != header_.entries.end()) return &found->second;
  return absl::NotFoundError(absl::StrCat(path(), ": there is no tensor \"", name, "\""));
}

absl::StatusOr<std::string> SafetensorsFile::ReadBytes(const std::string& name) const {
  RETORT_ASSIGN_OR_RETURN(const SafetensorsEntry* const entry, Find(name));
  std::string bytes(entry->bytes, '\0');
  RETORT_RETURN_IF_ERROR(file_.ReadAt(entry->begin, bytes.data(), bytes.size()));
  return bytes;
}

absl::StatusOr<at::Tensor> SafetensorsFile::Read(const std::string& name) const {
  RETORT_ASSIGN_OR_RETURN(const SafetensorsEntry* const entry, Find(name));
  at::Tensor tensor = at::empty(entry->shape, entry->dtype);
  RETORT_RETURN_IF_ERROR(file_.ReadAt(entry->begin, static_cast<char*>(tensor.data_ptr()), entry->bytes));
  return tensor;
}

absl::Status WriteSafetensors(const std::string& path, const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                              const std::map<std::string, std::string>& metadata) {
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  const std::string header = HeaderText(tensors, metadata);
  const uint64_t length = header.size();
  RETORT_RETURN_IF_ERROR(file->Append({reinterpret_cast<const char*>(&length), kLengthBytes}));
  RETORT_RETURN_IF_ERROR(file->Append(header));
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor dense = tensor.contiguous();
    RETORT_RETURN_IF_ERROR(file->Append({static_cast<const char*>(dense.const_data_ptr()), dense.nbytes()}));
  }
  return file->Commit();
}

}  // namespace retort
