#include "framework/sweep/cut_steps.h"

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

constexpr double kParts = 8;

std::string SharePath(const std::string& output_dir) { return output_dir + "/share_of_steps.txt"; }

}  // namespace

double ShareOfSteps(double seconds, double most_minutes) {
  if (most_minutes <= 0) return 1;
  return std::clamp(std::floor(kParts * 60 * most_minutes / seconds), 1.0, kParts) / kParts;
}

ExpandedSweep CutSteps(const ExpandedSweep& sweep, const Plan& plan, double share) {
  ExpandedSweep cut = sweep;
  for (ExpandedVariant& variant : cut.variants) {
    for (Stage& stage : *variant.experiment.mutable_stage()) {
      const int index = plan.Find(variant.name, sweep.seeds.front(), stage.name());
      if (index < 0 || !plan.stages[index].trains()) continue;
      const double steps = share * static_cast<double>(plan.stages[index].total_steps);
      stage.mutable_budget()->set_steps(std::max<int64_t>(1, std::lround(steps)));
    }
  }
  return cut;
}

absl::StatusOr<double> LoadShareOfSteps(const std::string& output_dir) {
  const absl::StatusOr<std::string> text = ReadFile(SharePath(output_dir));
  if (absl::IsNotFound(text.status())) return 0;
  RETORT_RETURN_IF_ERROR(text.status());
  double share = 0;
  if (absl::SimpleAtod(absl::StripSuffix(*text, "\n"), &share) && share > 0 && share <= 1) return share;
  return absl::DataLossError(absl::StrCat(SharePath(output_dir), ": want a number within (0, 1], got \"", *text, "\""));
}

absl::Status SaveShareOfSteps(const std::string& output_dir, double share) {
  return AtomicWriteFile(SharePath(output_dir), absl::StrCat(share, "\n"));
}

}  // namespace retort
