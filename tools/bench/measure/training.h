#ifndef RETORT_TOOLS_BENCH_MEASURE_TRAINING_H_
#define RETORT_TOOLS_BENCH_MEASURE_TRAINING_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "c10/core/ScalarType.h"
#include "framework/config/sweep.pb.h"
#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"
#include "framework/train/cohort.h"
#include "framework/train/observer.h"
#include "tools/bench/measure/workloads.h"

namespace retort::bench {

// A workload's training: a cohort as a sweep trains it, of random models on random ids. All steps have the same shapes.
// One thread at a time.
class Training {
 public:
  // Of a forward pass in `precision`, float32 or bfloat16. Throws what libtorch throws if memory runs out. REQUIRES: a
  // workload that trains.
  static absl::StatusOr<std::unique_ptr<Training>> Create(const Workload& workload, c10::ScalarType precision,
                                                          c10::Device device);

  // Trains all students for so many steps more. The observer may be null. Errors: those of TrainCohort and of its
  // members.
  absl::Status Run(int64_t steps, Observer* observer);

 private:
  Training(const Workload& workload, c10::ScalarType precision, c10::Device device, Stage stage);

  absl::StatusOr<CohortMember> MakeStudent(int64_t number) const;

  const Workload workload_;
  const c10::ScalarType precision_;
  const c10::Device device_;
  const Stage stage_;
  const Encoder student_;
  std::optional<Encoder> teacher_;
  ParameterSet teacher_parameters_;
  std::vector<CohortMember> members_;
};

}  // namespace retort::bench

#endif  // RETORT_TOOLS_BENCH_MEASURE_TRAINING_H_
