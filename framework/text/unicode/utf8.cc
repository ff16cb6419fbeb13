#include "framework/text/unicode/utf8.h"

#include <unicode/utf8.h>

#include <cstdint>
#include <cstring>

namespace retort {

std::optional<size_t> FindInvalidUtf8(absl::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const int64_t size = static_cast<int64_t>(text.size());
  constexpr uint64_t kHighBits = 0x8080808080808080;
  for (int64_t next = 0; next < size;) {
    for (uint64_t eight; next + 8 <= size; next += 8) {
      std::memcpy(&eight, bytes + next, sizeof(eight));
      if (eight & kHighBits) break;
    }
    if (next == size) break;
    const int64_t begin = next;
    UChar32 c;
    U8_NEXT(bytes, next, size, c);
    if (c < 0) return static_cast<size_t>(begin);
  }
  return std::nullopt;
}

}  // namespace retort
