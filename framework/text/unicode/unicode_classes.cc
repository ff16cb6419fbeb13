#include "framework/text/unicode/unicode_classes.h"

#include <unicode/uchar.h>

namespace retort {
namespace {

constexpr int kUnicodeMajor = 8;

// General category in Unicode 8.0. The cases are characters of 8.0 whose
// category changed later.
int8_t Category(char32_t c) {
  switch (c) {
    case 0x166D:
    case 0x111C9:
      return U_OTHER_PUNCTUATION;
    case 0x1734:
      return U_NON_SPACING_MARK;
    case 0x1885:
    case 0x1886:
      return U_OTHER_LETTER;
    case 0xA9BD:
      return U_COMBINING_SPACING_MARK;
    default:
      break;
  }
  UVersionInfo age;
  u_charAge(static_cast<UChar32>(c), age);
  if (age[0] == 0 || age[0] > kUnicodeMajor) return U_UNASSIGNED;
  return u_charType(static_cast<UChar32>(c));
}

bool IsBlank(char32_t c) { return c == '\t' || c == '\n' || c == '\r'; }

bool In(char32_t c, char32_t first, char32_t last) { return first <= c && c <= last; }

}  // namespace

bool IsWhiteSpace(char32_t c) { return u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_WHITE_SPACE); }

bool IsSpace(char32_t c) { return IsBlank(c) || (!IsRemoved(c) && IsWhiteSpace(c)); }

bool IsRemoved(char32_t c) {
  if (c == 0 || c == 0xFFFD) return true;
  if (IsBlank(c)) return false;
  const int8_t category = Category(c);
  return category == U_CONTROL_CHAR || category == U_FORMAT_CHAR || category == U_PRIVATE_USE_CHAR;
}

bool IsPunctuation(char32_t c) {
  if (c < 0x80) {
    return In(c, '!', '/') || In(c, ':', '@') || In(c, '[', '`') || In(c, '{', '~');
  }
  return (U_MASK(Category(c)) & U_GC_P_MASK) != 0;
}

bool IsNonSpacingMark(char32_t c) { return Category(c) == U_NON_SPACING_MARK; }

bool IsMark(char32_t c) { return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_M_MASK) != 0; }

bool IsWordCharacter(char32_t c) {
  const auto point = static_cast<UChar32>(c);
  return u_hasBinaryProperty(point, UCHAR_ALPHABETIC) || u_hasBinaryProperty(point, UCHAR_JOIN_CONTROL) ||
         (U_GET_GC_MASK(point) & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0;
}

bool IsCjkIdeograph(char32_t c) {
  return In(c, 0x4E00, 0x9FFF) || In(c, 0x3400, 0x4DBF) || In(c, 0x20000, 0x2A6DF) || In(c, 0x2A700, 0x2B73F) ||
         In(c, 0x2B740, 0x2B81F) || In(c, 0x2B920, 0x2CEAF) || In(c, 0xF900, 0xFAFF) || In(c, 0x2F800, 0x2FA1F);
}

}  // namespace retort
