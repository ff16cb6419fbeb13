#include "plugins/init/random_normal/random_normal.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace retort {
namespace {

RETORT_REGISTER_INITIALIZER(RandomNormalInit, RandomNormalConfig);

}  // namespace

absl::StatusOr<std::unique_ptr<Initializer>> RandomNormalInit::Create(const RandomNormalConfig& config,
                                                                      const InitializerContext& context) {
  const double range = config.has_range() ? config.range() : context.student.initializer_range;
  if (!(range > 0) || std::isinf(range)) {
    return absl::InvalidArgumentError(absl::StrCat("RandomNormalConfig.range: want a finite number > 0, got ", range));
  }
  return std::make_unique<RandomNormalInit>(range, context.student.pad_token_id);
}

absl::Status RandomNormalInit::Initialize(const InitializerInputs& inputs, ParameterSet* student) const {
  InitializeRandomNormal(inputs.seed, range_, pad_token_id_, student);
  return absl::OkStatus();
}

}  // namespace retort
