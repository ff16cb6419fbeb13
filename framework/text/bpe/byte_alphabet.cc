#include "framework/text/bpe/byte_alphabet.h"

#include <unicode/utf8.h>

#include <array>

namespace retort {
namespace {

constexpr int kFirstMoved = 0x100;
constexpr int kEndMoved = kFirstMoved + 68;

bool StandsForItself(int byte) {
  return ('!' <= byte && byte <= '~') || (0xA1 <= byte && byte <= 0xAC) || (0xAE <= byte && byte <= 0xFF);
}

struct Alphabet {
  std::array<std::string, 256> characters;
  std::array<int, kEndMoved> bytes;  // of a code point; -1 for none
};

Alphabet MakeAlphabet() {
  Alphabet alphabet;
  alphabet.bytes.fill(-1);
  int moved = kFirstMoved;
  for (int byte = 0; byte < 256; ++byte) {
    const int point = StandsForItself(byte) ? byte : moved++;
    alphabet.bytes[point] = byte;
    std::string& character = alphabet.characters[byte];
    if (point < 0x80) {
      character = static_cast<char>(point);
    } else {
      character = {static_cast<char>(0xC0 | point >> 6), static_cast<char>(0x80 | (point & 0x3F))};
    }
  }
  return alphabet;
}

const Alphabet& TheAlphabet() {
  static const Alphabet* const alphabet = new Alphabet(MakeAlphabet());
  return *alphabet;
}

}  // namespace

const std::string& ByteCharacter(uint8_t byte) { return TheAlphabet().characters[byte]; }

std::optional<std::string> BytesOfCharacters(absl::string_view characters) {
  const Alphabet& alphabet = TheAlphabet();
  const auto* units = reinterpret_cast<const uint8_t*>(characters.data());
  const auto size = static_cast<int64_t>(characters.size());
  std::string bytes;
  for (int64_t next = 0; next < size;) {
    UChar32 c;
    U8_NEXT(units, next, size, c);
    if (c < 0 || c >= kEndMoved || alphabet.bytes[c] < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(alphabet.bytes[c]));
  }
  return bytes;
}

}  // namespace retort
