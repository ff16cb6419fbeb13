// Runs a fuzzer over the files named as arguments, so that each build tests what it once found. None may take more
// memory than its size and 64 MiB; those called hostile_* have to be refused.

#include <sys/resource.h>

#include <cstdint>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "framework/base/file.h"
#include "glog/logging.h"
#include "tests/fuzz/fuzzer.h"

namespace retort::fuzz {
namespace {

constexpr uint64_t kAllowance = 64 << 20;

// Bytes of the program's heap and stacks: what RLIMIT_DATA limits.
uint64_t DataBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    uint64_t kilobytes = 0;
    if (word == "VmData:" && status >> kilobytes) return kilobytes << 10;
  }
  LOG(FATAL) << "/proc/self/status has no VmData";
}

// From here on a larger allocation ends the program.
void LimitData(uint64_t bytes) {
  rlimit limit = {};
  CHECK_EQ(getrlimit(RLIMIT_DATA, &limit), 0);
  limit.rlim_cur = bytes;
  CHECK_EQ(setrlimit(RLIMIT_DATA, &limit), 0);
}

void Replay(const std::string& path) {
  const absl::StatusOr<std::string> input = ReadFile(path);
  CHECK(input.ok()) << input.status();
  LimitData(DataBytes() + input->size() + kAllowance);
  const bool accepted = Accepts(reinterpret_cast<const uint8_t*>(input->data()), input->size());
  LimitData(RLIM_INFINITY);
  CHECK(!accepted || !absl::StrContains(path, "/hostile_")) << path << " is taken for sound";
}

}  // namespace
}  // namespace retort::fuzz

int main(int argc, char** argv) {
  google::InitGoogleLogging(argv[0]);
  CHECK_GT(argc, 1) << "want the files of a corpus";
  // What the fuzzer needs once is not counted.
  retort::fuzz::Accepts(reinterpret_cast<const uint8_t*>("?"), 1);
  for (int i = 1; i < argc; ++i) retort::fuzz::Replay(argv[i]);
  LOG(INFO) << argc - 1 << " inputs";
  return 0;
}
