#include "framework/base/input/container.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace retort {
namespace {

using absl::string_view;

struct Magic {
  size_t place;
  string_view bytes;
  const char* name;
  const char* way_out;
};

constexpr char kUnpack[] = "unpack it, and name the text";
constexpr char kUnpackFiles[] = "unpack it, and name the text files that were in it";
constexpr char kExport[] = "write its text to a text file, and name that";

#define RETORT_BYTES(text) string_view(text, sizeof(text) - 1)
constexpr Magic kMagics[] = {
    {0, RETORT_BYTES("PK\x03\x04"), "a zip archive", kUnpackFiles},
    {0, RETORT_BYTES("PK\x05\x06"), "a zip archive", kUnpackFiles},
    {0, RETORT_BYTES("PK\x07\x08"), "a zip archive", kUnpackFiles},
    {0, RETORT_BYTES("7z\xBC\xAF\x27\x1C"), "a 7z archive", kUnpackFiles},
    {0, RETORT_BYTES("Rar!\x1A\x07"), "a rar archive", kUnpackFiles},
    {0, RETORT_BYTES("MSCF\0\0\0\0"), "a cab archive", kUnpackFiles},
    {0, RETORT_BYTES("!<arch>\n"), "an ar archive", kUnpackFiles},
    {0, RETORT_BYTES("\xC7\x71"), "a cpio archive", kUnpackFiles},
    {0, RETORT_BYTES("xar!\0\x1C"), "a xar archive", kUnpackFiles},
    {257, RETORT_BYTES("ustar"), "a tar archive", kUnpackFiles},
    {4, RETORT_BYTES("1AY&SY"), "a file packed by bzip2", kUnpack},
    {4, RETORT_BYTES("\x17rE8P\x90"), "a file packed by bzip2", kUnpack},
    {0, RETORT_BYTES("\x04\x22\x4D\x18"), "a file packed by lz4", kUnpack},
    {0, RETORT_BYTES("\x02\x21\x4C\x18"), "a file packed by lz4", kUnpack},
    {0, RETORT_BYTES("\x89LZO\0\r\n\x1A\n"), "a file packed by lzop", kUnpack},
    {0, RETORT_BYTES("LZIP\x01"), "a file packed by lzip", kUnpack},
    {0, RETORT_BYTES("]\0\0"), "a file packed by lzma", kUnpack},
    {0, RETORT_BYTES("\x1F\x9D"), "a file packed by compress", kUnpack},
    {0, RETORT_BYTES("\x1F\xA0"), "a file packed by compress", kUnpack},
    {0, RETORT_BYTES("\xFF\x06\0\0sNaPpY"), "a file packed by snappy", kUnpack},
    {0, RETORT_BYTES("\x1F\x8B"), "a file packed twice", kUnpack},
    {0, RETORT_BYTES("\xFD\x37zXZ\0"), "a file packed twice", kUnpack},
    {0, RETORT_BYTES("\x28\xB5\x2F\xFD"), "a file packed twice", kUnpack},
    {0, RETORT_BYTES("PAR1\x15"), "a Parquet file", kExport},
    {0, RETORT_BYTES("ARROW1\0\0"), "an Arrow file", kExport},
    {0, RETORT_BYTES("SQLite format 3\0"), "an SQLite database", kExport},
    {0, RETORT_BYTES("\x89HDF\r\n\x1A\n"), "an HDF5 file", kExport},
    {0, RETORT_BYTES("\x93NUMPY"), "a NumPy array", kExport},
    {0, RETORT_BYTES("%PDF-"), "a PDF file", kExport},
    {0, RETORT_BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "an old Office document", kExport},
    {0,
     RETORT_BYTES("\x7F"
                  "ELF"),
     "a program", kExport},
    {0, RETORT_BYTES("RETORTTK"), "a token store", "name the text that it was made of"},
};
#undef RETORT_BYTES

// Whether this is the first block of a tar archive, also of one older than "ustar": the number at byte 148 is the sum
// of the block's bytes, with blanks in the number's own place.
bool IsTarHeader(string_view block) {
  constexpr size_t kPlace = 148, kWidth = 8;
  if (block.size() < kContainerHeadBytes) return false;
  uint64_t sum = 0, stored = 0;
  bool digits = false;
  for (size_t i = 0; i < kContainerHeadBytes; ++i) {
    sum += i - kPlace < kWidth ? ' ' : static_cast<uint8_t>(block[i]);
  }
  for (const char c : block.substr(kPlace, kWidth)) {
    if (c < '0' || c > '7') continue;
    stored = stored * 8 + static_cast<uint64_t>(c - '0');
    digits = true;
  }
  return digits && stored == sum;
}

// Of the formats of cpio whose headers are digits.
bool IsCpioHeader(string_view head) {
  constexpr size_t kHeaderBytes = 76;
  if (head.size() < kHeaderBytes || !absl::StartsWith(head, "07070")) return false;
  const string_view digits = head.substr(0, kHeaderBytes);
  return std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit);
}

bool Has(string_view head, const Magic& magic) {
  const bool bzip2 = magic.place == 4;
  return head.size() >= magic.place && absl::StartsWith(head.substr(magic.place), magic.bytes) &&
         (!bzip2 || absl::StartsWith(head, "BZh"));
}

struct Container {
  const char* name;
  const char* way_out;
};

// What a file is that is neither plain text nor packed in a way that is read.
std::optional<Container> ContainerOf(string_view head) {
  for (const Magic& magic : kMagics) {
    if (Has(head, magic)) return Container{magic.name, magic.way_out};
  }
  if (IsTarHeader(head)) return Container{"a tar archive", kUnpackFiles};
  if (IsCpioHeader(head)) return Container{"a cpio archive", kUnpackFiles};
  return std::nullopt;
}

std::optional<Container> PackedOrContainer(string_view head) {
  switch (PackingOf(head)) {
    case Packing::kGzip:
      return Container{"a file packed by gzip", kUnpack};
    case Packing::kXz:
      return Container{"a file packed by xz", kUnpack};
    case Packing::kZstd:
      return Container{"a file packed by zstd", kUnpack};
    case Packing::kNone:
      return ContainerOf(head);
  }
  return std::nullopt;
}

absl::Status Refuse(const char* wanted, const std::optional<Container>& got) {
  if (!got.has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("want ", wanted, ", got ", got->name, "; ", got->way_out));
}

}  // namespace

Packing PackingOf(string_view head) {
  if (absl::StartsWith(head, "\x1F\x8B")) return Packing::kGzip;
  if (absl::StartsWith(head, string_view("\xFD\x37zXZ\0", 6))) return Packing::kXz;
  if (absl::StartsWith(head, "\x28\xB5\x2F\xFD")) return Packing::kZstd;
  // A zstd file may begin with frames to be skipped, as those of pzstd do.
  const bool skippable = head.size() >= 4 && (head[0] & 0xF0) == 0x50 && head.substr(1, 3) == "\x2A\x4D\x18";
  return skippable ? Packing::kZstd : Packing::kNone;
}

absl::Status CheckNoContainer(string_view head) {
  return Refuse("text, plain or packed by gzip, xz or zstd", ContainerOf(head));
}

absl::Status CheckPlain(string_view head) {
  return Refuse("plain text", PackedOrContainer(head.substr(0, kContainerHeadBytes)));
}

absl::Status CheckName(string_view path, Packing packing) {
  const std::string name = absl::AsciiStrToLower(path);
  if (packing != Packing::kNone) return absl::OkStatus();
  for (const string_view ending : {".gz", ".xz", ".zst"}) {
    if (!absl::EndsWith(name, ending)) continue;
    return absl::DataLossError(
        absl::StrCat("damaged or truncated: want what its name says, a packed file, got one that ",
                     "does not begin as ", ending, " files do; if it is plain text, give it ", "another name"));
  }
  return absl::OkStatus();
}

}  // namespace retort
