#include "framework/data/corpus/test_packing.h"

#include <archive.h>
#include <archive_entry.h>

#include <cstdint>

#include "glog/logging.h"
#include "xxhash.h"

namespace retort::testing {
namespace {

using Setting = int (*)(archive*);

std::string Pack(absl::string_view text, Setting filter, Setting format) {
  std::string bytes(2 * text.size() + (1 << 16), '\0');
  size_t used = 0;
  archive* out = archive_write_new();
  CHECK_EQ(filter(out), ARCHIVE_OK);
  CHECK_EQ(format(out), ARCHIVE_OK);
  archive_write_set_bytes_in_last_block(out, 1);
  CHECK_EQ(archive_write_open_memory(out, &bytes[0], bytes.size(), &used), ARCHIVE_OK) << archive_error_string(out);
  archive_entry* entry = archive_entry_new();
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_pathname(entry, "a.txt");
  archive_entry_set_size(entry, static_cast<int64_t>(text.size()));
  CHECK_EQ(archive_write_header(out, entry), ARCHIVE_OK) << archive_error_string(out);
  CHECK_EQ(archive_write_data(out, text.data(), text.size()), static_cast<la_ssize_t>(text.size()));
  archive_entry_free(entry);
  CHECK_EQ(archive_write_free(out), ARCHIVE_OK);
  bytes.resize(used);
  return bytes;
}

}  // namespace

std::string Gzip(absl::string_view text) {
  return Pack(text, archive_write_add_filter_gzip, archive_write_set_format_raw);
}
std::string Xz(absl::string_view text) { return Pack(text, archive_write_add_filter_xz, archive_write_set_format_raw); }
std::string Zstd(absl::string_view text) {
  return Pack(text, archive_write_add_filter_zstd, archive_write_set_format_raw);
}
std::string Bzip2(absl::string_view text) {
  return Pack(text, archive_write_add_filter_bzip2, archive_write_set_format_raw);
}
std::string Tar(absl::string_view text) {
  return Pack(text, archive_write_add_filter_none, archive_write_set_format_ustar);
}
std::string Zip(absl::string_view text) {
  return Pack(text, archive_write_add_filter_none, archive_write_set_format_zip);
}
std::string SevenZip(absl::string_view text) {
  return Pack(text, archive_write_add_filter_none, archive_write_set_format_7zip);
}
std::string Cpio(absl::string_view text) {
  return Pack(text, archive_write_add_filter_none, archive_write_set_format_cpio_newc);
}

std::string ZstdWithChecksum(absl::string_view text) {
  CHECK_LE(text.size(), 255u);
  std::string bytes = "\x28\xB5\x2F\xFD";
  bytes += '\x24';  // A single segment, whose size is a byte; a checksum.
  bytes += static_cast<char>(text.size());
  const uint32_t block = 1 | static_cast<uint32_t>(text.size()) << 3;  // The last one, as it is.
  for (int shift = 0; shift < 24; shift += 8) bytes += static_cast<char>(block >> shift);
  bytes.append(text.data(), text.size());
  const uint64_t sum = XXH64(text.data(), text.size(), 0);
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(sum >> shift);
  return bytes;
}

}  // namespace retort::testing
