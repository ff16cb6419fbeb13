#include "framework/model/files/safetensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

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

absl::Status SystemError(const std::string& path, int error) {
  return absl::Status(absl::ErrnoToStatusCode(error), absl::StrCat(path, ": ", std::strerror(error)));
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
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return SystemError(path, errno);
  struct stat info = {};
  const bool regular = fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
  const uint64_t size = regular ? static_cast<uint64_t>(info.st_size) : 0;
  void* mapping = size < kLengthBytes ? MAP_FAILED : mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  const int error = errno;
  close(descriptor);
  if (!regular) return Damaged(path, "it is no regular file");
  if (size < kLengthBytes) return Damaged(path, absl::StrCat("want at least 8 bytes, got ", size));
  if (mapping == MAP_FAILED) return SystemError(path, error);
  std::unique_ptr<SafetensorsFile> file(new SafetensorsFile(path, static_cast<const char*>(mapping), size));
  RETORT_RETURN_IF_ERROR(file->ReadHeader());
  return file;
}

SafetensorsFile::~SafetensorsFile() { munmap(const_cast<char*>(mapping_), size_); }

absl::Status SafetensorsFile::ReadHeader() {
  uint64_t length = 0;
  std::memcpy(&length, mapping_, kLengthBytes);
  const uint64_t longest = std::min(kLongestHeader, size_ - kLengthBytes);
  if (length > longest) {
    return Damaged(path_, absl::StrCat("want a header of at most ", longest, " bytes, got one of ", length));
  }
  const uint64_t data_begin = kLengthBytes + length;
  absl::StatusOr<SafetensorsHeader> header =
      ParseSafetensorsHeader({mapping_ + kLengthBytes, length}, size_ - data_begin);
  if (!header.ok()) return Damaged(path_, header.status().message());
  header_ = *std::move(header);
  for (auto& [name, entry] : header_.entries) entry.begin += data_begin;
  return absl::OkStatus();
}

absl::string_view SafetensorsFile::Bytes(const std::string& name) const {
  const auto found = header_.entries.find(name);
  CHECK(found != header_.entries.end()) << path_ << " has no tensor " << name;
  return {mapping_ + found->second.begin, found->second.bytes};
}

absl::StatusOr<at::Tensor> SafetensorsFile::Read(const std::string& name) const {
  const auto found = header_.entries.find(name);
  if (found == header_.entries.end())
    return absl::NotFoundError(absl::StrCat(path_, ": there is no tensor \"", name, "\""));
  const SafetensorsEntry& entry = found->second;
  at::Tensor tensor = at::empty(entry.shape, entry.dtype);
  if (entry.bytes > 0) std::memcpy(tensor.data_ptr(), mapping_ + entry.begin, entry.bytes);
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
