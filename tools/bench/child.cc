#include "tools/bench/child.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "framework/base/try_torch.h"
#include "framework/report/analysis/format.h"

namespace retort::bench {
namespace {

constexpr char kWhat[] = "measuring";

// Bytes of private memory that this process may write to; none where the system does not say.
std::optional<double> WritableBytes() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    double kibibytes = 0;
    const std::vector<absl::string_view> words = absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (words.size() > 1 && words[0] == "VmData:" && absl::SimpleAtod(words[1], &kibibytes)) return kibibytes * 1024;
  }
  return std::nullopt;
}

void LimitMemory(double more_bytes) {
  const std::optional<double> now = WritableBytes();
  if (!now) return;
  const auto most = static_cast<rlim_t>(*now + more_bytes);
  const rlimit limit = {most, most};
  ::setrlimit(RLIMIT_DATA, &limit);
}

// The status's code and message, or 0 and a line for each number.
std::string Encode(const absl::StatusOr<Measurement>& result) {
  if (!result.ok()) return absl::StrCat(result.status().raw_code(), "\n", result.status().message());
  std::string text = "0\n";
  for (const auto& [name, value] : *result) absl::StrAppend(&text, name, "\t", ExactNumber(value), "\n");
  return text;
}

absl::StatusOr<Measurement> Decode(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits('\n', 1));
  int code = 0;
  if (!absl::SimpleAtoi(parts.first, &code)) return absl::InternalError(absl::StrCat(kWhat, ": no result"));
  if (code != 0) return absl::Status(static_cast<absl::StatusCode>(code), parts.second);
  Measurement measured;
  for (const absl::string_view line : absl::StrSplit(parts.second, '\n', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> field = absl::StrSplit(line, '\t');
    double value = 0;
    if (!absl::SimpleAtod(field.second, &value)) return absl::InternalError(absl::StrCat(kWhat, ": got ", line));
    measured.emplace(field.first, value);
  }
  return measured;
}

void WriteAll(int file, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes.remove_prefix(written);
  }
}

std::string ReadAll(int file) {
  std::string bytes;
  char buffer[4096];
  for (ssize_t count = 1; count > 0 || (count < 0 && errno == EINTR);) {
    count = ::read(file, buffer, sizeof(buffer));
    if (count > 0) bytes.append(buffer, count);
  }
  return bytes;
}

absl::Status SystemError(const char* call) {
  return absl::InternalError(absl::StrCat(kWhat, ": ", call, ": ", std::strerror(errno)));
}

// How the child ended.
absl::Status WaitFor(pid_t child) {
  int state = 0;
  while (::waitpid(child, &state, 0) < 0) {
    if (errno != EINTR) return SystemError("waitpid");
  }
  if (!WIFSIGNALED(state)) return absl::OkStatus();
  if (WTERMSIG(state) == SIGKILL) {
    return StatusOfException("killed by the system, as processes are where memory is short", std::bad_alloc());
  }
  return absl::InternalError(absl::StrCat(kWhat, ": ended by signal ", WTERMSIG(state)));
}

[[noreturn]] void BeChild(int file, std::optional<double> most_bytes,
                          const std::function<absl::StatusOr<Measurement>()>& measure) {
  if (most_bytes) LimitMemory(*most_bytes);
  WriteAll(file, Encode(TryTorch(kWhat, measure)));
  ::_exit(0);
}

}  // namespace

absl::StatusOr<Measurement> MeasureInChild(std::optional<double> most_bytes,
                                           const std::function<absl::StatusOr<Measurement>()>& measure) {
  int ends[2];
  if (::pipe(ends) != 0) return SystemError("pipe");
  std::fflush(nullptr);  // Else the child would write it once more.
  const pid_t child = ::fork();
  if (child < 0) return SystemError("fork");
  if (child == 0) {
    ::close(ends[0]);
    BeChild(ends[1], most_bytes, measure);
  }
  ::close(ends[1]);
  const std::string text = ReadAll(ends[0]);
  ::close(ends[0]);
  const absl::Status ended = WaitFor(child);
  return ended.ok() ? Decode(text) : ended;
}

}  // namespace retort::bench
