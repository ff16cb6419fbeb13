#ifndef RETORT_FRAMEWORK_TEXT_WORD_CACHE_H_
#define RETORT_FRAMEWORK_TEXT_WORD_CACHE_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "framework/text/tokenizer.h"

namespace retort {

// A tokenizer's scratch: the ids of short words met lately. Direct-mapped, so
// its memory is fixed (2 MB) and a look-up is one cache line. Used by one
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
    Key key;
    char copy[sizeof(key)] = {};
    const char* bytes = word.data();
    if (readable < sizeof(key)) bytes = static_cast<const char*>(std::memcpy(copy, word.data(), word.size()));
    for (size_t i = 0; i < 3; ++i) {
      uint64_t eight;
      std::memcpy(&eight, bytes + 8 * i, sizeof(eight));
      key.words[i] = map(KeepFirst(eight, word.size() > 8 * i ? word.size() - 8 * i : 0));
    }
    key.words[2] |= static_cast<uint64_t>(word.size()) << 56;
    return key;
  }

  explicit WordCache(const Tokenizer* owner) : owner_(owner), entries_(kEntries) {}

  const Tokenizer* owner() const { return owner_; }

  // Appends the ids that Put() stored under the key; false if there are none.
  bool AppendIds(const Key& key, std::vector<int32_t>* ids) const {
    const Entry& entry = entries_[Slot(key)];
    if (!(entry.key == key)) return false;
    if (entry.count == 1) {
      ids->push_back(entry.ids[0]);
    } else {
      ids->insert(ids->end(), entry.ids, entry.ids + entry.count);
    }
    return true;
  }

  // Drops what shared the slot. A word of more than nine ids is not kept.
  void Put(const Key& key, absl::Span<const int32_t> ids) {
    if (ids.size() > kMaxIds) return;
    Entry& entry = entries_[Slot(key)];
    entry.key = key;
    entry.count = static_cast<int32_t>(ids.size());
    std::copy(ids.begin(), ids.end(), entry.ids);
  }

 private:
  static constexpr size_t kMaxIds = 9;
  static constexpr int kEntryBits = 15;
  static constexpr size_t kEntries = size_t{1} << kEntryBits;

  struct alignas(64) Entry {
    Key key = {};  // a length of 0 is no word's
    int32_t count;
    int32_t ids[kMaxIds];
  };
  static_assert(sizeof(Entry) == 64);

  static uint64_t KeepFirst(uint64_t bytes, size_t size) {
    if (size >= 8) return bytes;
    return bytes & ((uint64_t{1} << (8 * size)) - 1);
  }

  static size_t Slot(const Key& key) {
    constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;
    const uint64_t mixed = ((key.words[0] * kOdd) ^ (key.words[1] + (key.words[2] << 7))) * kOdd;
    return (mixed ^ (mixed >> 29)) * kOdd >> (64 - kEntryBits);
  }

  const Tokenizer* owner_;
  std::vector<Entry> entries_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_WORD_CACHE_H_
