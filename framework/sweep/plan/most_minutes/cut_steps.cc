#include "framework/sweep/plan/most_minutes/cut_steps.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/config/reflection.h"
#include "framework/json/sealed_json.h"
#include "framework/sweep/key/key.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

constexpr double kParts = 8;

constexpr char kShareFile[] = "/share_of_steps.json", kShare[] = "share";

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
      const double steps = share * static_cast<double>(plan.stages[index].training().total_steps);
      stage.mutable_budget()->set_steps(std::max<int64_t>(1, std::lround(steps)));
    }
  }
  return cut;
}

std::string ShareFolder(const std::string& store_dir, const ExpandedSweep& sweep) {
  const std::string decided_for =
      absl::StrCat(sweep.most_minutes, " minutes, ", DeterministicBytes(sweep.variants.front().experiment));
  return absl::StrCat(store_dir, "/share_of_steps/", HashText(decided_for));
}

double LoadShareOfSteps(const std::string& folder) {
  nlohmann::ordered_json decision = ParseSealed(ReadFile(folder + kShareFile).value_or(""));
  return Unseal(&decision).empty() ? 0 : decision.value(kShare, 0.0);
}

absl::Status SaveShareOfSteps(const std::string& folder, double share) {
  RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
  nlohmann::ordered_json decision = {{kShare, share}};
  Seal(&decision);
  return AtomicWriteFile(folder + kShareFile, CompactText(decision) + "\n");
}

}  // namespace retort
