#include "framework/train/teacher_cache/teacher_cache.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "glog/logging.h"

namespace retort {
namespace {

template <typename Piece, typename Byte>
std::vector<Piece> BytesOf(const std::vector<at::Tensor>& tensors) {
  std::vector<Piece> pieces;
  for (const at::Tensor& tensor : tensors) pieces.emplace_back(static_cast<Byte*>(tensor.data_ptr()), tensor.nbytes());
  return pieces;
}

std::string FolderOf(const std::string& folder, const TeacherPart& part) {
  return absl::StrCat(folder, "/", PartName(part));
}

std::string BlockPath(const std::string& folder, const TeacherPart& part, int64_t block) {
  return absl::StrFormat("%s/%06d", FolderOf(folder, part), block);
}

}  // namespace

TeacherCache::TeacherCache(Options options, const EncoderConfig& teacher, c10::ScalarType type)
    : options_(std::move(options)), teacher_(teacher), type_(type) {}

std::string TeacherCache::PathOf(const TeacherPart& part, int64_t step) const {
  return BlockPath(options_.folder, part, step / kBlockSteps);
}

absl::StatusOr<RecordFile*> TeacherCache::FileOf(const TeacherPart& part, int64_t step) {
  OpenFile& open = files_[PartName(part)];
  const int64_t block = step / kBlockSteps;
  if (open.block == block) return open.file.get();
  open.file.reset();
  open.block = block;
  const std::string path = PathOf(part, step);
  if (!Exists(path)) return nullptr;
  RETORT_ASSIGN_OR_RETURN(open.file, options_.writes ? RecordFile::OpenToAppend(path) : RecordFile::OpenToRead(path));
  if (!open.file->damage().empty()) Say(open.file->damage());
  return open.file.get();
}

absl::StatusOr<RecordFile*> TeacherCache::FileToAppend(const TeacherPart& part, int64_t step) {
  RETORT_ASSIGN_OR_RETURN(RecordFile* const there, FileOf(part, step));
  if (there != nullptr) return there;
  RETORT_RETURN_IF_ERROR(MakeDirectories(FolderOf(options_.folder, part)));
  OpenFile& open = files_[PartName(part)];
  RETORT_ASSIGN_OR_RETURN(open.file, RecordFile::OpenToAppend(PathOf(part, step)));
  return open.file.get();
}

absl::StatusOr<bool> TeacherCache::HasPart(const RecordId& id, const TeacherPart& part) {
  for (const TeacherPart& holder : Holders(part)) {
    RETORT_ASSIGN_OR_RETURN(const RecordFile* const file, FileOf(holder, id.step));
    if (file != nullptr && file->Has(id)) return true;
  }
  return false;
}

bool TeacherCache::Has(const RecordId& id, const Capture& demands) {
  const std::vector<TeacherPart> parts = PartsOf(demands, teacher_.depth());
  return std::all_of(parts.begin(), parts.end(),
                     [&](const TeacherPart& part) { return HasPart(id, part).value_or(false); });
}

absl::StatusOr<bool> TeacherCache::ReadPart(const RecordId& id, const Batch& batch, const TeacherPart& part,
                                            TeacherOutputs* outputs) {
  for (const TeacherPart& holder : Holders(part)) {
    RETORT_ASSIGN_OR_RETURN(RecordFile* const file, FileOf(holder, id.step));
    if (file == nullptr || !file->Has(id)) continue;
    const std::vector<at::Tensor> values = EmptyPart(holder, teacher_, batch, type_);
    RETORT_RETURN_IF_ERROR(file->Read(id, BytesOf<absl::Span<char>, char>(values)));
    PutPart(holder, teacher_, batch, values, outputs);
    return true;
  }
  return false;
}

absl::StatusOr<bool> TeacherCache::TryRead(const RecordId& id, const Batch& batch, const Capture& demands,
                                           TeacherOutputs* outputs) {
  for (const TeacherPart& part : PartsOf(demands, teacher_.depth())) {
    RETORT_ASSIGN_OR_RETURN(const bool there, ReadPart(id, batch, part, outputs));
    if (!there) return false;
  }
  return true;
}

bool TeacherCache::Read(const RecordId& id, const Batch& batch, const Capture& demands, TeacherOutputs* outputs) {
  TeacherOutputs kept;
  const absl::StatusOr<bool> there = TryRead(id, batch, demands, &kept);
  if (!there.ok()) Say(absl::StrCat(there.status().message(), "; it is computed again"));
  const bool read = there.value_or(false);
  if (read) *outputs = std::move(kept);
  ++(read ? read_ : missed_);
  return read;
}

absl::Status TeacherCache::KeepPart(const RecordId& id, const Batch& batch, const TeacherPart& part,
                                    const TeacherOutputs& outputs) {
  RETORT_ASSIGN_OR_RETURN(const bool there, HasPart(id, part));
  if (there) return absl::OkStatus();
  const std::vector<at::Tensor> values = TakePart(part, batch, outputs);
  double bytes = RecordFile::kHeaderBytes;
  for (const at::Tensor& tensor : values) {
    CHECK_EQ(tensor.scalar_type(), type_) << PartName(part);
    bytes += static_cast<double>(tensor.nbytes());
  }
  if (bytes > options_.most_bytes) {
    return absl::ResourceExhaustedError(absl::StrCat(options_.folder, ": the bytes that it may take are used up"));
  }
  RETORT_ASSIGN_OR_RETURN(RecordFile* const file, FileToAppend(part, id.step));
  RETORT_RETURN_IF_ERROR(file->Append(id, BytesOf<absl::string_view, const char>(values)));
  options_.most_bytes -= bytes;
  return absl::OkStatus();
}

void TeacherCache::Keep(const RecordId& id, const Batch& batch, const Capture& demands, const TeacherOutputs& outputs) {
  if (!options_.writes) return;
  for (const TeacherPart& part : PartsOf(demands, teacher_.depth())) {
    const absl::Status kept = KeepPart(id, batch, part, outputs);
    if (kept.ok()) continue;
    Say(absl::StrCat(kept.message(), "; what the teacher gives from step ", id.step + 1, " on is not kept"));
    options_.writes = false;
    return;
  }
}

int64_t KeptSteps(const std::string& folder, const EncoderConfig& teacher, const Capture& demands,
                  int64_t total_steps) {
  const std::vector<TeacherPart> parts = PartsOf(demands, teacher.depth());
  const auto has_block = [&](int64_t block) {
    return std::all_of(parts.begin(), parts.end(), [&](const TeacherPart& part) {
      const std::vector<TeacherPart> holders = Holders(part);
      return std::any_of(holders.begin(), holders.end(),
                         [&](const TeacherPart& holder) { return Exists(BlockPath(folder, holder, block)); });
    });
  };
  if (!Exists(folder)) return 0;
  int64_t steps = 0;
  while (steps + TeacherCache::kBlockSteps < total_steps && has_block(steps / TeacherCache::kBlockSteps + 1)) {
    steps += TeacherCache::kBlockSteps;
  }
  TeacherCache cache({folder}, teacher, at::kFloat);
  while (steps < total_steps && cache.Has({steps, 0}, demands)) ++steps;
  return steps;
}

}  // namespace retort
