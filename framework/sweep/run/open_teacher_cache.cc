#include "framework/sweep/run/open_teacher_cache.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/sweep/teacher_cache/teacher_cache_plan.h"

namespace retort {
namespace {

std::unique_ptr<Lease> TryTake(const std::string& folder, const RunContext& context) {
  absl::StatusOr<std::unique_ptr<Lease>> lease = Lease::TryTake(folder);
  if (lease.ok()) return *std::move(lease);
  context.Say(absl::StrCat(lease.status().message(), "; what the teacher gives is not kept"));
  return nullptr;
}

}  // namespace

OpenedTeacherCache OpenTeacherCache(const std::vector<int>& cohort, const EncoderConfig& teacher,
                                    const RunContext& context) {
  const TeacherCachePlan planned = PlanTeacherCache(context.plan, cohort, context.store, context.teacher_cache);
  TeacherCache::Options options;
  options.folder = context.store.Folder(planned.name);
  options.say = context.say;
  OpenedTeacherCache opened;
  if (planned.choice == TeacherCachePlan::Choice::kKeep && context.ranks->size() == 1) {
    opened.lease = TryTake(options.folder, context);
  }
  options.writes = opened.lease != nullptr;
  options.most_bytes = planned.bytes_left;
  if (!options.writes && !Exists(options.folder)) return opened;
  opened.cache =
      std::make_unique<TeacherCache>(std::move(options), teacher, context.plan.stages[cohort.front()].precision);
  return opened;
}

void SayWhatWasRead(const std::vector<int>& cohort, const OpenedTeacherCache& opened, const RunContext& context) {
  if (opened.cache == nullptr) return;
  context.Say(absl::StrCat("teacher of stage ", context.plan.stages[cohort.front()].stage.name(), ": ",
                           opened.cache->read(), " micro-batches read, ", opened.cache->missed(), " computed"));
}

}  // namespace retort
