#ifndef RETORT_PLUGINS_INIT_LAYER_COPY_LAYER_COPY_H_
#define RETORT_PLUGINS_INIT_LAYER_COPY_LAYER_COPY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/init/initializer.h"
#include "plugins/init/layer_copy/layer_copy.pb.h"

namespace retort {

// Copies a student from its teacher.
//
// Source: DistilBERT (Sanh et al. 2019, arXiv:1910.01108), section 3. Its released script copies word and position
// embeddings, the mapped layers, and of the masked-LM head only the decoder unless told otherwise; here the whole head
// is copied, and whatever else both models have: token types, pooler.
//
// Parameters that the teacher lacks, and layers that the mapping leaves out, are drawn as by random_normal with the
// student's initializer_range.
class LayerCopyInit final : public Initializer {
 public:
  // Errors: InvalidArgument without a teacher or mapping; for sizes that differ (shapes must be equal: nothing is
  // cropped), naming a parameter and both shapes, and for numbers of heads that differ; for a student
  // that computes in another way than its teacher; what the mapping gives.
  static absl::StatusOr<std::unique_ptr<Initializer>> Create(const LayerCopyConfig& config,
                                                             const InitializerContext& context);

  // `teacher_layers`: by student layer.
  LayerCopyInit(std::map<int, int> teacher_layers, double range, int64_t pad_token_id)
      : teacher_layers_(std::move(teacher_layers)), range_(range), pad_token_id_(pad_token_id) {}

  absl::Status Initialize(const InitializerInputs& inputs, ParameterSet* student) const override;

 private:
  // The teacher's name for a parameter of the student, or "" if its layer is not mapped.
  std::string TeacherName(const std::string& name) const;

  const std::map<int, int> teacher_layers_;
  const double range_;
  const int64_t pad_token_id_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_INIT_LAYER_COPY_LAYER_COPY_H_
