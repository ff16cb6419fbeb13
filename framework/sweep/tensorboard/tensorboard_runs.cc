#include "framework/sweep/tensorboard/tensorboard_runs.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/paths/relative_link.h"
#include "framework/base/status_macros.h"
#include "framework/report/analysis/format.h"
#include "framework/report/watch/tensorboard/hparams.h"

namespace retort {
namespace {

std::string FolderOf(const std::string& sweep, const std::string& output_dir) {
  return absl::StrCat(output_dir, "/tensorboard/", sweep);
}

}  // namespace

absl::Status LinkTensorboardRuns(const Plan& plan, const Store& store, const std::string& output_dir) {
  const std::string folder = FolderOf(plan.sweep.name, output_dir);
  std::error_code error;
  std::filesystem::remove_all(folder, error);  // Links are not followed.
  if (error) return absl::UnavailableError(absl::StrCat("cannot remove ", folder, ": ", error.message()));
  for (const PlannedStage& stage : plan.stages) {
    if (!stage.trains()) continue;
    for (const StageId& id : stage.used_by) {
      const std::string run = absl::StrCat(folder, "/", RunFolder(id.variant, id.seed));
      RETORT_RETURN_IF_ERROR(MakeDirectories(run));
      RETORT_RETURN_IF_ERROR(MakeRelativeLink(store.Folder(stage.key), absl::StrCat(run, "/", id.stage)));
    }
  }
  return absl::OkStatus();
}

absl::Status WriteTensorboardHparams(const SweepResult& result, absl::Time now, const std::string& output_dir) {
  RETORT_ASSIGN_OR_RETURN(const auto events, HparamsEvents(result, now));
  for (const auto& [run, records] : events) {
    const std::string folder = absl::StrCat(FolderOf(result.name, output_dir), run.empty() ? "" : "/", run);
    RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
    RETORT_RETURN_IF_ERROR(AtomicWriteFile(folder + "/events.out.tfevents.0000000000.hparams.retort", records));
  }
  return absl::OkStatus();
}

}  // namespace retort
