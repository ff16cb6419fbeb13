#ifndef RETORT_PLUGINS_INIT_RANDOM_NORMAL_RANDOM_NORMAL_H_
#define RETORT_PLUGINS_INIT_RANDOM_NORMAL_RANDOM_NORMAL_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/init/initializer.h"
#include "plugins/init/random_normal/random_normal.pb.h"

namespace retort {

// All weights from N(0, range²), biases and norm shifts 0, norm scales 1: see InitializeRandomNormal. Reads no teacher.
class RandomNormalInit final : public Initializer {
 public:
  // Errors: InvalidArgument for a range that is not > 0 and finite.
  static absl::StatusOr<std::unique_ptr<Initializer>> Create(const RandomNormalConfig& config,
                                                             const InitializerContext& context);

  RandomNormalInit(double range, int64_t pad_token_id) : range_(range), pad_token_id_(pad_token_id) {}

  absl::Status Initialize(const InitializerInputs& inputs, ParameterSet* student) const override;

 private:
  const double range_;
  const int64_t pad_token_id_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_INIT_RANDOM_NORMAL_RANDOM_NORMAL_H_
