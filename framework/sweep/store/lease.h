#ifndef RETORT_FRAMEWORK_SWEEP_STORE_LEASE_H_
#define RETORT_FRAMEWORK_SWEEP_STORE_LEASE_H_

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace retort {

// The right to work on the result in a folder, which one process has at a time: a lock on the file `lease` in it. The
// system gives the lock back when its process ends in whatever way, in containers and on other machines as well as the
// file system knows locks, so that no lease outlives its owner and none has to be renewed.
//
//   RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<Lease> lease, Lease::TryTake(folder));
//   if (lease == nullptr) ...   // Another process, or another part of this one, has it.
class Lease {
 public:
  // Makes the folder. Null if somebody else has the lease. Errors: those of files; Unimplemented where the file system
  // knows no locks.
  static absl::StatusOr<std::unique_ptr<Lease>> TryTake(const std::string& folder);

  // Waits until nobody else has it. Errors: as above; Cancelled if `stop`, which may be null, is set meanwhile.
  static absl::StatusOr<std::unique_ptr<Lease>> Wait(const std::string& folder, const std::atomic<bool>* stop);

  // Whether the folder has the file of a lease: somebody has it, or was killed while he had it.
  static bool IsLeft(const std::string& folder);

  // Gives it back and removes its file.
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

 private:
  Lease(std::string path, int descriptor);

  const std::string path_;
  const int descriptor_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_STORE_LEASE_H_
