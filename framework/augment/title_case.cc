#include "framework/augment/title_case.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <cstdint>

#include "framework/text/unicode/utf8.h"

namespace retort {
namespace {

icu::UnicodeString Characters(absl::string_view text) {
  return icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
}

bool IsCased(UChar32 c) { return u_hasBinaryProperty(c, UCHAR_CASED); }

}  // namespace

bool IsTitleCase(absl::string_view text) {
  if (FindInvalidUtf8(text)) return false;
  const icu::UnicodeString characters = Characters(text);
  bool within = false, any = false;
  for (int32_t i = 0; i < characters.length(); i = characters.moveIndex32(i, 1)) {
    const UChar32 c = characters.char32At(i);
    const bool capital = u_isupper(c) || u_istitle(c);
    if (capital == within && IsCased(c)) return false;
    within = IsCased(c);
    any = any || within;
  }
  return any;
}

std::string TitleCase(absl::string_view text) {
  if (FindInvalidUtf8(text)) return std::string(text);
  const icu::UnicodeString characters = Characters(text);
  icu::UnicodeString titled;
  bool within = false;
  for (int32_t i = 0; i < characters.length(); i = characters.moveIndex32(i, 1)) {
    const UChar32 c = characters.char32At(i);
    titled.append(within ? u_tolower(c) : u_totitle(c));
    within = IsCased(c);
  }
  std::string result;
  return titled.toUTF8String(result);
}

}  // namespace retort
