// Bytes as a sweep, behind lines "--set=<assignment>": an error, or an expanded sweep that is read back from its text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/config/test_catalogue.h"
#include "framework/config/text/parse.h"
#include "framework/config/text/print.h"
#include "framework/config/variants/expand.h"
#include "glog/logging.h"
#include "tests/fuzz/fuzzer.h"

namespace retort::fuzz {
namespace {

// Takes the assignments off the text's beginning.
std::vector<std::string> TakeAssignments(absl::string_view* text) {
  std::vector<std::string> assignments;
  while (absl::ConsumePrefix(text, "--set=")) {
    const absl::string_view line = text->substr(0, text->find('\n'));
    assignments.emplace_back(line);
    text->remove_prefix(line.size() < text->size() ? line.size() + 1 : line.size());
  }
  return assignments;
}

}  // namespace

bool Accepts(const uint8_t* data, size_t size) {
  absl::string_view text(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> assignments = TakeAssignments(&text);
  const absl::StatusOr<Sweep> sweep = ParseSweep(text, "fuzz", TestCatalogue());
  if (!sweep.ok()) {
    CHECK(!sweep.status().message().empty());
    return false;
  }
  const absl::StatusOr<ExpandedSweep> expanded = Expand(*sweep, assignments, TestCatalogue());
  if (!expanded.ok()) {
    CHECK(!expanded.status().message().empty());
    return false;
  }
  const std::string resolved = PrintSweep(ResolvedSweep(*expanded), TestCatalogue());
  const absl::StatusOr<Sweep> again = ParseSweep(resolved, "again", TestCatalogue());
  CHECK(again.ok()) << again.status() << "\n" << resolved;
  const absl::StatusOr<ExpandedSweep> same = Expand(*again, {}, TestCatalogue());
  CHECK(same.ok()) << same.status() << "\n" << resolved;
  CHECK_EQ(PrintSweep(ResolvedSweep(*same), TestCatalogue()), resolved);
  return true;
}

}  // namespace retort::fuzz
