#include "framework/train/teacher_cache/record_file.h"

#include <xxhash.h>

#include <cstddef>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr uint64_t kMagic = 0x7265745f726f7431;

struct Header {
  uint64_t magic = kMagic, step, micro_batch, bytes, bytes_hash, header_hash;
};
static_assert(sizeof(Header) == RecordFile::kHeaderBytes);

uint64_t HeaderHash(const Header& header) { return XXH3_64bits(&header, offsetof(Header, header_hash)); }

template <typename Pieces>
uint64_t TotalBytes(const Pieces& pieces) {
  uint64_t bytes = 0;
  for (const auto& piece : pieces) bytes += piece.size();
  return bytes;
}

template <typename Pieces>
uint64_t HashOf(const Pieces& pieces) {
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(), &XXH3_freeState);
  XXH3_64bits_reset(state.get());
  for (const auto& piece : pieces) XXH3_64bits_update(state.get(), piece.data(), piece.size());
  return XXH3_64bits_digest(state.get());
}

std::string Name(const RecordId& id) {
  return absl::StrCat("the record of step ", id.step + 1, ", micro-batch ", id.micro_batch + 1);
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordFile>> RecordFile::OpenToRead(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  auto records = absl::WrapUnique(new RecordFile(std::move(file)));
  RETORT_RETURN_IF_ERROR(records->FindRecords());
  return records;
}

absl::StatusOr<std::unique_ptr<RecordFile>> RecordFile::OpenToAppend(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<PartialFile> writer, PartialFile::Open(path));
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<RecordFile> records, OpenToRead(path));
  if (static_cast<int64_t>(records->end_) < records->file_.size()) {
    RETORT_RETURN_IF_ERROR(writer->Cut(static_cast<int64_t>(records->end_)));
  }
  records->writer_ = std::move(writer);
  return records;
}

absl::Status RecordFile::FindRecords() {
  const auto size = static_cast<uint64_t>(file_.size());
  while (end_ + kHeaderBytes <= size) {
    Header header;
    RETORT_RETURN_IF_ERROR(file_.ReadAt(end_, reinterpret_cast<char*>(&header), sizeof(header)));
    if (header.magic != kMagic || header.header_hash != HeaderHash(header)) {
      damage_ = absl::StrCat(file_.path(), " is damaged at byte ", end_, ": what is there and behind it is not used");
      return absl::OkStatus();
    }
    const uint64_t begin = end_ + kHeaderBytes;
    if (header.bytes > size - begin) return absl::OkStatus();
    const RecordId id{static_cast<int64_t>(header.step), static_cast<int64_t>(header.micro_batch)};
    records_[id] = {begin, header.bytes, header.bytes_hash};
    end_ = begin + header.bytes;
  }
  return absl::OkStatus();
}

absl::Status RecordFile::Read(const RecordId& id, absl::Span<const absl::Span<char>> pieces) {
  const auto found = records_.find(id);
  CHECK(found != records_.end()) << file_.path();
  const Place place = found->second;
  records_.erase(found);
  if (place.bytes != TotalBytes(pieces)) {
    return absl::DataLossError(
        absl::StrCat(file_.path(), ": ", Name(id), ": want ", TotalBytes(pieces), " bytes, got ", place.bytes));
  }
  uint64_t offset = place.offset;
  for (const absl::Span<char>& piece : pieces) {
    RETORT_RETURN_IF_ERROR(file_.ReadAt(offset, piece.data(), piece.size()));
    offset += piece.size();
  }
  if (HashOf(pieces) != place.hash) {
    return absl::DataLossError(absl::StrCat(file_.path(), ": ", Name(id), " is damaged: it is not what was written"));
  }
  records_[id] = place;
  return absl::OkStatus();
}

absl::Status RecordFile::Append(const RecordId& id, absl::Span<const absl::string_view> pieces) {
  CHECK(writer_ != nullptr && !Has(id)) << file_.path();
  Header header;
  header.step = static_cast<uint64_t>(id.step);
  header.micro_batch = static_cast<uint64_t>(id.micro_batch);
  header.bytes = TotalBytes(pieces);
  header.bytes_hash = HashOf(pieces);
  header.header_hash = HeaderHash(header);
  absl::Status written = writer_->Append({reinterpret_cast<const char*>(&header), sizeof(header)});
  for (size_t i = 0; i < pieces.size() && written.ok(); ++i) written = writer_->Append(pieces[i]);
  if (!written.ok()) {
    writer_->Cut(static_cast<int64_t>(end_)).IgnoreError();
    return written;
  }
  records_[id] = {end_ + kHeaderBytes, header.bytes, header.bytes_hash};
  end_ += kHeaderBytes + header.bytes;
  return absl::OkStatus();
}

}  // namespace retort
