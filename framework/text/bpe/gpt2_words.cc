#include "framework/text/bpe/gpt2_words.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "framework/text/unicode/unicode_classes.h"

namespace retort {
namespace {

constexpr int kUnicodeMajor = 16;

// Letters and numbers of Unicode 15.1 and 16, which an older ICU does not know.
struct Range {
  char32_t first;
  char32_t last;
  Gpt2Class kind;
};
constexpr Gpt2Class kL = Gpt2Class::kLetter;
constexpr Gpt2Class kN = Gpt2Class::kNumber;
constexpr Range kYoung[] = {
    {0x1C89, 0x1C8A, kL},   {0xA7CB, 0xA7CD, kL},   {0xA7DA, 0xA7DC, kL},   {0x105C0, 0x105F3, kL},
    {0x10D40, 0x10D49, kN}, {0x10D4A, 0x10D65, kL}, {0x10D6F, 0x10D85, kL}, {0x10EC2, 0x10EC4, kL},
    {0x11380, 0x11389, kL}, {0x1138B, 0x1138B, kL}, {0x1138E, 0x1138E, kL}, {0x11390, 0x113B5, kL},
    {0x113B7, 0x113B7, kL}, {0x113D1, 0x113D1, kL}, {0x113D3, 0x113D3, kL}, {0x116D0, 0x116E3, kN},
    {0x11BC0, 0x11BE0, kL}, {0x11BF0, 0x11BF9, kN}, {0x13460, 0x143FA, kL}, {0x16100, 0x1611D, kL},
    {0x16130, 0x16139, kN}, {0x16D40, 0x16D6C, kL}, {0x16D70, 0x16D79, kN}, {0x18CFF, 0x18CFF, kL},
    {0x1CCF0, 0x1CCF9, kN}, {0x1E5D0, 0x1E5ED, kL}, {0x1E5F0, 0x1E5F0, kL}, {0x1E5F1, 0x1E5FA, kN},
    {0x2EBF0, 0x2EE5D, kL}};

Gpt2Class ClassifyYoung(char32_t c) {
  const auto* found =
      std::lower_bound(std::begin(kYoung), std::end(kYoung), c, [](const Range& r, char32_t x) { return r.last < x; });
  return found != std::end(kYoung) && found->first <= c ? found->kind : Gpt2Class::kOther;
}

constexpr bool In(int c, int first, int last) { return first <= c && c <= last; }

constexpr std::array<Gpt2Class, 128> AsciiClasses() {
  std::array<Gpt2Class, 128> classes = {};
  for (int c = 0; c < 128; ++c) {
    if (In(c, 'a', 'z') || In(c, 'A', 'Z')) classes[c] = Gpt2Class::kLetter;
    if (In(c, '0', '9')) classes[c] = Gpt2Class::kNumber;
    if (c == ' ' || In(c, '\t', '\r')) classes[c] = Gpt2Class::kSpace;
  }
  return classes;
}
constexpr std::array<Gpt2Class, 128> kAscii = AsciiClasses();

// By byte; no class for those beyond ASCII.
constexpr std::array<uint8_t, 256> ByteClasses() {
  std::array<uint8_t, 256> classes = {};
  for (int c = 0; c < 256; ++c) classes[c] = c < 128 ? static_cast<uint8_t>(kAscii[c]) : 0xFF;
  return classes;
}
constexpr std::array<uint8_t, 256> kBytes = ByteClasses();

bool IsAscii(char c) { return static_cast<uint8_t>(c) < 0x80; }

// The class of the character at *at, and *at moved behind it.
Gpt2Class Next(absl::string_view text, size_t* at) {
  if (IsAscii(text[*at])) return kAscii[static_cast<uint8_t>(text[(*at)++])];
  UChar32 c;
  U8_NEXT_UNSAFE(reinterpret_cast<const uint8_t*>(text.data()), *at, c);
  return ClassifyForGpt2(static_cast<char32_t>(c));
}

size_t EndOfRun(absl::string_view text, size_t begin, Gpt2Class kind) {
  size_t end = begin;
  while (end < text.size()) {
    while (end < text.size() && kBytes[static_cast<uint8_t>(text[end])] == static_cast<uint8_t>(kind)) ++end;
    if (end == text.size() || IsAscii(text[end])) break;
    size_t next = end;
    if (Next(text, &next) != kind) break;
    end = next;
  }
  return end;
}

// Length of 's, 't, 're, 've, 'm, 'll or 'd at the text's start, else 0.
size_t ContractionLength(absl::string_view text) {
  if (text.size() < 2 || text[0] != '\'') return 0;
  switch (text[1]) {
    case 's':
    case 't':
    case 'm':
    case 'd':
      return 2;
    default:
      break;
  }
  const absl::string_view two = text.substr(1, 2);
  return two == "re" || two == "ve" || two == "ll" ? 3 : 0;
}

// White space leaves its last character to what follows, unless it has no other.
size_t EndOfSpace(absl::string_view text, size_t begin) {
  const size_t end = EndOfRun(text, begin, Gpt2Class::kSpace);
  if (end == text.size()) return end;
  size_t last = end - 1;
  while ((static_cast<uint8_t>(text[last]) & 0xC0) == 0x80) --last;
  return last > begin ? last : end;
}

}  // namespace

Gpt2Class ClassifyForGpt2(char32_t c) {
  const auto point = static_cast<UChar32>(c);
  const uint32_t category = U_GET_GC_MASK(point);
  if (category & U_GC_CN_MASK) return ClassifyYoung(c);
  if (IsWhiteSpace(c)) return Gpt2Class::kSpace;
  if (!(category & (U_GC_L_MASK | U_GC_N_MASK))) return Gpt2Class::kOther;
  UVersionInfo age;
  u_charAge(point, age);
  if (age[0] > kUnicodeMajor) return Gpt2Class::kOther;
  return category & U_GC_L_MASK ? Gpt2Class::kLetter : Gpt2Class::kNumber;
}

size_t EndOfGpt2Word(absl::string_view text, size_t begin) {
  if (const size_t length = ContractionLength(text.substr(begin)); length > 0) return begin + length;
  size_t next = begin;
  Gpt2Class kind = Next(text, &next);
  if (text[begin] == ' ' && next < text.size()) {
    size_t second = next;
    kind = Next(text, &second);
    next = second;
  }
  return kind == Gpt2Class::kSpace ? EndOfSpace(text, begin) : EndOfRun(text, next, kind);
}

}  // namespace retort
