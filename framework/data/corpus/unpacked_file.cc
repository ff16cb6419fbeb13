#include "framework/data/corpus/unpacked_file.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/input/container.h"
#include "framework/base/status_macros.h"
#include "framework/data/corpus/decoder.h"

namespace retort {
namespace {

constexpr size_t kBlockBytes = 1 << 18;

absl::Status At(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
}

}  // namespace

absl::StatusOr<FileHash> HashFile(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(HashedInput input, HashedInput::Open(path));
  std::string block(kBlockBytes, '\0');
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const size_t got, input.Read(&block[0], block.size()));
    if (got == 0) return input.hash();
  }
}

absl::StatusOr<std::unique_ptr<UnpackedFile>> UnpackedFile::Open(const std::string& path, const UnpackLimit& limit) {
  RETORT_ASSIGN_OR_RETURN(HashedInput input, HashedInput::Open(path));
  RETORT_ASSIGN_OR_RETURN(const absl::string_view head, input.Peek(kContainerHeadBytes));
  const Packing packing = PackingOf(head);
  if (absl::Status name = CheckName(path, packing); !name.ok()) return At(path, name);
  auto file = absl::WrapUnique(new UnpackedFile(path, MakeDecoder(packing, std::move(input))));
  file->most_bytes_ = packing == Packing::kNone ? std::numeric_limits<int64_t>::max()
                      : limit.most_bytes > 0    ? limit.most_bytes
                                                : std::max(kMostBytes, kMostTimes * file->packed_bytes_);
  file->option_ = limit.option;
  RETORT_RETURN_IF_ERROR(file->Begin());
  return file;
}

UnpackedFile::UnpackedFile(std::string path, std::unique_ptr<Decoder> decoder)
    : path_(std::move(path)), decoder_(std::move(decoder)), packed_bytes_(decoder_->input().file().size()) {}

UnpackedFile::~UnpackedFile() = default;

absl::Status UnpackedFile::Begin() {
  std::string head(kContainerHeadBytes, '\0');
  size_t have = 0;
  while (have < head.size()) {
    RETORT_ASSIGN_OR_RETURN(const size_t got, Read(&head[have], head.size() - have));
    if (got == 0) break;
    have += got;
  }
  head.resize(have);
  head_ = std::move(head);
  const absl::Status status = CheckNoContainer(head_);
  return status.ok() ? status : At(path_, status);
}

absl::Status UnpackedFile::CheckSize() const {
  if (bytes_ <= most_bytes_) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(path_, ": want at most ", most_bytes_,
                                                   " bytes of text in the file's ", packed_bytes_,
                                                   ", got more; if it is meant, unpack it, or say a larger ", option_));
}

absl::StatusOr<size_t> UnpackedFile::Read(char* bytes, size_t most) {
  if (given_ < head_.size()) {
    const size_t got = head_.copy(bytes, most, given_);
    given_ += got;
    return got;
  }
  const absl::StatusOr<size_t> got = decoder_->Read(bytes, most);
  if (absl::IsDataLoss(got.status())) {
    return absl::DataLossError(
        absl::StrCat(path_, ": damaged or truncated after byte ", bytes_, " of its text: ", got.status().message()));
  }
  if (!got.ok()) return got.status();
  bytes_ += static_cast<int64_t>(*got);
  RETORT_RETURN_IF_ERROR(CheckSize());
  return *got;
}

FileHash UnpackedFile::hash() const { return decoder_->input().hash(); }

absl::StatusOr<std::string> ReadUnpacked(const std::string& path, const UnpackLimit& limit) {
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<UnpackedFile> file, UnpackedFile::Open(path, limit));
  std::string text;
  std::string block(kBlockBytes, '\0');
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const size_t got, file->Read(&block[0], block.size()));
    if (got == 0) return text;
    text.append(block, 0, got);
  }
}

}  // namespace retort
