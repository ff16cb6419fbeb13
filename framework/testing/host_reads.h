#ifndef RETORT_FRAMEWORK_TESTING_HOST_READS_H_
#define RETORT_FRAMEWORK_TESTING_HOST_READS_H_

#include <string>
#include <vector>

namespace retort::testing {

// While it lives, notes the operations of libtorch, on this thread, whose result the host has to know: item(), and
// those whose shapes follow from values, such as nonzero or an index that is a mask. On a GPU each of them waits for
// all that was launched; here they are seen without one. Copies to and from a device may wait too: these it cannot see
// (tests/cuda/synchronization.h does).
class HostReads {
 public:
  HostReads();
  ~HostReads();
  HostReads(const HostReads&) = delete;
  HostReads& operator=(const HostReads&) = delete;

  // "aten::nonzero", in the order of the calls.
  const std::vector<std::string>& operations() const { return operations_; }

 private:
  std::vector<std::string> operations_;
  unsigned long callback_;
};

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TESTING_HOST_READS_H_
