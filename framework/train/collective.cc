#include "framework/train/collective.h"

#include "ATen/ops/full.h"

namespace retort {
namespace {

class Sole final : public Collective {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void Sum(at::Tensor* /*tensor*/) override {}
  bool Agree(bool mine) override { return mine; }
};

}  // namespace

Collective* SoleRank() {
  static auto* const sole = new Sole;
  return sole;
}

absl::Status AgreedStatus(Collective* collective, const absl::Status& mine) {
  if (!collective->Agree(!mine.ok()) || !mine.ok()) return mine;
  return absl::AbortedError("another rank failed, and says why");
}

absl::Status OnFirstRank(Collective* collective, const std::function<absl::Status()>& write) {
  return AgreedStatus(collective, collective->rank() == 0 ? write() : absl::OkStatus());
}

int64_t OfFirstRank(Collective* collective, int64_t mine) {
  at::Tensor value = at::full({1}, collective->rank() == 0 ? mine : 0, at::kLong);
  collective->Sum(&value);
  return value.item<int64_t>();
}

}  // namespace retort
