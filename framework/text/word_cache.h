#ifndef RETORT_FRAMEWORK_TEXT_WORD_CACHE_H_
#define RETORT_FRAMEWORK_TEXT_WORD_CACHE_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "framework/base/status_macros.h"
#include "framework/text/tokenizer.h"

namespace retort {

// A tokenizer's scratch: the ids of short words met lately. Direct-mapped, so
// its memory is fixed (4 MB) and a look-up is one cache line. Used by one
// thread at a time.
class WordCache : public Tokenizer::Scratch {
 public:
  static constexpr size_t kMaxBytes = 23;  // longer words are not kept

  // The word's bytes, zeros, and in the last byte the word's length.
  struct Key {
    uint64_t words[3];

    friend bool operator==(const Key& a, const Key& b) {
      return ((a.words[0] ^ b.words[0]) | (a.words[1] ^ b.words[1]) | (a.words[2] ^ b.words[2])) == 0;
    }
  };

  // `word` has at most kMaxBytes; `readable` bytes may be read from its first
  // one on, which makes the key cheaper where it is 24 or more. Only the bytes'
  // images under `map` (of eight bytes, zero to zero) count.
  template <typename Map>
  static Key MakeKey(absl::string_view word, size_t readable, const Map& map) {
    char copy[sizeof(Key)] = {};
    const char* bytes = word.data();
    if (readable < sizeof(Key)) bytes = static_cast<const char*>(std::memcpy(copy, word.data(), word.size()));
    const uint8_t* kept = kOnesThenZeros.data() + sizeof(Key) - word.size();
    const auto eight_at = [&](size_t i) { return map(Load(bytes + i) & Load(kept + i)); };
    return {{eight_at(0), eight_at(8), eight_at(16) | static_cast<uint64_t>(word.size()) << 56}};
  }

  explicit WordCache(const Tokenizer* owner) : owner_(owner), entries_(kEntries) {}

  const Tokenizer* owner() const { return owner_; }

  // Where Put() stores the key's ids. The memory is asked for, so that it is
  // there when they are wanted a little later.
  size_t Prefetch(const Key& key) const {
    const size_t slot = Slot(key);
    __builtin_prefetch(&entries_[slot]);
    return slot;
  }

  // Appends the ids that Put() stored under the key; false if there are none.
  bool AppendIds(const Key& key, size_t slot, std::vector<int32_t>* ids) const {
    const Entry& entry = entries_[slot];
    if (!(entry.key == key)) return false;
    if (entry.count == 1) {
      ids->push_back(entry.ids[0]);
    } else {
      ids->insert(ids->end(), entry.ids, entry.ids + entry.count);
    }
    return true;
  }

  // Drops what shared the slot. A word of more than nine ids is not kept.
  void Put(const Key& key, size_t slot, absl::Span<const int32_t> ids) {
    if (ids.size() > kMaxIds) return;
    Entry& entry = entries_[slot];
    entry.key = key;
    entry.count = static_cast<int32_t>(ids.size());
    std::copy(ids.begin(), ids.end(), entry.ids);
  }

 private:
  static constexpr size_t kMaxIds = 9;
  static constexpr int kEntryBits = 16;
  static constexpr size_t kEntries = size_t{1} << kEntryBits;

  struct alignas(64) Entry {
    Key key = {};  // a length of 0 is no word's
    int32_t count;
    int32_t ids[kMaxIds];
  };
  static_assert(sizeof(Entry) == 64);

  // From the byte sizeof(Key) - n on, a mask of n bytes.
  static constexpr std::array<uint8_t, 2 * sizeof(Key)> kOnesThenZeros = [] {
    std::array<uint8_t, 2 * sizeof(Key)> bytes = {};
    for (size_t i = 0; i < sizeof(Key); ++i) bytes[i] = 0xFF;
    return bytes;
  }();

  static uint64_t Load(const void* bytes) {
    uint64_t eight;
    std::memcpy(&eight, bytes, sizeof(eight));
    return eight;
  }

  static size_t Slot(const Key& key) {
    constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;
    const uint64_t mixed = ((key.words[0] * kOdd) ^ (key.words[1] + (key.words[2] << 7))) * kOdd;
    return (mixed ^ (mixed >> 29)) * kOdd >> (64 - kEntryBits);
  }

  const Tokenizer* owner_;
  std::vector<Entry> entries_;
};

// The words of a text on their way to their ids. They are looked up a batch at
// a time, so that the cache lines of all of them are fetched at once: most of a
// word's time would else be waiting for its own.
class WordBatch {
 public:
  // Without a cache (null) every word is encoded.
  WordBatch(WordCache* cache, std::vector<int32_t>* ids) : cache_(cache), ids_(ids) {}

  bool full() const { return size_ == kSize; }

  // The next word of the text; it outlives Flush(). The rest as in
  // WordCache::MakeKey().
  template <typename Map>
  void Add(absl::string_view word, size_t readable, const Map& map) {
    Waiting& waiting = waiting_[size_++];
    waiting.word = word;
    if (!Cached(word)) return;
    waiting.key = WordCache::MakeKey(word, readable, map);
    waiting.slot = cache_->Prefetch(waiting.key);
  }

  // Appends the words' ids. `encode`, of a word, appends those that are not
  // known, or returns why it cannot.
  template <typename Encode>
  absl::Status Flush(const Encode& encode) {
    for (size_t i = 0; i < size_; ++i) {
      const Waiting& waiting = waiting_[i];
      const bool cached = Cached(waiting.word);
      if (cached && cache_->AppendIds(waiting.key, waiting.slot, ids_)) continue;
      const size_t before = ids_->size();
      RETORT_RETURN_IF_ERROR(encode(waiting.word));
      if (cached) cache_->Put(waiting.key, waiting.slot, absl::MakeConstSpan(*ids_).subspan(before));
    }
    size_ = 0;
    return absl::OkStatus();
  }

 private:
  static constexpr size_t kSize = 16;

  struct Waiting {
    absl::string_view word;
    WordCache::Key key;
    size_t slot;
  };

  bool Cached(absl::string_view word) const { return cache_ != nullptr && word.size() <= WordCache::kMaxBytes; }

  WordCache* cache_;
  std::vector<int32_t>* ids_;
  std::array<Waiting, kSize> waiting_;
  size_t size_ = 0;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_WORD_CACHE_H_
