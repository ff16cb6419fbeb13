#include "tools/bench/measure/phase_clock.h"

#include <chrono>
#include <memory>

#include "ATen/record_function.h"
#include "c10/core/impl/VirtualGuardImpl.h"
#include "framework/train/phases/phases.h"
#include "glog/logging.h"

namespace retort::bench {
namespace {

using Clock = std::chrono::steady_clock;

thread_local PhaseClock* running = nullptr;

struct Begun : at::ObserverContext {
  Clock::time_point time;
};

}  // namespace

// What libtorch calls at both ends of a user scope.
struct PhaseClock::Callbacks {
  static std::unique_ptr<at::ObserverContext> Begin(const at::RecordFunction&) {
    auto begun = std::make_unique<Begun>();
    WaitFor(running->device_);
    begun->time = Clock::now();
    return begun;
  }

  static void End(const at::RecordFunction& function, at::ObserverContext* context) {
    const auto phase = running->seconds_.find(function.name());
    if (phase == running->seconds_.end()) return;  // A scope of others.
    WaitFor(running->device_);
    phase->second += std::chrono::duration<double>(Clock::now() - static_cast<Begun*>(context)->time).count();
  }
};

void WaitFor(c10::Device device) {
  if (device.is_cpu()) return;
  const c10::impl::VirtualGuardImpl guard(device.type());
  guard.synchronizeStream(guard.getStream(guard.getDevice()));
}

PhaseClock::PhaseClock(c10::Device device) : device_(device) {
  CHECK(running == nullptr) << "phases are timed already";
  running = this;
  for (const char* phase : kPhases) seconds_[phase] = 0;
  handle_ = at::addThreadLocalCallback(
      at::RecordFunctionCallback(Callbacks::Begin, Callbacks::End).scopes({at::RecordScope::USER_SCOPE}));
}

PhaseClock::~PhaseClock() {
  at::removeCallback(handle_);
  running = nullptr;
}

}  // namespace retort::bench
