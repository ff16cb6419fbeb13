#ifndef RETORT_FRAMEWORK_DATA_DATA_CACHE_H_
#define RETORT_FRAMEWORK_DATA_DATA_CACHE_H_

#include <map>
#include <memory>
#include <string>
#include <typeindex>
#include <utility>

#include "absl/status/statusor.h"
#include "framework/base/status_macros.h"

namespace retort {

// What data and evaluation plugins of one sweep have read, so that variants and seeds that read the same share it in
// memory. Not thread-safe; what it gives out may be used from any thread if its own type may.
class DataCache {
 public:
  // Token stores are kept below `folder`, from one sweep to the next; `threads` tokenize.
  DataCache(std::string folder, int threads) : folder_(std::move(folder)), threads_(threads) {}

  const std::string& folder() const { return folder_; }
  int threads() const { return threads_; }

  // The object of this type under this name, made by `make` (() -> absl::StatusOr<std::shared_ptr<const T>>) the first
  // time. The name says all that the object follows from. Errors: those of `make`; nothing is kept then.
  template <typename T, typename Make>
  absl::StatusOr<std::shared_ptr<const T>> Get(const std::string& name, const Make& make) {
    const std::pair<std::type_index, std::string> key(typeid(T), name);
    if (const auto found = objects_.find(key); found != objects_.end()) {
      return std::static_pointer_cast<const T>(found->second);
    }
    RETORT_ASSIGN_OR_RETURN(std::shared_ptr<const T> made, make());
    objects_.emplace(key, made);
    return made;
  }

 private:
  const std::string folder_;
  const int threads_;
  std::map<std::pair<std::type_index, std::string>, std::shared_ptr<const void>> objects_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_DATA_CACHE_H_
