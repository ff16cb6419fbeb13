#ifndef RETORT_FRAMEWORK_SWEEP_RUN_OPEN_TEACHER_CACHE_H_
#define RETORT_FRAMEWORK_SWEEP_RUN_OPEN_TEACHER_CACHE_H_

#include <memory>
#include <vector>

#include "framework/model/config/encoder_config.h"
#include "framework/sweep/run/run_context.h"
#include "framework/sweep/store/lease.h"
#include "framework/train/teacher_cache/teacher_cache.h"

namespace retort {

// A cohort's cache of its teacher, with the right to write to it.
struct OpenedTeacherCache {
  std::unique_ptr<Lease> lease;         // Null: it is only read.
  std::unique_ptr<TeacherCache> cache;  // Null: there is nothing to read, and nothing is to be kept.
};

// Opens what PlanTeacherCache decides on for the cohort. While another process writes to the cache, and where the work
// is shared by ranks, it is only read; so it is where the lease cannot be had, which is said. `teacher`: the cohort's,
// which outlives the cache.
OpenedTeacherCache OpenTeacherCache(const std::vector<int>& cohort, const EncoderConfig& teacher,
                                    const RunContext& context);

// Says how many micro-batches were read, if there is a cache.
void SayWhatWasRead(const std::vector<int>& cohort, const OpenedTeacherCache& opened, const RunContext& context);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RUN_OPEN_TEACHER_CACHE_H_
