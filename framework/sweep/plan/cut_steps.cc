#include "framework/sweep/plan/cut_steps.h"

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/config/reflection.h"
#include "framework/sweep/key/key.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

constexpr double kParts = 8;

std::string SharePath(const std::string& output_dir) { return output_dir + "/share_of_steps.json"; }

// What a decision holds for.
nlohmann::ordered_json Conditions(const ExpandedSweep& sweep) {
  return {{"most_minutes", sweep.most_minutes},
          {"base_experiment", HashText(DeterministicBytes(sweep.variants.front().experiment))}};
}

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

absl::StatusOr<double> LoadShareOfSteps(const std::string& output_dir, const ExpandedSweep& sweep) {
  const std::string path = SharePath(output_dir);
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (absl::IsNotFound(text.status())) return 0;
  RETORT_RETURN_IF_ERROR(text.status());
  const auto decision = nlohmann::ordered_json::parse(*text, nullptr, /*allow_exceptions=*/false);
  const auto share = decision.is_object() ? decision.find("share") : decision.end();
  if (share == decision.end() || !share->is_number() || !(*share > 0 && *share <= 1) || !decision.contains("for")) {
    return absl::DataLossError(absl::StrCat(path, ": want a share within (0, 1] and what it is for, got \"", *text,
                                            "\"; remove the file, and the share is decided anew"));
  }
  return decision["for"] == Conditions(sweep) ? share->get<double>() : 0;
}

absl::Status SaveShareOfSteps(const std::string& output_dir, const ExpandedSweep& sweep, double share) {
  const nlohmann::ordered_json decision = {{"share", share}, {"for", Conditions(sweep)}};
  return AtomicWriteFile(SharePath(output_dir), decision.dump(2) + "\n");
}

}  // namespace retort
