#ifndef RETORT_FRAMEWORK_OPS_BLOCK_BLOCK_H_
#define RETORT_FRAMEWORK_OPS_BLOCK_BLOCK_H_

#include "framework/ops/vector_math/host_device.h"

namespace retort::ops {

// The body of a row kernel is a function template over a Block, the threads that work on one row together. It is
// compiled for the host and for devices, so that what a device computes is what tests try without one. A Block has
//
//   int thread() const;       // The number of the calling thread, in [0, threads()).
//   int threads() const;
//   F Sum(F value) const;     // Σ of all threads' values, in all threads; added in a fixed order.
//   F Max(F value) const;     // The largest of them, likewise; NaN is passed over.
//   void Sync() const;        // What any thread wrote before it is there for all threads after it.
//
// for F float or double. All threads of a block call Sum, Max and Sync equally often and in the same order; Sum and Max
// are a Sync as well. A body divides what it works on among the threads,
//
//   for (int64_t i = block.thread(); i < n; i += block.threads())
//
// and sums of it are those of each thread, added up: bits depend on the number of threads.

// A block of one thread of the host.
class HostBlock {
 public:
  RETORT_HOST_DEVICE int thread() const { return 0; }
  RETORT_HOST_DEVICE int threads() const { return 1; }
  template <typename F>
  RETORT_HOST_DEVICE F Sum(F value) const {
    return value;
  }
  template <typename F>
  RETORT_HOST_DEVICE F Max(F value) const {
    return value;
  }
  RETORT_HOST_DEVICE void Sync() const {}
};

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_BLOCK_BLOCK_H_
