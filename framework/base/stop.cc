#include "framework/base/stop.h"

#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <initializer_list>
#include <mutex>
#include <thread>
#include <utility>

namespace retort {
namespace {

constexpr int kExitInterrupted = 130;
constexpr std::chrono::milliseconds kPatience{800}, kPause{10};

std::atomic<bool> stop_requested{false};
std::atomic<int> unfinished{0};

std::mutex keeping;
std::function<void()> keep_first;  // Guarded by `keeping`.

void Say(const char* text) {
  if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) return;  // There may be nobody to tell.
}

[[noreturn]] void End() {
  Say("the same command goes on from here\n");
  ::_exit(kExitInterrupted);
}

// Ends the program once it has had its time and nothing has to be finished.
void EndSoon() {
  std::this_thread::sleep_for(kPatience);
  while (unfinished > 0) std::this_thread::sleep_for(kPause);
  const std::lock_guard<std::mutex> lock(keeping);
  if (keep_first) keep_first();
  End();
}

void WaitForSignals(sigset_t signals) {
  int signal = 0;
  if (::sigwait(&signals, &signal) != 0) return;
  stop_requested = true;
  Say("\nstopping; again to quit at once\n");
  std::thread(EndSoon).detach();
  if (::sigwait(&signals, &signal) == 0) ::_exit(kExitInterrupted);
}

// A signal that is blocked would arrive although it is ignored.
bool IsIgnored(int signal) {
  struct sigaction action;
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

void StopOnSignals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM}) ::sigaddset(&signals, signal);
  if (!IsIgnored(SIGHUP)) ::sigaddset(&signals, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::thread(WaitForSignals, signals).detach();
}

const std::atomic<bool>* StopRequested() { return &stop_requested; }

KeepOnStop::KeepOnStop(std::function<void()> keep) {
  const std::lock_guard<std::mutex> lock(keeping);
  keep_first = std::move(keep);
}

KeepOnStop::~KeepOnStop() {
  const std::lock_guard<std::mutex> lock(keeping);
  keep_first = nullptr;
}

MustFinish::MustFinish() { ++unfinished; }
MustFinish::~MustFinish() { --unfinished; }

}  // namespace retort
