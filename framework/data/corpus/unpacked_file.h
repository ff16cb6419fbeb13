#ifndef RETORT_FRAMEWORK_DATA_CORPUS_UNPACKED_FILE_H_
#define RETORT_FRAMEWORK_DATA_CORPUS_UNPACKED_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace retort {

// A hash of a file's bytes as they lie on the disk.
struct FileHash {
  uint64_t high = 0, low = 0;
  bool operator==(const FileHash& other) const { return high == other.high && low == other.low; }
};

// Reads the file as a stream. Errors: those of InputFile.
absl::StatusOr<FileHash> HashFile(const std::string& path);

// How much text a packed file may hold, since a small one can unpack to more than there is room for.
struct UnpackLimit {
  int64_t most_bytes = 0;             // 0: kMostTimes times its packed bytes, and at least kMostBytes.
  std::string option = "most_bytes";  // What a user raises it by, for messages: "--most_bytes".
};

// The text of a file: plain, or packed by gzip, xz or zstd (found out from its bytes, not its name). What the packing
// knows to check is checked: lengths and sums of every part, and that nothing follows the last one. zstd files made
// without a checksum have none to check. One thread at a time.
class UnpackedFile {
 public:
  // Errors, here and in Read, which name the path: those of InputFile; InvalidArgument for archives, other packings and
  // binary files, with a way out; DataLoss for a file that is damaged, truncated or has something behind its end, and
  // the byte of the text where that showed; ResourceExhausted for more than the limit, naming its option.
  static absl::StatusOr<std::unique_ptr<UnpackedFile>> Open(const std::string& path, const UnpackLimit& limit = {});

  ~UnpackedFile();

  // Puts at most `most` bytes of the text at `bytes`, and says how many: 0 at its end, when the whole file was checked.
  absl::StatusOr<size_t> Read(char* bytes, size_t most);

  // Of the bytes that were read. REQUIRES: Read gave 0.
  FileHash hash() const;

  static constexpr int64_t kMostTimes = 100;
  static constexpr int64_t kMostBytes = int64_t{64} << 20;

  class Decoder;

 private:
  UnpackedFile(std::string path, std::unique_ptr<Decoder> decoder);

  absl::Status Begin();
  absl::Status CheckSize() const;

  const std::string path_;
  std::unique_ptr<Decoder> decoder_;
  int64_t most_bytes_;
  std::string option_;
  int64_t packed_bytes_ = 0;
  int64_t bytes_ = 0;  // Of the text that the decoder gave.
  std::string head_;   // The text's first bytes, which were looked at.
  size_t given_ = 0;   // Of the head.
};

// The whole text of a file. Errors: as above.
absl::StatusOr<std::string> ReadUnpacked(const std::string& path, const UnpackLimit& limit = {});

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_CORPUS_UNPACKED_FILE_H_
