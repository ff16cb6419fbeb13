#ifndef RETORT_TOOLS_BENCH_MEASURE_PHASE_CLOCK_H_
#define RETORT_TOOLS_BENCH_MEASURE_PHASE_CLOCK_H_

#include <cstdint>
#include <map>
#include <string>

#include "c10/core/Device.h"

namespace retort::bench {

// Waits until a GPU has done all that it was given; nothing to wait for on a CPU.
void WaitFor(c10::Device device);

// While it lives, how long the phases of training steps (framework/train/phases) take on this thread. Those on a GPU
// end when their work is done there, so that steps are slower while they are timed. One at a time in a thread.
class PhaseClock {
 public:
  explicit PhaseClock(c10::Device device);
  ~PhaseClock();
  PhaseClock(const PhaseClock&) = delete;
  PhaseClock& operator=(const PhaseClock&) = delete;

  // Of each phase since the beginning, together.
  const std::map<std::string, double>& seconds() const { return seconds_; }

 private:
  struct Callbacks;

  const c10::Device device_;
  std::map<std::string, double> seconds_;
  uint64_t handle_;
};

}  // namespace retort::bench

#endif  // RETORT_TOOLS_BENCH_MEASURE_PHASE_CLOCK_H_
