#include "framework/text/unicode/lower_case.h"

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include "framework/text/unicode/utf8.h"

namespace retort {

std::string LowerCase(absl::string_view text) {
  if (FindInvalidUtf8(text)) return std::string(text);
  std::string lower;
  icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())})
      .toLower(icu::Locale::getRoot())
      .toUTF8String(lower);
  return lower;
}

}  // namespace retort
