#include "framework/base/waiting_threads.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <utility>

#include "framework/base/busy_machine.h"

namespace retort {
namespace {

constexpr std::chrono::seconds kBetweenLooks(1);

void HoldTeam(std::promise<void> made, std::future<void> end) {
  std::atomic<int> there{0};  // A team that does nothing at all would not be made.
#pragma omp parallel num_threads(UsableProcessors() + 1)
  ++there;
  made.set_value();
  end.wait();
}

void Adapt() {
  std::optional<ShortWaits> short_waits;
  while (true) {
    if (!IsMachineBusy()) {
      short_waits.reset();
    } else if (!short_waits) {
      short_waits.emplace();
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

}  // namespace

ShortWaits::ShortWaits() {
  std::promise<void> made;
  std::future<void> is_made = made.get_future();
  holder_ = std::thread(HoldTeam, std::move(made), end_.get_future());
  is_made.wait();
}

ShortWaits::~ShortWaits() {
  end_.set_value();
  holder_.join();
}

void AdaptWaitingThreads() {
  if (std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  sigset_t all, before;  // Signals are for the program's own threads.
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread(Adapt).detach();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace retort
