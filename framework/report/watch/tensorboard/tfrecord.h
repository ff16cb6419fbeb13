#ifndef RETORT_FRAMEWORK_REPORT_WATCH_TENSORBOARD_TFRECORD_H_
#define RETORT_FRAMEWORK_REPORT_WATCH_TENSORBOARD_TFRECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

// TFRecord, the framing of TensorBoard's event files. Pure functions.

namespace retort {

// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78, initial value and final xor all ones).
uint32_t Crc32c(absl::string_view data);

// The checksum that TFRecord stores: the CRC rotated right by 15 bits plus 0xA282EAD8, so that a CRC of data that holds
// CRCs stays meaningful.
uint32_t MaskedCrc32c(absl::string_view data);

// length (uint64), masked CRC of those 8 bytes, data, masked CRC of data; all little-endian.
std::string FrameRecord(absl::string_view data);

// The data of a file's records, up to the first that is cut or damaged.
std::vector<std::string> SoundRecords(absl::string_view file);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_WATCH_TENSORBOARD_TFRECORD_H_
