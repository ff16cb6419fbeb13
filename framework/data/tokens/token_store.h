#ifndef RETORT_FRAMEWORK_DATA_TOKENS_TOKEN_STORE_H_
#define RETORT_FRAMEWORK_DATA_TOKENS_TOKEN_STORE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "framework/text/tokenizer.h"

namespace retort {

// A corpus as ids, in memory. Documents keep the order of the corpus and hold no
// special pieces but those spelled out in the text. Immutable, so thread-safe.
class TokenStore {
 public:
  // Reads and checks the whole file: magic, version, size, hashes, and that
  // `tokenizer` is the one it was made with. It is not mapped: a file that
  // shrinks would take the program with it. Errors name the path, what was
  // wanted and what was got: those of InputFile, DataLoss for a damaged file,
  // FailedPrecondition for one of another version or tokenizer.
  static absl::StatusOr<std::unique_ptr<TokenStore>> Open(const std::string& path, const Tokenizer& tokenizer);

  TokenStore(const TokenStore&) = delete;
  TokenStore& operator=(const TokenStore&) = delete;

  int64_t documents() const { return documents_; }
  int64_t tokens() const { return tokens_; }
  int64_t text_bytes() const { return text_bytes_; }

  // Number of the document's ids. 0 <= document < documents().
  int64_t Length(int64_t document) const;

  // Copies ids begin, begin + 1, ... of the document into all of `ids`.
  void Copy(int64_t document, int64_t begin, absl::Span<int32_t> ids) const;

  // XXH3 of the document's text alone: the same wherever the document stands.
  uint64_t TextHash(int64_t document) const;

  // Follows from all documents' ids, in their order.
  uint64_t content_hash() const { return content_hash_; }

 private:
  explicit TokenStore(std::string bytes);

  const std::string bytes_;
  int64_t documents_;
  int64_t tokens_;
  int64_t text_bytes_;
  uint64_t content_hash_;
  bool wide_;        // uint32 instead of uint16
  const char* ids_;  // These point into bytes_.
  const uint64_t* offsets_;
  const uint64_t* text_hashes_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_TOKENS_TOKEN_STORE_H_
