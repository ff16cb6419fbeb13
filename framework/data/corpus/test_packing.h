#ifndef RETORT_FRAMEWORK_DATA_CORPUS_TEST_PACKING_H_
#define RETORT_FRAMEWORK_DATA_CORPUS_TEST_PACKING_H_

#include <string>

#include "absl/strings/string_view.h"

namespace retort::testing {

// The text as the bytes of a packed file.
std::string Gzip(absl::string_view text);
std::string Xz(absl::string_view text);
std::string Zstd(absl::string_view text);

// A frame with a checksum, which Zstd's have not, and its text as it is. REQUIRES: at most 255 bytes.
std::string ZstdWithChecksum(absl::string_view text);

// An archive that holds one file.
std::string Tar(absl::string_view text);
std::string Zip(absl::string_view text);
std::string SevenZip(absl::string_view text);
std::string Cpio(absl::string_view text);
std::string Bzip2(absl::string_view text);

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_DATA_CORPUS_TEST_PACKING_H_
