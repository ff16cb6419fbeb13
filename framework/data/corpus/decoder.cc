#include "framework/data/corpus/decoder.h"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr size_t kBlockBytes = 1 << 18;

class PlainDecoder final : public UnpackedFile::Decoder {
 public:
  using Decoder::Decoder;
  absl::StatusOr<size_t> Read(char* bytes, size_t most) override { return input_.Read(bytes, most); }
};

// By zlib, which checks each member's sum and length; libarchive's raw format does not.
class GzipDecoder final : public UnpackedFile::Decoder {
 public:
  explicit GzipDecoder(HashedInput input) : Decoder(std::move(input)), block_(kBlockBytes, '\0') {
    constexpr int kLargestWindow = 15, kGzip = 16;
    CHECK_EQ(inflateInit2(&stream_, kLargestWindow + kGzip), Z_OK);
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }

  absl::StatusOr<size_t> Read(char* bytes, size_t most) override {
    const size_t wanted = std::min<size_t>(most, std::numeric_limits<int>::max());
    stream_.next_out = reinterpret_cast<Bytef*>(bytes);
    stream_.avail_out = static_cast<uInt>(wanted);
    while (stream_.avail_out == wanted) {
      RETORT_ASSIGN_OR_RETURN(const bool more, Advance());
      if (!more) return size_t{0};
    }
    return wanted - stream_.avail_out;
  }

 private:
  // Unpacks what is there, or gets more; false at the end.
  absl::StatusOr<bool> Advance() {
    if (stream_.avail_in == 0) {
      RETORT_ASSIGN_OR_RETURN(const size_t got, input_.Read(&block_[0], block_.size()));
      if (got == 0 && in_member_) return absl::DataLossError("the file ends early");
      if (got == 0) return false;
      stream_.next_in = reinterpret_cast<Bytef*>(&block_[0]);
      stream_.avail_in = static_cast<uInt>(got);
    }
    if (!in_member_) return BeginMember();
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      in_member_ = false;
    } else if (result != Z_OK) {
      return absl::DataLossError(stream_.msg == nullptr ? "no gzip" : stream_.msg);
    }
    return true;
  }

  // Between members there may be zeros, which gzip itself passes over: tapes are filled with them.
  absl::StatusOr<bool> BeginMember() {
    constexpr Bytef kFirst = 0x1F;
    for (; stream_.avail_in > 0 && *stream_.next_in == 0; --stream_.avail_in) ++stream_.next_in;
    if (stream_.avail_in == 0) return true;
    if (*stream_.next_in != kFirst) return absl::DataLossError("something else follows the packed text");
    inflateReset(&stream_);
    in_member_ = true;
    return true;
  }

  z_stream stream_ = {};
  bool in_member_ = true;
  std::string block_;
};

// By libarchive: xz and zstd.
class ArchiveDecoder final : public UnpackedFile::Decoder {
 public:
  explicit ArchiveDecoder(HashedInput input)
      : Decoder(std::move(input)), archive_(archive_read_new()), block_(kBlockBytes, '\0') {
    archive_read_support_filter_xz(archive_);
    archive_read_support_filter_zstd(archive_);
    archive_read_support_format_raw(archive_);
    archive_read_support_format_empty(archive_);
  }
  ~ArchiveDecoder() override { archive_read_free(archive_); }

  absl::StatusOr<size_t> Read(char* bytes, size_t most) override {
    if (!opened_) RETORT_RETURN_IF_ERROR(OpenArchive());
    const la_ssize_t got = ended_ ? 0 : archive_read_data(archive_, bytes, most);
    if (got < 0) return Damage();
    if (got > 0) return static_cast<size_t>(got);
    ended_ = true;
    RETORT_ASSIGN_OR_RETURN(const size_t left, input_.Read(&block_[0], block_.size()));
    if (left > 0) return absl::DataLossError("something else follows the packed text");
    return size_t{0};
  }

 private:
  absl::Status OpenArchive() {
    opened_ = true;
    int result = archive_read_open(archive_, this, nullptr, Give, nullptr);
    if (result == ARCHIVE_OK) {
      archive_entry* entry;
      result = archive_read_next_header(archive_, &entry);
    }
    ended_ = result == ARCHIVE_EOF;
    if (result != ARCHIVE_OK && !ended_) return Damage();
    // What it does not know it hands on as it is.
    if (archive_filter_code(archive_, 0) == ARCHIVE_FILTER_NONE) return absl::DataLossError("no xz and no zstd");
    return absl::OkStatus();
  }

  static la_ssize_t Give(archive*, void* decoder, const void** bytes) {
    auto* self = static_cast<ArchiveDecoder*>(decoder);
    const absl::StatusOr<size_t> got = self->input_.Read(&self->block_[0], self->block_.size());
    self->failure_ = got.status();
    *bytes = self->block_.data();
    return got.ok() ? static_cast<la_ssize_t>(*got) : -1;
  }

  absl::Status Damage() const {
    if (!failure_.ok()) return failure_;
    const char* reason = archive_error_string(archive_);
    return absl::DataLossError(reason == nullptr ? "unknown error" : reason);
  }

  archive* archive_;
  std::string block_;
  absl::Status failure_;  // Of the input.
  bool opened_ = false, ended_ = false;
};

}  // namespace

absl::StatusOr<HashedInput> HashedInput::Open(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  return HashedInput(std::move(file));
}

HashedInput::HashedInput(InputFile file) : file_(std::move(file)), state_(XXH3_createState()) {
  XXH3_128bits_reset(state_.get());
}

absl::StatusOr<size_t> HashedInput::Read(char* bytes, size_t most) {
  if (!ahead_.empty()) {
    const size_t got = ahead_.copy(bytes, most);
    ahead_.erase(0, got);
    return got;
  }
  RETORT_ASSIGN_OR_RETURN(const size_t got, file_.Read(bytes, most));
  XXH3_128bits_update(state_.get(), bytes, got);
  return got;
}

absl::StatusOr<absl::string_view> HashedInput::Peek(size_t most) {
  CHECK(ahead_.empty());
  std::string head(most, '\0');
  size_t have = 0;
  while (have < most) {
    RETORT_ASSIGN_OR_RETURN(const size_t got, Read(&head[have], most - have));
    if (got == 0) break;
    have += got;
  }
  head.resize(have);
  ahead_ = std::move(head);
  return ahead_;
}

FileHash HashedInput::hash() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
  return {hash.high64, hash.low64};
}

std::unique_ptr<UnpackedFile::Decoder> MakeDecoder(Packing packing, HashedInput input) {
  switch (packing) {
    case Packing::kNone:
      return std::make_unique<PlainDecoder>(std::move(input));
    case Packing::kGzip:
      return std::make_unique<GzipDecoder>(std::move(input));
    case Packing::kXz:
    case Packing::kZstd:
      return std::make_unique<ArchiveDecoder>(std::move(input));
  }
  LOG(FATAL) << static_cast<int>(packing);
}

}  // namespace retort
