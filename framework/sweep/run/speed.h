#ifndef RETORT_FRAMEWORK_SWEEP_RUN_SPEED_H_
#define RETORT_FRAMEWORK_SWEEP_RUN_SPEED_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "c10/core/Device.h"
#include "framework/train/observer.h"

// How fast trainings are: floating-point operations of the models (matrix products, as the plan counts them) per second
// of a step, in which everything else that a step does takes its part. Evaluations and checkpoints are left out. A
// cohort's teacher counts once per step.

namespace retort {

// What of a cohort its speed depends on: large products are faster than small ones, and a teacher, which has no
// backward pass, is faster than a student.
struct TrainingShape {
  double flops_per_token = 0;  // Of a student, on average; > 0.
  double teacher_share = 0;    // Of all operations, 0 to 1.
  double tokens_per_step = 0;  // Of the data pass; > 0.
};

// How far two trainings are from each other, >= 0: the ratios of their sizes as logarithms, added up.
double Distance(const TrainingShape& a, const TrainingShape& b);

// What trainings of a shape reached with so many threads.
struct TrainingSpeed {
  TrainingShape shape;
  int threads = 0;
  double flops_per_second = 0;
};

// Measures the trainings that it observes, without the first step of each stage, which warms up.
//
//   SpeedMeter meter;
//   RunPlan(plan, {{&meter}}, store, &inputs);
//   meter.flops_per_second();
//
// One thread at a time, as every Observer.
class SpeedMeter final : public Observer {
 public:
  void StepDone(const StageId& id, const StepRecord& record) override;

  // Of all trainings together; none until a stage has done its second step.
  std::optional<double> flops_per_second() const;

  // Of each stage's trainings.
  std::vector<TrainingSpeed> Speeds(int threads) const;

 private:
  // Of a stage's steps.
  struct Sum {
    double flops = 0, student_flops = 0, seconds = 0;
    double tokens = 0;          // Of the data passes.
    double student_tokens = 0;  // The same for each student.
    int64_t steps = 0;
  };

  std::map<std::tuple<std::string, uint64_t, std::string>, StepRecord> last_;  // By variant, seed and stage.
  std::map<std::string, Sum> sums_;                                            // By stage.

  // The cohort's step that the latest event belongs to, told by its number and speed.
  int64_t step_ = 0;
  double tokens_per_second_ = 0;
  double teacher_flops_ = 0;
};

// The speeds that are remembered with a store for a kind of device, by which the time of trainings to come is
// estimated. Of trainings of one shape the fastest counts, since a machine that had other work is slower; it fades by a
// tenth with each one that is slower. Not thread-safe.
class KnownSpeeds {
 public:
  // What is noted there; nothing if nothing was trained yet, or if it is damaged: it is for estimates alone.
  static KnownSpeeds Load(const std::string& store_dir, c10::Device device);
  absl::Status Save(const std::string& store_dir, c10::Device device) const;

  void Add(const TrainingSpeed& measured);

  struct Guess {
    double flops_per_second = 0;
    bool alike = false;  // Of a training that is much as this one, so that the guess is good.
  };
  // By the training that is nearest, among those with as many threads if there are any. None: none is known.
  std::optional<Guess> GuessFor(const TrainingShape& shape, int threads) const;

  const std::vector<TrainingSpeed>& all() const { return speeds_; }
  // The highest of all, FLOP/s; none: none is known.
  std::optional<double> fastest() const;

 private:
  std::vector<TrainingSpeed> speeds_;  // The latest last.
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RUN_SPEED_H_
