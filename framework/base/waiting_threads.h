#ifndef RETORT_FRAMEWORK_BASE_WAITING_THREADS_H_
#define RETORT_FRAMEWORK_BASE_WAITING_THREADS_H_

#include <future>
#include <thread>

// How long OpenMP's threads that wait between two parallel parts of a computation look for work before they sleep.
// Those that go on looking, as they do by themselves, take the processor from other programs; those that soon sleep
// lose time on a machine that has nothing else to do (measured in tools/bench/README.md).

namespace retort {

// Sees to it, once a second until the program ends, that threads that wait soon sleep while others compute on the
// machine (framework/base/busy_machine.h), and no longer than that. Where the user chose by GOMP_SPINCOUNT or
// OMP_WAIT_POLICY, it does nothing.
void AdaptWaitingThreads();

// While it lives, threads that wait soon sleep: GNU's OpenMP has them look 100 times in the place of 300,000 where
// there are more of its threads than processors (GOMP_SPINCOUNT in its manual), so that this holds as many that do
// nothing.
class ShortWaits {
 public:
  ShortWaits();
  ~ShortWaits();
  ShortWaits(const ShortWaits&) = delete;
  ShortWaits& operator=(const ShortWaits&) = delete;

 private:
  std::promise<void> end_;
  std::thread holder_;  // Has a team of its own, which goes with it.
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_WAITING_THREADS_H_
