#ifndef RETORT_FRAMEWORK_DATA_TOKENS_TOKEN_STORE_FORMAT_H_
#define RETORT_FRAMEWORK_DATA_TOKENS_TOKEN_STORE_FORMAT_H_

#include <cstddef>
#include <cstdint>

#include "xxhash.h"

namespace retort {

// The first bytes of a token store. All numbers are little-endian. After it:
//   ids             uint16 or uint32 [tokens], filled with zeros to 8 bytes
//   offsets         uint64 [documents + 1], of each document's first id
//   text hashes     uint64 [documents], XXH3 of each document's text
struct TokenStoreHeader {
  static constexpr char kMagic[8] = {'R', 'E', 'T', 'O', 'R', 'T', 'T', 'K'};
  static constexpr uint32_t kVersion = 2;

  char magic[8];
  uint32_t version;
  uint32_t id_bytes;    // 2 or 4
  uint64_t tokenizer;   // its fingerprint, so also of the vocabulary
  uint64_t vocabulary;  // number of pieces
  uint64_t documents;
  uint64_t tokens;
  uint64_t text_bytes;    // of all documents
  uint64_t payload_hash;  // XXH3 of all bytes after the header
  uint64_t header_hash;   // XXH3 of the fields above

  uint64_t ExpectedHash() const { return XXH3_64bits(this, offsetof(TokenStoreHeader, header_hash)); }

  // Of the ids with their filling.
  uint64_t IdSectionBytes() const { return (tokens * id_bytes + 7) / 8 * 8; }
};
static_assert(sizeof(TokenStoreHeader) == 72);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_TOKENS_TOKEN_STORE_FORMAT_H_
