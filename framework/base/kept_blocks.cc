#include "framework/base/kept_blocks.h"

#include <sys/mman.h>

#include <algorithm>

namespace retort {
namespace {

constexpr size_t kPage = 4096;

size_t RoundedUp(size_t bytes) {
  size_t power = kPage;
  while (power <= bytes / 2) power *= 2;
  const size_t step = std::max(kPage, power / 8);
  return (bytes + step - 1) / step * step;
}

void* FromSystem(size_t size) {
  void* block = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return block == MAP_FAILED ? nullptr : block;
}

}  // namespace

void* KeptBlocks::TakeKept(size_t least, size_t* size) {
  const auto found = kept_.lower_bound(least);
  if (found == kept_.end() || found->first > 2 * least) return nullptr;
  void* block = found->second.block;
  *size = found->first;
  kept_bytes_ -= *size;
  kept_.erase(found);
  return block;
}

void KeptBlocks::NoteInUse(size_t size) {
  in_use_ += size;
  most_in_use_ = std::max(most_in_use_, in_use_);
}

// Those that nobody wanted for longest go first.
void KeptBlocks::GiveBackUntil(size_t kept_bytes) {
  while (kept_bytes_ > kept_bytes) {
    const auto oldest = std::min_element(
        kept_.begin(), kept_.end(), [](const auto& a, const auto& b) { return a.second.returned < b.second.returned; });
    ::munmap(oldest->second.block, oldest->first);
    kept_bytes_ -= oldest->first;
    kept_.erase(oldest);
  }
}

void* KeptBlocks::Take(size_t bytes, size_t* size) {
  const size_t least = RoundedUp(bytes);
  const std::lock_guard<std::mutex> lock(mutex_);
  void* block = TakeKept(least, size);
  if (block == nullptr) {
    *size = least;
    const size_t most = std::max(most_in_use_, in_use_ + least);
    GiveBackUntil(most + most / 4 - in_use_ - least);
    block = FromSystem(least);
  }
  if (block == nullptr) {
    GiveBackUntil(0);
    block = FromSystem(least);
  }
  if (block != nullptr) NoteInUse(*size);
  return block;
}

void KeptBlocks::Return(void* block, size_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  kept_.emplace(size, Kept{block, ++returns_});
  kept_bytes_ += size;
  in_use_ -= size;
}

size_t KeptBlocks::bytes() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return in_use_ + kept_bytes_;
}

void KeptBlocks::GiveBack() {
  const std::lock_guard<std::mutex> lock(mutex_);
  GiveBackUntil(0);
  most_in_use_ = in_use_;
}

}  // namespace retort
