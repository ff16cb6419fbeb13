#include "framework/sweep/show/conditions.h"

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace retort {

std::string CommonConditions(const Plan& plan) {
  std::set<std::pair<int, std::string>> teachers;  // Of the same stage, one for each seed may be trained.
  std::set<std::string> data, rates;
  std::set<uint64_t> seeds, data_seeds;
  for (const PlannedStage& stage : plan.stages) {
    if (!stage.trains()) continue;
    teachers.emplace(stage.teacher, plan.TeacherOf(stage));
    data.insert(stage.training().data_description);
    rates.insert(absl::StrCat(stage.stage.adamw().learning_rate()));
    seeds.insert(stage.seed);
    data_seeds.insert(stage.data_seed);
  }
  std::vector<std::string> common;
  if (teachers.size() == 1 && teachers.begin()->second != "none") {
    common.push_back(absl::StrCat("teacher (", teachers.begin()->second, ")"));
  }
  if (data.size() == 1) common.push_back(*data.begin());
  if (seeds.size() > 1 && data_seeds.size() == 1) common.push_back("order of data");
  if (rates.size() == 1) common.push_back(absl::StrCat("learning rate (", *rates.begin(), ")"));
  if (common.empty()) return "";
  const std::string last = common.back();
  common.pop_back();
  return absl::StrCat("this ", absl::StrJoin(common, ", "), common.empty() ? "" : " and ", last);
}

}  // namespace retort
