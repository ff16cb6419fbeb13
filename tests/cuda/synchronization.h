#ifndef RETORT_TESTS_CUDA_SYNCHRONIZATION_H_
#define RETORT_TESTS_CUDA_SYNCHRONIZATION_H_

namespace retort {

// While it lives, libtorch throws where a call would wait for the CUDA device. Not thread safe.
class ForbidSynchronization {
 public:
  ForbidSynchronization();
  ~ForbidSynchronization();
  ForbidSynchronization(const ForbidSynchronization&) = delete;
  ForbidSynchronization& operator=(const ForbidSynchronization&) = delete;
};

}  // namespace retort

#endif  // RETORT_TESTS_CUDA_SYNCHRONIZATION_H_
