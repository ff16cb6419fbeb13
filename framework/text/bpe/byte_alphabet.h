#ifndef RETORT_FRAMEWORK_TEXT_BPE_BYTE_ALPHABET_H_
#define RETORT_FRAMEWORK_TEXT_BPE_BYTE_ALPHABET_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace retort {

// GPT-2's way to write bytes as printable characters (Radford et al. 2019):
// printable bytes of Latin-1 are themselves, the other 68 are, in their order,
// the characters from U+0100 on; a space is U+0120. Pure functions.

// The byte's character, in UTF-8.
const std::string& ByteCharacter(uint8_t byte);

// The bytes that the characters stand for; nothing if one stands for none.
std::optional<std::string> BytesOfCharacters(absl::string_view characters);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_BPE_BYTE_ALPHABET_H_
