#include "framework/sweep/run_watched.h"

#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ATen/Parallel.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/report/watch/live/live_runs.h"
#include "framework/report/watch/live/live_view.h"
#include "framework/report/watch/metrics_log.h"
#include "framework/report/watch/tensorboard/tensorboard.h"
#include "framework/sweep/run/run.h"
#include "framework/sweep/run/speed.h"
#include "framework/sweep/show/environment.h"

namespace retort {
namespace {

const PlannedStage& StageOf(const Plan& plan, const StageId& id) {
  return plan.stages[plan.Find(id.variant, id.seed, id.stage)];
}

// What the store lacks of the plan's trainings.
ExpectedTraining ExpectedOf(const Plan& plan, const Store& store) {
  ExpectedTraining expected;
  expected.metrics = plan.metrics();
  expected.primary_metric = plan.sweep.report.primary_metric();
  expected.work_of = [&plan](const StageId& id) { return StageOf(plan, id).training().student_flops; };
  std::set<std::pair<std::string, uint64_t>> runs;
  for (const PlannedStage& stage : plan.stages) {
    if (!stage.trains() || store.HasStudent(stage.key)) continue;
    runs.emplace(stage.used_by.front().variant, stage.used_by.front().seed);
    expected.work += stage.training().student_flops;
  }
  expected.runs = static_cast<int>(runs.size());
  return expected;
}

absl::Status NoteSpeeds(const SpeedMeter& meter, const std::string& store_dir, c10::Device device) {
  const std::vector<TrainingSpeed> measured = meter.Speeds(at::get_num_threads());
  if (measured.empty()) return absl::OkStatus();
  KnownSpeeds known = KnownSpeeds::Load(store_dir, device);
  for (const TrainingSpeed& speed : measured) known.Add(speed);
  return known.Save(store_dir, device);
}

void Say(const std::string& line) { std::cout << line << "\n" << std::flush; }

}  // namespace

TeacherCacheSettings CacheSettings(const SessionOptions& options, const std::string& store_dir) {
  return {options.teacher_cache_gb * 1e9, DescribeComputation(options.device),
          KnownSpeeds::Load(store_dir, options.device).fastest()};
}

absl::StatusOr<StageStatuses> RunWatched(const Plan& plan, const SessionOptions& options, const std::string& store_dir,
                                         const Store& store, Inputs* inputs) {
  auto folder = [&](const StageId& id) { return store.Folder(StageOf(plan, id).key); };
  MetricsLog metrics(folder);
  TensorboardLog tensorboard(folder);
  SpeedMeter speed;
  const TeacherCacheSettings cache = CacheSettings(options, store_dir);
  const std::string computed_with =
      absl::StrCat(cache.computed_with, plan.students_at_once > 1 ? ", each student on one thread" : "");
  const bool reads_cache = ReadsTeacherCache(plan, store, cache);
  absl::StatusOr<StageStatuses> statuses;
  {
    const std::unique_ptr<Observer> view = WatchOnStandardOutput(ExpectedOf(plan, store));
    const RunOptions run{{view.get(), &metrics, &tensorboard, &speed},
                         options.stop,
                         computed_with,
                         options.inexact_resume,
                         options.checkpoint_seconds,
                         Say,
                         cache};
    statuses = RunPlan(plan, run, store, inputs);
  }
  RETORT_RETURN_IF_ERROR(statuses.status());
  RETORT_RETURN_IF_ERROR(metrics.status());
  RETORT_RETURN_IF_ERROR(tensorboard.status());
  if (!reads_cache) RETORT_RETURN_IF_ERROR(NoteSpeeds(speed, store_dir, options.device));
  return statuses;
}

}  // namespace retort
