#ifndef RETORT_TOOLS_BENCH_CHILD_H_
#define RETORT_TOOLS_BENCH_CHILD_H_

#include <functional>
#include <optional>

#include "absl/status/statusor.h"
#include "tools/bench/measure/measurement.h"

namespace retort::bench {

// Measures in a child process, so that its memory is its own and what goes wrong there ends nothing else.
//
// Args: most_bytes: how much memory it may allocate beside what this process has already; none: what there is.
// Returns: what `measure` returns; it may throw what TryTorch catches. Errors: ResourceExhausted, which IsOutOfMemory
// knows, if memory ran out or the system killed the child; Internal if the child ended otherwise, or there is none.
// REQUIRES: this process has neither threads nor a GPU's context, which a child would lack: it must not have computed
// with tensors.
absl::StatusOr<Measurement> MeasureInChild(std::optional<double> most_bytes,
                                           const std::function<absl::StatusOr<Measurement>()>& measure);

}  // namespace retort::bench

#endif  // RETORT_TOOLS_BENCH_CHILD_H_
