#include "framework/config/variants/tune_spec.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/base/problems.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

constexpr char kDefaultSplit[] = "select";
constexpr char kReportSplit[] = "report";
constexpr int64_t kMostPoints = 100;

template <typename Values>
void CheckValues(const char* name, const Values& values, Problems* problems) {
  const std::string place = absl::StrCat("tune: ", name);
  std::set<double> seen;
  for (const auto value : values) {
    problems->Positive(place, static_cast<double>(value));
    problems->Want(seen.insert(static_cast<double>(value)).second, place, "each value once",
                   absl::StrCat(value, " twice"));
  }
}

void CheckGrid(const Tune& tune, Problems* problems) {
  CheckValues("learning_rate", tune.learning_rate(), problems);
  CheckValues("sequences", tune.sequences(), problems);
  CheckValues("epochs", tune.epochs(), problems);
  int64_t points = 1;
  bool any = false;
  for (const int values : {tune.learning_rate_size(), tune.sequences_size(), tune.epochs_size()}) {
    any |= values > 0;
    points = std::min(points * std::max(values, 1), kMostPoints + 1);
  }
  if (!any) problems->Add("tune", "want learning_rate, sequences or epochs to choose from, got none");
  problems->Want(points <= kMostPoints, "tune", absl::StrCat("at most ", kMostPoints, " combinations"), "more");
}

std::string TrainingStages(const Experiment& base) {
  std::vector<std::string> names;
  for (const Stage& stage : base.stage()) {
    if (stage.loss_size() > 0) names.push_back(stage.name());
  }
  return names.empty() ? "there is none" : absl::StrJoin(names, ", ");
}

}  // namespace

absl::StatusOr<Tune> ExpandTune(const Sweep& sweep, const std::vector<uint64_t>& seeds, const Experiment& base) {
  Tune tune = sweep.tune();
  if (!tune.has_split()) tune.set_split(kDefaultSplit);
  if (!tune.has_seed()) tune.set_seed(*std::max_element(seeds.begin(), seeds.end()) + 1);
  Problems problems;
  CheckGrid(tune, &problems);
  const bool fresh = std::count(seeds.begin(), seeds.end(), tune.seed()) == 0;
  problems.Want(fresh, "tune: seed", absl::StrCat("one that is none of the sweep's (", absl::StrJoin(seeds, ", "), ")"),
                tune.seed());
  problems.Want(!tune.split().empty() && tune.split() != kReportSplit, "tune: split",
                "a part of the data that the report never uses, like \"select\"",
                absl::StrCat("\"", tune.split(), "\""));
  problems.Want(!TunedStages(base, tune).empty(), "tune: stage",
                absl::StrCat("the name of a training stage (", TrainingStages(base), ")"),
                absl::StrCat("\"", tune.stage(), "\""));
  RETORT_RETURN_IF_ERROR(problems.ToStatus());
  return tune;
}

std::vector<int> TunedStages(const Experiment& experiment, const Tune& tune) {
  std::vector<int> named;
  std::map<std::string, int> last;  // By task; "" for the shared stages.
  for (int i = 0; i < experiment.stage_size(); ++i) {
    const Stage& stage = experiment.stage(i);
    if (stage.loss_size() == 0) continue;
    last[stage.task()] = i;
    const absl::string_view own = absl::StripPrefix(stage.name(), absl::StrCat(stage.task(), "_"));
    if (stage.name() == tune.stage() || (stage.has_task() && own == tune.stage())) named.push_back(i);
  }
  if (tune.has_stage()) return named;
  if (last.size() > 1) last.erase("");
  std::vector<int> stages;
  for (const auto& [task, index] : last) stages.push_back(index);
  std::sort(stages.begin(), stages.end());
  return stages;
}

}  // namespace retort
