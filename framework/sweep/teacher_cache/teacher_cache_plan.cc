#include "framework/sweep/teacher_cache/teacher_cache_plan.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "c10/core/ScalarType.h"
#include "framework/model/encoder.h"
#include "framework/sweep/key/key.h"
#include "framework/sweep/plan/cohorts.h"
#include "framework/train/cohort_teacher.h"
#include "framework/train/teacher_cache/record_file.h"
#include "framework/train/teacher_cache/teacher_cache.h"
#include "framework/train/teacher_cache/teacher_part.h"

namespace retort {
namespace {

constexpr char kCaches[] = "teacher_cache";

std::string NameOf(const PlannedStage& taught, const std::string& computed_with) {
  KeyBuilder key;
  key.Add("outputs", taught.training().teaching.key);
  key.Add("computed with", computed_with);
  return absl::StrCat(kCaches, "/", key.Key());
}

// Of all the cohort's members.
TeacherDemands DemandsOf(const Plan& plan, const std::vector<int>& cohort) {
  TeacherDemands demands;
  for (int index : cohort) {
    if (plan.stages[index].reads_teacher) AddDemands(plan.stages[index].training().teaching.demands, &demands);
  }
  return demands;
}

// Of a quantity that each of the two kinds of demands adds to.
template <typename Quantity>
double Total(const TeacherDemands& demands, const Quantity& quantity) {
  double total = 0;
  for (const auto& [padding, read] : demands) total += quantity(read);
  return total;
}

// Of all files below a folder; 0 if there is none.
double BytesBelow(const std::string& folder) {
  double bytes = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code no_file;
    const auto size = entry->file_size(no_file);
    if (!no_file) bytes += static_cast<double>(size);
  }
  return bytes;
}

double StepBytes(const PlannedStage& taught, const Capture& demands) {
  const TeacherReading& teaching = taught.training().teaching;
  const StepShape& shape = teaching.mean_step;
  const PartExtent extent{shape.sequences, shape.positions, shape.tokens,
                          std::llround(shape.labelled_share * static_cast<double>(shape.tokens))};
  const auto slices = std::min<int64_t>(taught.stage.batch().micro_batches(), shape.sequences);
  const auto value_bytes = static_cast<int64_t>(c10::elementSize(taught.precision));
  int64_t bytes = 0;
  for (const TeacherPart& part : PartsOf(demands, teaching.config.depth())) {
    bytes += PartValues(part, teaching.config, extent) * value_bytes + slices * RecordFile::kHeaderBytes;
  }
  return static_cast<double>(bytes);
}

// The operations of the layers; what is kept leaves the vocabulary's head to be computed.
double StepFlopsOfLayers(const TeacherReading& teaching, Capture demands) {
  if (demands.ReadsHeads()) demands.hidden.insert(teaching.config.depth());
  demands.logits.clear();
  demands.decoder_inputs.clear();
  const auto sequences = static_cast<double>(teaching.mean_step.sequences);
  const auto positions = static_cast<double>(teaching.mean_step.positions);
  const double length = static_cast<double>(teaching.mean_step.tokens) / sequences;
  return Encoder(teaching.config).ForwardFlops(PassSize::OfEqual(sequences, positions, length), demands, [](RowSet) {
    return 0.0;
  });
}

TeacherCachePlan::Choice Choose(const TeacherCachePlan& planned, const TeacherCacheSettings& settings) {
  using Choice = TeacherCachePlan::Choice;
  if (planned.kept_steps == planned.steps) return Choice::kNothingToKeep;
  if (settings.most_bytes <= 0) return Choice::kOff;
  if (planned.bytes > planned.bytes_left) return Choice::kNoRoom;
  const bool slow = planned.saved_seconds > 0 && planned.read_seconds > planned.saved_seconds;
  return slow ? Choice::kSlow : Choice::kKeep;
}

}  // namespace

const PlannedStage* TaughtStage(const Plan& plan, const std::vector<int>& cohort) {
  const PlannedStage* taught = nullptr;
  for (int index : cohort) {
    if (plan.stages[index].reads_teacher) taught = &plan.stages[index];
  }
  return taught;
}

TeacherCachePlan PlanTeacherCache(const Plan& plan, const std::vector<int>& cohort, const Store& store,
                                  const TeacherCacheSettings& settings) {
  TeacherCachePlan planned;
  const PlannedStage* const taught = TaughtStage(plan, cohort);
  if (taught == nullptr) return planned;
  const TeacherReading& teaching = taught->training().teaching;
  const TeacherDemands demands = DemandsOf(plan, cohort);
  planned.name = NameOf(*taught, settings.computed_with);
  planned.steps = taught->training().total_steps;
  planned.kept_steps = planned.steps;
  for (const auto& [padding, read] : demands) {
    const int64_t kept = KeptSteps(store.Folder(planned.name), teaching.config, read, planned.steps);
    planned.kept_steps = std::min(planned.kept_steps, kept);
  }
  const double step_flops = Total(demands, [&](const Capture& read) { return StepFlopsOfLayers(teaching, read); });
  const auto left = static_cast<double>(planned.steps - planned.kept_steps);
  planned.kept_flops = static_cast<double>(planned.kept_steps) * step_flops;
  planned.bytes = left * Total(demands, [&](const Capture& read) { return StepBytes(*taught, read); });
  if (settings.most_bytes > 0) {
    planned.bytes_left = std::max(0.0, settings.most_bytes - BytesBelow(store.Folder(kCaches)));
  }
  planned.read_seconds = planned.bytes / kDiskBytesPerSecond;
  if (settings.flops_per_second) planned.saved_seconds = left * step_flops / *settings.flops_per_second;
  planned.choice = Choose(planned, settings);
  return planned;
}

bool ReadsTeacherCache(const Plan& plan, const Store& store, const TeacherCacheSettings& settings) {
  std::set<std::string> kept;
  for (const std::vector<int>& cohort : Cohorts(plan, store.Done(plan), {})) {
    const TeacherCachePlan planned = PlanTeacherCache(plan, cohort, store, settings);
    if (planned.kept_steps > 0) return true;
    if (planned.choice == TeacherCachePlan::Choice::kKeep && !kept.insert(planned.name).second) return true;
  }
  return false;
}

}  // namespace retort
