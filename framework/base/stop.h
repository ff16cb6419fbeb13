#ifndef RETORT_FRAMEWORK_BASE_STOP_H_
#define RETORT_FRAMEWORK_BASE_STOP_H_

#include <atomic>
#include <functional>

// How a program is stopped from outside:
//
//   int main() {
//     retort::StopOnSignals();                     // First of all: threads that are made later leave signals to it.
//     ...
//     if (retort::StopRequested()->load()) ...     // Where work can be kept.
//     { retort::MustFinish saving; Save(); }       // What is not to be cut in two.
//     { retort::KeepOnStop keep(Save); Compute(); }   // What takes longer than there is time, and changes nothing.
//   }

namespace retort {

// From here on SIGINT, SIGTERM and, unless the program was started to ignore it (`nohup`), SIGHUP set StopRequested and
// say so on standard error. A program that has not ended within a second is ended with exit code 130, as soon as
// nothing has to be finished: files are put in place whole, so that it may be anywhere. A second signal ends it at
// once. SIGPIPE is ignored: a reader that is gone (`| tee`) ends no training. To be called once, before any thread is
// made.
void StopOnSignals();

// Set when the program is to stop; never unset.
const std::atomic<bool>* StopRequested();

// While one lives, the program is not ended by a first signal. Thread-safe.
class MustFinish {
 public:
  MustFinish();
  ~MustFinish();
  MustFinish(const MustFinish&) = delete;
  MustFinish& operator=(const MustFinish&) = delete;
};

// While one lives, a program that is ended before its time calls `keep` first, on another thread: what the thread that
// made it does meanwhile must change nothing that `keep` reads. Whoever destroys it waits for a `keep` that has begun.
// At most one at a time.
class KeepOnStop {
 public:
  explicit KeepOnStop(std::function<void()> keep);
  ~KeepOnStop();
  KeepOnStop(const KeepOnStop&) = delete;
  KeepOnStop& operator=(const KeepOnStop&) = delete;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_STOP_H_
