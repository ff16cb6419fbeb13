#ifndef RETORT_FRAMEWORK_TRAIN_TEACHER_CACHE_RECORD_FILE_H_
#define RETORT_FRAMEWORK_TRAIN_TEACHER_CACHE_RECORD_FILE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "framework/base/input/input_file.h"
#include "framework/base/partial_file.h"

namespace retort {

// The micro-batch that a record is of; steps and micro-batches count from 0.
struct RecordId {
  int64_t step = 0;
  int64_t micro_batch = 0;

  friend bool operator<(const RecordId& a, const RecordId& b) {
    return std::tie(a.step, a.micro_batch) < std::tie(b.step, b.micro_batch);
  }
};

// A file of records that only grows. Each is a header (what it is of, its size, the XXH3 of its bytes, and that of the
// header itself) with its bytes behind it, all as this machine has them in memory. Of two records of one micro-batch
// the later one counts.
//
// A record that a killed process left half written ends the file: it is not seen, and the next who appends writes over
// it. So does a header that is damaged, which is said (damage()). Bytes that are damaged are found when they are read.
//
// One thread at a time. Several processes may read while one appends; they see what was there when they opened it.
class RecordFile {
 public:
  // Errors: NotFound if there is none to read; those of files; FailedPrecondition if another process appends to it.
  static absl::StatusOr<std::unique_ptr<RecordFile>> OpenToRead(const std::string& path);
  static absl::StatusOr<std::unique_ptr<RecordFile>> OpenToAppend(const std::string& path);

  bool Has(const RecordId& id) const { return records_.count(id) > 0; }

  // Puts the record's bytes into the pieces, one after the other. DataLoss, which names the file and the micro-batch,
  // if it holds another number of bytes or if they are not what was written: it is forgotten then, so that it can be
  // appended again. REQUIRES: Has(id).
  absl::Status Read(const RecordId& id, absl::Span<const absl::Span<char>> pieces);

  // Writes a record of the pieces, one after the other. Handed to the system, not synced: a loss of power may damage
  // what it had not written by then. After an error (a full disk) the file is what it was. REQUIRES: opened to append,
  // !Has(id).
  absl::Status Append(const RecordId& id, absl::Span<const absl::string_view> pieces);

  // What is damaged: a line, or nothing.
  const std::string& damage() const { return damage_; }

  // Bytes that a record takes beside its own.
  static constexpr int64_t kHeaderBytes = 48;

 private:
  struct Place {
    uint64_t offset, bytes, hash;
  };

  explicit RecordFile(InputFile file) : file_(std::move(file)) {}

  absl::Status FindRecords();

  const InputFile file_;
  std::unique_ptr<PartialFile> writer_;  // Null unless opened to append.
  std::map<RecordId, Place> records_;
  uint64_t end_ = 0;  // Of the last sound record.
  std::string damage_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_TEACHER_CACHE_RECORD_FILE_H_
