#include "tools/bench/measure/measure.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "framework/base/status_macros.h"
#include "framework/train/observer.h"
#include "tools/bench/measure/memory_use.h"
#include "tools/bench/measure/phase_clock.h"
#include "tools/bench/measure/products.h"
#include "tools/bench/measure/training.h"

namespace retort::bench {
namespace {

// The seconds and operations of each step of a cohort. Between steps, products have their turn.
class StepWatch : public Observer {
 public:
  explicit StepWatch(ProductTimer* products) : products_(products) {}

  // All members tell of the same step; the teacher's operations are the same in each member's record.
  void StepDone(const StageId& id, const StepRecord& record) override {
    student_flops_[id.variant] = record.student_flops;
    teacher_flops_ = record.total_flops - record.student_flops;
    if (record.step == static_cast<int64_t>(seconds_.size())) return;
    seconds_.push_back(static_cast<double>(record.tokens - tokens_) / record.tokens_per_second);
    tokens_ = record.tokens;
    if (products_ != nullptr) products_->Run();
  }

  double MedianSeconds() const {
    std::vector<double> sorted = seconds_;
    std::sort(sorted.begin(), sorted.end());
    return (sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2]) / 2;
  }

  double MeanSeconds() const {
    double sum = 0;
    for (const double seconds : seconds_) sum += seconds;
    return sum / steps();
  }

  double steps() const { return static_cast<double>(seconds_.size()); }
  double TokensPerStep() const { return static_cast<double>(tokens_) / steps(); }

  double FlopsPerStep() const {
    double flops = teacher_flops_;
    for (const auto& [student, own] : student_flops_) flops += own;
    return flops / steps();
  }

 private:
  ProductTimer* const products_;
  std::vector<double> seconds_;
  std::map<std::string, double> student_flops_;  // Of all steps.
  double teacher_flops_ = 0;
  int64_t tokens_ = 0;
};

void AddSpeed(const StepWatch& watch, Measurement* measured) {
  const double seconds = watch.MedianSeconds();
  (*measured)[kStepSeconds] = seconds;
  (*measured)[kTokensPerSecond] = watch.TokensPerStep() / seconds;
  (*measured)[kGflops] = watch.FlopsPerStep() / seconds / 1e9;
}

void AddPeak(const ProductTimer& products, Measurement* measured) {
  (*measured)[kPeakGflops] = products.FlopsPerSecond() / 1e9;
  (*measured)[kShare] = (*measured)[kGflops] / (*measured)[kPeakGflops];
}

void AddPhases(const PhaseClock& clock, const StepWatch& watch, Measurement* measured) {
  double rest = watch.MeanSeconds();
  for (const auto& [phase, seconds] : clock.seconds()) {
    (*measured)[phase] = seconds / watch.steps();
    rest -= seconds / watch.steps();
  }
  (*measured)[kRest] = std::max(rest, 0.0);
}

}  // namespace

absl::StatusOr<Measurement> MeasureTraining(const Workload& workload, const TrainingOptions& options) {
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<Training> training,
                          Training::Create(workload, options.precision, options.device));
  ProductCounts counts;
  {
    ProductLog log;
    RETORT_RETURN_IF_ERROR(training->Run(1, nullptr));
    counts = log.counts();
  }
  ProductTimer products(std::move(counts), options.device);
  const bool on_cpu = options.device.is_cpu();
  Measurement measured;
  if (!on_cpu) {
    StepWatch watch(nullptr);
    RETORT_RETURN_IF_ERROR(training->Run(options.steps, &watch));
    AddSpeed(watch, &measured);
  }
  {
    PhaseClock clock(options.device);
    StepWatch watch(on_cpu && options.products ? &products : nullptr);
    RETORT_RETURN_IF_ERROR(training->Run(options.steps, &watch));
    if (on_cpu) AddSpeed(watch, &measured);
    AddPhases(clock, watch, &measured);
  }
  measured[kMemoryBytes] = MostMemory(options.device);
  if (!options.products) return measured;
  if (!on_cpu) products.Run();
  AddPeak(products, &measured);
  return measured;
}

}  // namespace retort::bench
