#ifndef RETORT_FRAMEWORK_SWEEP_RUN_SPEED_H_
#define RETORT_FRAMEWORK_SWEEP_RUN_SPEED_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "framework/train/observer.h"

namespace retort {

// How fast trainings are: floating-point operations of the models (matrix products, as the plan counts them) per second
// of a step, in which everything else that a step does takes its part. Evaluations and checkpoints are left out, and so
// is the first step of each stage, which warms up.
//
//   SpeedMeter meter;
//   RunPlan(plan, {{&meter}}, store, &inputs);
//   meter.flops_per_second();
//
// A cohort's teacher counts once per step. One thread at a time, as every Observer.
class SpeedMeter final : public Observer {
 public:
  void StepDone(const StageId& id, const StepRecord& record) override;

  // None until a stage has done its second step.
  std::optional<double> flops_per_second() const;

 private:
  std::map<std::tuple<std::string, uint64_t, std::string>, StepRecord> last_;  // By variant, seed and stage.

  // The cohort's step that the latest event belongs to, told by its number and speed.
  int64_t step_ = 0;
  double tokens_per_second_ = 0;
  double teacher_flops_ = 0;

  double flops_ = 0;
  double seconds_ = 0;
};

// The speed that the last training with this store reached on a kind of device; none if nothing was trained yet, or if
// what was noted of it is damaged: it is for estimates alone, and the next training notes it anew.
std::optional<double> LoadSpeed(const std::string& store_dir, c10::Device device);
absl::Status SaveSpeed(const std::string& store_dir, c10::Device device, double flops_per_second);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RUN_SPEED_H_
