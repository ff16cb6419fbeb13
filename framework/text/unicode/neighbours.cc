#include "framework/text/unicode/neighbours.h"

#include <unicode/utf8.h>

#include <cstdint>
#include <optional>

#include "framework/text/unicode/unicode_classes.h"

namespace retort {
namespace {

struct Character {
  char32_t point;
  size_t begin;
  size_t end;
};

std::optional<Character> Before(absl::string_view text, size_t from, size_t end) {
  if (end <= from) return std::nullopt;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  size_t begin = end - 1;
  while (begin > from && U8_IS_TRAIL(bytes[begin])) --begin;
  size_t behind = begin;
  UChar32 c;
  U8_NEXT(bytes, behind, end, c);
  if (behind != end || c < 0) return std::nullopt;
  return Character{static_cast<char32_t>(c), begin, end};
}

std::optional<Character> Behind(absl::string_view text, size_t begin) {
  if (begin >= text.size()) return std::nullopt;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  size_t end = begin;
  UChar32 c;
  U8_NEXT(bytes, end, text.size(), c);
  if (c < 0) return std::nullopt;
  return Character{static_cast<char32_t>(c), begin, end};
}

}  // namespace

size_t BeginOfWhiteSpace(absl::string_view text, size_t from, size_t end) {
  for (auto c = Before(text, from, end); c.has_value() && IsWhiteSpace(c->point); c = Before(text, from, end)) {
    end = c->begin;
  }
  return end;
}

size_t EndOfWhiteSpace(absl::string_view text, size_t begin) {
  for (auto c = Behind(text, begin); c.has_value() && IsWhiteSpace(c->point); c = Behind(text, begin)) begin = c->end;
  return begin;
}

bool WordCharacterBefore(absl::string_view text, size_t place) {
  const auto c = Before(text, 0, place);
  return c.has_value() && IsWordCharacter(c->point);
}

bool WordCharacterBehind(absl::string_view text, size_t place) {
  const auto c = Behind(text, place);
  return c.has_value() && IsWordCharacter(c->point);
}

}  // namespace retort
