#ifndef RETORT_PLUGINS_INIT_CHECKPOINT_CHECKPOINT_H_
#define RETORT_PLUGINS_INIT_CHECKPOINT_CHECKPOINT_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/init/initializer.h"
#include "plugins/init/checkpoint/checkpoint.pb.h"

namespace retort {

// Starts from a stored model: going on with pre-training (BERT, Devlin et al. 2019, arXiv:1810.04805), or with a
// student that was exported before.
//
// Parameters that the folder lacks (a head, a pooler, token types) are drawn as by random_normal with the
// student's initializer_range; what the student lacks is left out.
class CheckpointInit final : public Initializer {
 public:
  // Errors: InvalidArgument without a path; those of CheckModelFolder. Values are read by Initialize.
  static absl::StatusOr<std::unique_ptr<Initializer>> Create(const CheckpointConfig& config,
                                                             const InitializerContext& context);

  CheckpointInit(std::string path, EncoderConfig student) : path_(std::move(path)), student_(std::move(student)) {}

  std::vector<std::string> files() const override;

  // Errors: those of LoadModel; InvalidArgument for a parameter of another shape, another number of layers, or a model
  // that computes in another way than the student.
  absl::Status Initialize(const InitializerInputs& inputs, ParameterSet* student) const override;

 private:
  const std::string path_;
  const EncoderConfig student_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_INIT_CHECKPOINT_CHECKPOINT_H_
