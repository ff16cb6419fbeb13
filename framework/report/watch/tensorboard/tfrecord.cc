#include "framework/report/watch/tensorboard/tfrecord.h"

#include <array>

#include "absl/strings/str_cat.h"

namespace retort {
namespace {

std::array<uint32_t, 256> MakeTable() {
  std::array<uint32_t, 256> table;
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? 0x82F63B78u : 0u);
    table[byte] = remainder;
  }
  return table;
}

template <typename Integer>
std::string LittleEndian(Integer value) {
  std::string bytes;
  for (size_t i = 0; i < sizeof(Integer); ++i) bytes.push_back(static_cast<char>((value >> (8 * i)) & 0xFF));
  return bytes;
}

}  // namespace

uint32_t Crc32c(absl::string_view data) {
  static const std::array<uint32_t, 256> table = MakeTable();
  uint32_t crc = ~0u;
  for (const char c : data) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  return ~crc;
}

uint32_t MaskedCrc32c(absl::string_view data) {
  const uint32_t crc = Crc32c(data);
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
}

std::string FrameRecord(absl::string_view data) {
  const std::string length = LittleEndian<uint64_t>(data.size());
  return absl::StrCat(length, LittleEndian(MaskedCrc32c(length)), data, LittleEndian(MaskedCrc32c(data)));
}

std::vector<std::string> SoundRecords(absl::string_view file) {
  constexpr size_t kBefore = 12, kBehind = 4;  // Length and its check; the data's check.
  std::vector<std::string> records;
  while (file.size() >= kBefore + kBehind) {
    uint64_t length = 0;
    for (size_t i = 0; i < sizeof(length); ++i) length |= uint64_t{static_cast<unsigned char>(file[i])} << (8 * i);
    if (length > file.size() - kBefore - kBehind) break;
    const absl::string_view data = file.substr(kBefore, length);
    if (file.substr(0, kBefore + length + kBehind) != FrameRecord(data)) break;
    records.emplace_back(data);
    file.remove_prefix(kBefore + length + kBehind);
  }
  return records;
}

}  // namespace retort
