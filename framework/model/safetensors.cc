#include "framework/model/safetensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

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
constexpr uint64_t kLongestHeader = 100 << 20;
constexpr uint64_t kAlignment = 8;

struct TypeName {
  c10::ScalarType dtype;
  const char* name;
};
constexpr TypeName kTypes[] = {
    {at::kDouble, "F64"}, {at::kFloat, "F32"}, {at::kHalf, "F16"}, {at::kBFloat16, "BF16"}, {at::kLong, "I64"},
    {at::kInt, "I32"},    {at::kShort, "I16"}, {at::kChar, "I8"},  {at::kByte, "U8"},       {at::kBool, "BOOL"},
};

absl::Status Damaged(const std::string& path, const std::string& what) {
  return absl::DataLossError(absl::StrCat(path, ": not a sound safetensors file: ", what));
}

// Parses JSON in which no object has a key twice; nlohmann's parser would keep the last one.
absl::StatusOr<Json> ParseHeaderJson(const std::string& path, absl::string_view text) {
  std::vector<std::set<std::string>> keys;
  std::string duplicate;
  auto callback = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second) {
      duplicate = parsed.get<std::string>();
    }
    return true;
  };
  Json header = Json::parse(text.begin(), text.end(), callback, /*allow_exceptions=*/false);
  if (header.is_discarded() || !header.is_object()) return Damaged(path, "the header is no JSON object");
  if (!duplicate.empty()) return Damaged(path, absl::StrCat("the header has \"", duplicate, "\" twice"));
  return header;
}

absl::StatusOr<c10::ScalarType> ParseType(const Json& json) {
  if (json.is_string()) {
    for (const TypeName& type : kTypes) {
      if (json.get<std::string>() == type.name) return type.dtype;
    }
  }
  return absl::DataLossError(
      absl::StrCat("dtype: want one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL, got ", json.dump()));
}

// Multiplies with a check for overflow.
bool Multiply(uint64_t factor, uint64_t* product) { return !__builtin_mul_overflow(*product, factor, product); }

absl::StatusOr<SafetensorsEntry> ParseEntry(const Json& json, uint64_t data_bytes) {
  if (!json.is_object() || !json.contains("dtype") || !json.contains("shape") || !json.contains("data_offsets")) {
    return absl::DataLossError("want dtype, shape and data_offsets");
  }
  SafetensorsEntry entry;
  RETORT_ASSIGN_OR_RETURN(entry.dtype, ParseType(json["dtype"]));
  const Json& shape = json["shape"];
  if (!shape.is_array()) return absl::DataLossError(absl::StrCat("shape: want an array, got ", shape.dump()));
  uint64_t bytes = c10::elementSize(entry.dtype);
  for (const Json& extent : shape) {
    if (!extent.is_number_unsigned() || !Multiply(extent.get<uint64_t>(), &bytes)) {
      return absl::DataLossError(absl::StrCat("shape: want a size that a file can have, got ", shape.dump()));
    }
    entry.shape.push_back(static_cast<int64_t>(extent.get<uint64_t>()));
  }
  const Json& offsets = json["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned()) {
    return absl::DataLossError(absl::StrCat("data_offsets: want two offsets, got ", offsets.dump()));
  }
  const uint64_t begin = offsets[0].get<uint64_t>(), end = offsets[1].get<uint64_t>();
  if (begin > end || end > data_bytes) {
    return absl::DataLossError(
        absl::StrCat("data_offsets: want them within the file's ", data_bytes, " bytes of data, got ", offsets.dump()));
  }
  if (end - begin != bytes) {
    return absl::DataLossError(
        absl::StrCat("data_offsets: want the ", bytes, " bytes that its shape takes, got ", end - begin));
  }
  entry.begin = begin;
  entry.bytes = bytes;
  return entry;
}

// Entries have to fill [0, data_bytes) one after the other.
absl::Status CheckNoGaps(const std::string& path, const std::map<std::string, SafetensorsEntry>& entries,
                         uint64_t data_bytes) {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const auto& [name, entry] : entries) ranges.emplace_back(entry.begin, entry.begin + entry.bytes);
  std::sort(ranges.begin(), ranges.end());
  uint64_t next = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin != next) {
      return Damaged(path, absl::StrCat(begin < next ? "tensors overlap" : "there is a gap", " at byte ", begin));
    }
    next = end;
  }
  if (next == data_bytes) return absl::OkStatus();
  return Damaged(path, absl::StrCat("want ", next, " bytes of data as the header says, got ", data_bytes));
}

std::string HeaderText(const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    const auto type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const TypeName& known) { return known.dtype == tensor.scalar_type(); });
    CHECK(type != std::end(kTypes)) << name;
    const uint64_t bytes = tensor.nbytes();
    header[name] = {{"dtype", type->name}, {"shape", tensor.sizes().vec()}, {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  std::string text = header.dump();
  text.append((kAlignment - text.size() % kAlignment) % kAlignment, ' ');
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SafetensorsFile>> SafetensorsFile::Open(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return errno == ENOENT ? absl::NotFoundError(absl::StrCat(path, ": no such file"))
                           : absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(errno)));
  }
  struct stat info = {};
  const bool regular = fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
  const uint64_t size = regular ? static_cast<uint64_t>(info.st_size) : 0;
  void* mapping = size < kLengthBytes ? MAP_FAILED : mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  close(descriptor);
  if (size < kLengthBytes) return Damaged(path, absl::StrCat("want at least 8 bytes, got ", size));
  if (mapping == MAP_FAILED) return absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(errno)));
  std::unique_ptr<SafetensorsFile> file(new SafetensorsFile(path, static_cast<const char*>(mapping), size));
  RETORT_RETURN_IF_ERROR(file->ParseHeader());
  return file;
}

SafetensorsFile::~SafetensorsFile() { munmap(const_cast<char*>(mapping_), size_); }

absl::Status SafetensorsFile::ParseHeader() {
  uint64_t length = 0;
  std::memcpy(&length, mapping_, kLengthBytes);
  if (length > size_ - kLengthBytes || length > kLongestHeader) {
    return Damaged(path_, absl::StrCat("the header is said to have ", length, " bytes; the file has ", size_));
  }
  RETORT_ASSIGN_OR_RETURN(const Json header, ParseHeaderJson(path_, {mapping_ + kLengthBytes, length}));
  const uint64_t data_begin = kLengthBytes + length, data_bytes = size_ - data_begin;
  for (const auto& [name, json] : header.items()) {
    if (name == "__metadata__") {
      if (!json.is_object()) return Damaged(path_, "__metadata__ is no JSON object");
      for (const auto& [key, value] : json.items()) metadata_[key] = value.is_string() ? value.get<std::string>() : "";
      continue;
    }
    absl::StatusOr<SafetensorsEntry> entry = ParseEntry(json, data_bytes);
    if (!entry.ok()) return Damaged(path_, absl::StrCat("tensor \"", name, "\": ", entry.status().message()));
    entries_[name] = *std::move(entry);
  }
  RETORT_RETURN_IF_ERROR(CheckNoGaps(path_, entries_, data_bytes));
  for (auto& [name, entry] : entries_) entry.begin += data_begin;
  return absl::OkStatus();
}

absl::StatusOr<at::Tensor> SafetensorsFile::Read(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return absl::NotFoundError(absl::StrCat(path_, ": there is no tensor \"", name, "\""));
  const SafetensorsEntry& entry = found->second;
  at::Tensor tensor = at::empty(entry.shape, entry.dtype);
  std::memcpy(tensor.data_ptr(), mapping_ + entry.begin, entry.bytes);
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
