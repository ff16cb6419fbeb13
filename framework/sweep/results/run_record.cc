#include "framework/sweep/results/run_record.h"

namespace retort {

RunRecord DescribeRun(const std::string& command, absl::Time begin, absl::Time end) {
  return {absl::FormatTime("%Y-%m-%d %H:%M UTC", end, absl::UTCTimeZone()), command,
          absl::ToDoubleSeconds(end - begin)};
}

}  // namespace retort
