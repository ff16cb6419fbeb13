#include "framework/data/tokens/token_store_builder.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <future>
#include <limits>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "framework/base/atomic_file.h"
#include "framework/base/file.h"
#include "framework/base/input/catch_exceptions.h"
#include "framework/base/status_macros.h"
#include "framework/data/corpus/corpus_reader.h"
#include "framework/data/tokens/token_store_format.h"
#include "glog/logging.h"
#include "xxhash.h"

namespace retort {
namespace {

// Text read at a time, and the most that one thread takes at once. Both only
// balance memory against overhead.
constexpr size_t kRoundBytes = 16 << 20;
constexpr size_t kPartBytes = 1 << 18;
constexpr size_t kWholeDocuments = std::numeric_limits<size_t>::max();

// A whole document, or a stretch of one that is cut where ids do not change.
struct Part {
  const std::string* file;
  std::string text;
  bool begins_document;
  uint64_t document_hash;
  std::vector<int32_t> ids;
};

using Round = std::vector<Part>;

// Reads the corpus's documents, cut into parts.
class PartReader {
 public:
  PartReader(const CorpusSpec& corpus, const Tokenizer& tokenizer)
      : corpus_(corpus), part_bytes_(tokenizer.SplitsAtNewlines() ? kPartBytes : kWholeDocuments) {}

  // The next stretch of the corpus; empty after the last one.
  absl::StatusOr<Round> Next() {
    Round round;
    for (size_t bytes = 0; bytes < kRoundBytes && file_ < corpus_.files.size();) {
      const TextFile& file = corpus_.files[file_];
      if (reader_ == nullptr) {
        RETORT_ASSIGN_OR_RETURN(reader_, CorpusReader::Open(file.path, file.boundary, file.limit));
      }
      Document document;
      RETORT_ASSIGN_OR_RETURN(const bool found, reader_->Next(&document));
      if (found) {
        bytes += document.text.size();
        Cut(file.path, document, &round);
      } else {
        hashes_.push_back(reader_->hash());
        reader_ = nullptr;
        ++file_;
      }
    }
    return round;
  }

  // Of the files that were read to their ends.
  const std::vector<FileHash>& hashes() const { return hashes_; }

 private:
  void Cut(const std::string& file, const Document& document, Round* round) const {
    const std::string& text = document.text;
    const uint64_t hash = XXH3_64bits(text.data(), text.size());
    for (size_t begin = 0; begin < text.size();) {
      size_t end = text.size();
      if (end - begin > part_bytes_) end = std::min(text.find('\n', begin + part_bytes_), end);
      round->push_back({&file, text.substr(begin, end - begin), begin == 0, hash, {}});
      begin = end;
    }
  }

  const CorpusSpec& corpus_;
  const size_t part_bytes_;
  size_t file_ = 0;
  std::unique_ptr<CorpusReader> reader_;
  std::vector<FileHash> hashes_;
};

// Appends the ids of each line that has some, and `line_end` behind them.
absl::Status EncodeLines(const Tokenizer& tokenizer, int32_t line_end, Tokenizer::Scratch* scratch, Part* part) {
  for (const absl::string_view line : absl::StrSplit(part->text, '\n')) {
    const size_t before = part->ids.size();
    RETORT_RETURN_IF_ERROR(tokenizer.Encode(line, scratch, &part->ids));
    if (part->ids.size() > before) part->ids.push_back(line_end);
  }
  return absl::OkStatus();
}

absl::Status EncodePart(const Tokenizer& tokenizer, int32_t line_end, Tokenizer::Scratch* scratch, Part* part) {
  const absl::Status status = CatchExceptions("tokenizing", [&]() -> absl::Status {
    if (line_end != kNoId) return EncodeLines(tokenizer, line_end, scratch, part);
    return tokenizer.Encode(part->text, scratch, &part->ids);
  });
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat("corpus file ", *part->file, ": ", status.message()));
}

// The error of the earliest part, whichever thread meets one first.
absl::Status EncodeRound(const Tokenizer& tokenizer, int32_t line_end,
                         absl::Span<const std::unique_ptr<Tokenizer::Scratch>> scratches, Round* round) {
  std::atomic<size_t> next{0};
  std::vector<absl::Status> statuses(round->size());
  const auto work = [&](Tokenizer::Scratch* scratch) {
    for (size_t i = next++; i < round->size(); i = next++) {
      statuses[i] = CatchExceptions(absl::StrCat("tokenizing ", *(*round)[i].file),
                                    [&] { return EncodePart(tokenizer, line_end, scratch, &(*round)[i]); });
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(scratches.size());
  // Where the system gives no more threads, those that there are do the work.
  const absl::Status started = CatchExceptions("starting threads", [&] {
    for (size_t i = 1; i < scratches.size(); ++i) threads.emplace_back(work, scratches[i].get());
    return absl::OkStatus();
  });
  LOG_IF(WARNING, !started.ok()) << started.message();
  work(scratches[0].get());
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& status : statuses) RETORT_RETURN_IF_ERROR(status);
  return absl::OkStatus();
}

// Puts ids into a file as they come; what is per document stays in memory.
class StoreWriter {
 public:
  static absl::StatusOr<StoreWriter> Create(const std::string& path, const Tokenizer& tokenizer) {
    RETORT_ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
    StoreWriter writer(std::move(file), tokenizer);
    RETORT_RETURN_IF_ERROR(writer.file_->Append(writer.HeaderBytes()));
    return writer;
  }

  int64_t documents() const { return static_cast<int64_t>(text_hashes_.size()); }

  absl::Status Add(const Part& part) {
    if (part.begins_document) {
      offsets_.push_back(header_.tokens);
      text_hashes_.push_back(part.document_hash);
    }
    header_.tokens += part.ids.size();
    header_.text_bytes += part.text.size();
    if (header_.id_bytes == 4) return AppendHashed(AsBytes(part.ids));
    const std::vector<uint16_t> narrow(part.ids.begin(), part.ids.end());
    return AppendHashed(AsBytes(narrow));
  }

  absl::Status Finish() {
    offsets_.push_back(header_.tokens);
    header_.documents = text_hashes_.size();
    const std::string filling(header_.IdSectionBytes() - header_.tokens * header_.id_bytes, '\0');
    RETORT_RETURN_IF_ERROR(AppendHashed(filling));
    RETORT_RETURN_IF_ERROR(AppendHashed(AsBytes(offsets_)));
    RETORT_RETURN_IF_ERROR(AppendHashed(AsBytes(text_hashes_)));
    header_.payload_hash = XXH3_64bits_digest(hash_.get());
    header_.header_hash = header_.ExpectedHash();
    RETORT_RETURN_IF_ERROR(file_->Overwrite(0, HeaderBytes()));
    return file_->Commit();
  }

 private:
  struct FreeHash {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };

  StoreWriter(std::unique_ptr<AtomicFile> file, const Tokenizer& tokenizer)
      : file_(std::move(file)), hash_(XXH3_createState()) {
    XXH3_64bits_reset(hash_.get());
    std::memcpy(header_.magic, TokenStoreHeader::kMagic, sizeof(header_.magic));
    header_.version = TokenStoreHeader::kVersion;
    header_.id_bytes = tokenizer.vocabulary_size() - 1 <= std::numeric_limits<uint16_t>::max() ? 2 : 4;
    header_.tokenizer = tokenizer.Fingerprint();
    header_.vocabulary = static_cast<uint64_t>(tokenizer.vocabulary_size());
  }

  template <typename T>
  static absl::string_view AsBytes(const std::vector<T>& values) {
    return absl::string_view(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }

  absl::string_view HeaderBytes() const {
    return absl::string_view(reinterpret_cast<const char*>(&header_), sizeof(header_));
  }

  absl::Status AppendHashed(absl::string_view bytes) {
    XXH3_64bits_update(hash_.get(), bytes.data(), bytes.size());
    return file_->Append(bytes);
  }

  std::unique_ptr<AtomicFile> file_;
  std::unique_ptr<XXH3_state_t, FreeHash> hash_;
  TokenStoreHeader header_ = {};
  std::vector<uint64_t> offsets_;
  std::vector<uint64_t> text_hashes_;
};

// Of the corpus's files, as they are now.
absl::StatusOr<std::vector<FileHash>> HashFiles(const CorpusSpec& corpus) {
  std::vector<FileHash> hashes;
  for (const TextFile& file : corpus.files) {
    const absl::StatusOr<FileHash> hash = HashFile(file.path);
    if (!hash.ok()) {
      return absl::Status(hash.status().code(), absl::StrCat("corpus ", corpus.name, ": ", hash.status().message()));
    }
    hashes.push_back(*hash);
  }
  return hashes;
}

// Names the store of this corpus and tokenizer.
std::string CacheKey(const CorpusSpec& corpus, const std::vector<FileHash>& hashes, const Tokenizer& tokenizer,
                     int32_t line_end) {
  std::string key =
      absl::StrCat(TokenStoreHeader::kVersion, " ", tokenizer.Fingerprint(), " ", tokenizer.vocabulary_size());
  for (size_t i = 0; i < hashes.size(); ++i) {
    absl::StrAppend(&key, "\n", static_cast<int>(corpus.files[i].boundary), " ", hashes[i].high, " ", hashes[i].low);
  }
  if (line_end != kNoId) absl::StrAppend(&key, "\nlines end with ", line_end);
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  return absl::StrFormat("%016x%016x", hash.high64, hash.low64);
}

// A store is named by what was hashed and holds what was read: these have to be the same.
absl::Status CheckUnchanged(const CorpusSpec& corpus, const std::vector<FileHash>& hashed,
                            const std::vector<FileHash>& read) {
  CHECK_EQ(hashed.size(), read.size());
  for (size_t i = 0; i < hashed.size(); ++i) {
    if (hashed[i] == read[i]) continue;
    return absl::AbortedError(
        absl::StrCat("corpus file ", corpus.files[i].path,
                     ": it changed while it was read; once nobody writes it, run the same again"));
  }
  return absl::OkStatus();
}

// BuildTokenStore; `wanted`: the hashes that the files have to have, or null.
absl::Status Build(const CorpusSpec& corpus, const Tokenizer& tokenizer, int threads, const std::string& path,
                   int32_t line_end, const std::vector<FileHash>* wanted) {
  CHECK_GE(threads, 1);
  std::vector<std::unique_ptr<Tokenizer::Scratch>> scratches(threads);
  for (auto& scratch : scratches) scratch = tokenizer.NewScratch();
  RETORT_ASSIGN_OR_RETURN(StoreWriter writer, StoreWriter::Create(path, tokenizer));
  PartReader reader(corpus, tokenizer);
  const auto read = [&reader] { return CatchExceptions("reading the corpus", [&] { return reader.Next(); }); };
  RETORT_ASSIGN_OR_RETURN(Round round, read());
  while (!round.empty()) {
    std::future<absl::StatusOr<Round>> next = std::async(std::launch::async | std::launch::deferred, read);
    absl::Status status = EncodeRound(tokenizer, line_end, scratches, &round);
    for (size_t i = 0; status.ok() && i < round.size(); ++i) status = writer.Add(round[i]);
    absl::StatusOr<Round> following = next.get();
    RETORT_RETURN_IF_ERROR(status);
    RETORT_ASSIGN_OR_RETURN(round, std::move(following));
  }
  if (wanted != nullptr) RETORT_RETURN_IF_ERROR(CheckUnchanged(corpus, *wanted, reader.hashes()));
  if (writer.documents() == 0) {
    return absl::InvalidArgumentError(absl::StrCat("corpus ", corpus.name, ": want at least one document, got none in ",
                                                   corpus.files.size(), " file(s)"));
  }
  return writer.Finish();
}

}  // namespace

absl::Status BuildTokenStore(const CorpusSpec& corpus, const Tokenizer& tokenizer, int threads, const std::string& path,
                             int32_t line_end) {
  return Build(corpus, tokenizer, threads, path, line_end, /*wanted=*/nullptr);
}

absl::StatusOr<std::unique_ptr<TokenStore>> BuildOrOpenTokenStore(const CorpusSpec& corpus, const Tokenizer& tokenizer,
                                                                  int threads, const std::string& cache,
                                                                  int32_t line_end) {
  RETORT_ASSIGN_OR_RETURN(const std::vector<FileHash> hashes, HashFiles(corpus));
  const std::string path = absl::StrCat(cache, "/tokens-", CacheKey(corpus, hashes, tokenizer, line_end), ".store");
  absl::StatusOr<std::unique_ptr<TokenStore>> store = TokenStore::Open(path, tokenizer);
  if (store.ok()) return store;
  if (!absl::IsNotFound(store.status())) {
    LOG(WARNING) << store.status().message() << "; building it again";
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);  // A folder could not be replaced.
  }
  RETORT_RETURN_IF_ERROR(MakeDirectories(cache));
  RemoveAbandoned(cache);
  RETORT_RETURN_IF_ERROR(Build(corpus, tokenizer, threads, path, line_end, &hashes));
  return TokenStore::Open(path, tokenizer);
}

}  // namespace retort
