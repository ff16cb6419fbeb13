#include "framework/data/tokens/token_store.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/data/tokens/token_store_format.h"
#include "glog/logging.h"
#include "xxhash.h"

namespace retort {
namespace {

template <typename... Parts>
absl::Status Damaged(const std::string& path, const Parts&... parts) {
  return absl::DataLossError(absl::StrCat("token store ", path, ": ", parts...));
}

// Guards the arithmetic on sizes that a damaged header could overflow.
constexpr uint64_t kMostItems = uint64_t{1} << 48;

absl::Status CheckHeader(const std::string& path, const TokenStoreHeader& header, size_t file_bytes) {
  if (std::memcmp(header.magic, TokenStoreHeader::kMagic, sizeof(header.magic)) != 0) {
    return Damaged(path, "want a token store, got a file that does not begin with \"RETORTTK\"");
  }
  if (header.version != TokenStoreHeader::kVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("token store ", path, ": want version ", TokenStoreHeader::kVersion, ", got ", header.version));
  }
  if (header.header_hash != header.ExpectedHash()) return Damaged(path, "the header does not match its hash");
  if ((header.id_bytes != 2 && header.id_bytes != 4) || header.documents > kMostItems || header.tokens > kMostItems) {
    return Damaged(path, "the header makes no sense");
  }
  const uint64_t wanted = sizeof(header) + header.IdSectionBytes() + (2 * header.documents + 1) * sizeof(uint64_t);
  if (file_bytes != wanted) return Damaged(path, "want ", wanted, " bytes, got ", file_bytes);
  return absl::OkStatus();
}

absl::Status CheckTokenizer(const std::string& path, const TokenStoreHeader& header, const Tokenizer& tokenizer) {
  if (header.tokenizer == tokenizer.Fingerprint() &&
      header.vocabulary == static_cast<uint64_t>(tokenizer.vocabulary_size())) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat("token store ", path, ": want ids of the tokenizer ",
                   absl::Hex(tokenizer.Fingerprint(), absl::kZeroPad16), " with ", tokenizer.vocabulary_size(),
                   " pieces, got ids of ", absl::Hex(header.tokenizer, absl::kZeroPad16), " with ", header.vocabulary));
}

absl::Status CheckPayload(const std::string& path, absl::string_view bytes) {
  TokenStoreHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (XXH3_64bits(bytes.data() + sizeof(header), bytes.size() - sizeof(header)) != header.payload_hash) {
    return Damaged(path, "the ids do not match their hash");
  }
  const auto* offsets = reinterpret_cast<const uint64_t*>(bytes.data() + sizeof(header) + header.IdSectionBytes());
  if (offsets[0] != 0 || offsets[header.documents] != header.tokens ||
      !std::is_sorted(offsets, offsets + header.documents + 1)) {
    return Damaged(path, "documents' offsets do not rise from 0 to ", header.tokens);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TokenStore>> TokenStore::Open(const std::string& path, const Tokenizer& tokenizer) {
  absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) {
    return absl::Status(bytes.status().code(), absl::StrCat("token store: ", bytes.status().message()));
  }
  if (bytes->size() < sizeof(TokenStoreHeader)) {
    return Damaged(path, "want a header of ", sizeof(TokenStoreHeader), " bytes, got a file of ", bytes->size());
  }
  TokenStoreHeader header;
  std::memcpy(&header, bytes->data(), sizeof(header));
  RETORT_RETURN_IF_ERROR(CheckHeader(path, header, bytes->size()));
  RETORT_RETURN_IF_ERROR(CheckTokenizer(path, header, tokenizer));
  RETORT_RETURN_IF_ERROR(CheckPayload(path, *bytes));
  return absl::WrapUnique(new TokenStore(*std::move(bytes)));
}

TokenStore::TokenStore(std::string bytes) : bytes_(std::move(bytes)) {
  TokenStoreHeader header;
  std::memcpy(&header, bytes_.data(), sizeof(header));
  documents_ = static_cast<int64_t>(header.documents);
  tokens_ = static_cast<int64_t>(header.tokens);
  text_bytes_ = static_cast<int64_t>(header.text_bytes);
  content_hash_ = header.payload_hash;
  wide_ = header.id_bytes == 4;
  ids_ = bytes_.data() + sizeof(header);
  offsets_ = reinterpret_cast<const uint64_t*>(ids_ + header.IdSectionBytes());
  text_hashes_ = offsets_ + header.documents + 1;
}

int64_t TokenStore::Length(int64_t document) const {
  DCHECK(document >= 0 && document < documents_) << document;
  return static_cast<int64_t>(offsets_[document + 1] - offsets_[document]);
}

void TokenStore::Copy(int64_t document, int64_t begin, absl::Span<int32_t> ids) const {
  CHECK(begin >= 0 && begin + static_cast<int64_t>(ids.size()) <= Length(document))
      << "ids " << begin << " to " << begin + ids.size() << " of " << Length(document) << " in document " << document;
  const uint64_t first = offsets_[document] + static_cast<uint64_t>(begin);
  if (wide_) {
    std::copy_n(reinterpret_cast<const uint32_t*>(ids_) + first, ids.size(), ids.begin());
  } else {
    std::copy_n(reinterpret_cast<const uint16_t*>(ids_) + first, ids.size(), ids.begin());
  }
}

uint64_t TokenStore::TextHash(int64_t document) const {
  DCHECK(document >= 0 && document < documents_) << document;
  return text_hashes_[document];
}

}  // namespace retort
