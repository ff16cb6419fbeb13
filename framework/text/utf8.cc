#include "framework/text/utf8.h"

#include <unicode/utf8.h>

#include <cstdint>

namespace retort {

std::optional<size_t> FindInvalidUtf8(absl::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const int64_t size = static_cast<int64_t>(text.size());
  for (int64_t next = 0; next < size;) {
    const int64_t begin = next;
    UChar32 c;
    U8_NEXT(bytes, next, size, c);
    if (c < 0) return static_cast<size_t>(begin);
  }
  return std::nullopt;
}

}  // namespace retort
