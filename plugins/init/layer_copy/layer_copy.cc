#include "plugins/init/layer_copy/layer_copy.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "framework/base/status_macros.h"
#include "framework/init/computes_alike.h"
#include "glog/logging.h"

namespace retort {
namespace {

RETORT_REGISTER_INITIALIZER(LayerCopyInit, LayerCopyConfig);

using Shape = std::vector<int64_t>;

absl::Status CheckShape(const std::string& name, const Shape& student, const Shape& teacher) {
  if (student == teacher) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("layer_copy: ", name, ": want the shape of the student, [",
                                                 absl::StrJoin(student, ", "), "], got the teacher's, [",
                                                 absl::StrJoin(teacher, ", "), "]"));
}

// Finds mismatches that follow from the configurations, before any weights are read.
absl::Status CheckSizes(const EncoderConfig& student, const EncoderConfig& teacher) {
  RETORT_RETURN_IF_ERROR(CheckShape("embeddings.word", {student.vocabulary_size, student.word_width()},
                                    {teacher.vocabulary_size, teacher.word_width()}));
  RETORT_RETURN_IF_ERROR(CheckShape("embeddings.position", {student.max_positions, student.hidden_size},
                                    {teacher.max_positions, teacher.hidden_size}));
  return absl::OkStatus();
}

// The same for a layer of the student and the one that it is copied from.
absl::Status CheckLayer(const EncoderConfig& student, const EncoderConfig& teacher, const LayerPair& pair) {
  const LayerSpec& to = student.layer(pair.student);
  const LayerSpec& from = teacher.layer(pair.teacher);
  RETORT_RETURN_IF_ERROR(CheckShape(absl::StrCat("layer.", pair.student, ".feed_forward.up.weight"),
                                    {to.feed_forward.width, to.inner_width(student.hidden_size)},
                                    {from.feed_forward.width, from.inner_width(teacher.hidden_size)}));
  if (to.attention.heads == from.attention.heads) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("layer_copy: want a student with the teacher's ", from.attention.heads,
                                                 " heads, got ", to.attention.heads,
                                                 "; the copied queries and keys would be cut elsewhere"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Initializer>> LayerCopyInit::Create(const LayerCopyConfig& config,
                                                                   const InitializerContext& context) {
  if (context.teacher == nullptr) {
    return absl::InvalidArgumentError("LayerCopyConfig: needs a teacher, but the experiment has none");
  }
  RETORT_ASSIGN_OR_RETURN(const std::vector<LayerPair> pairs,
                          MapLayers(context.mappings, config.mapping().plugin(), "LayerCopyConfig.mapping",
                                    context.teacher->depth(), context.student.depth()));
  RETORT_RETURN_IF_ERROR(CheckSizes(context.student, *context.teacher));
  std::map<int, int> teacher_layers;
  for (const LayerPair& pair : pairs) {
    RETORT_RETURN_IF_ERROR(CheckLayer(context.student, *context.teacher, pair));
    teacher_layers[pair.student] = pair.teacher;
  }
  RETORT_RETURN_IF_ERROR(CheckComputesAlike(context.student, *context.teacher, "layer_copy"));
  return std::make_unique<LayerCopyInit>(std::move(teacher_layers), context.student.initializer_range,
                                         context.student.pad_token_id);
}

std::string LayerCopyInit::TeacherName(const std::string& name) const {
  const std::vector<std::string> parts = absl::StrSplit(name, absl::MaxSplits('.', 2));
  int layer = 0;
  if (parts.size() != 3 || parts[0] != "layer" || !absl::SimpleAtoi(parts[1], &layer)) return name;
  auto teacher_layer = teacher_layers_.find(layer);
  if (teacher_layer == teacher_layers_.end()) return "";
  return absl::StrCat("layer.", teacher_layer->second, ".", parts[2]);
}

absl::Status LayerCopyInit::Initialize(const InitializerInputs& inputs, ParameterSet* student) const {
  CHECK(inputs.teacher != nullptr);
  InitializeRandomNormal(inputs.seed, range_, pad_token_id_, student);
  for (const ParameterSpec& spec : student->specs()) {
    const std::string source = TeacherName(spec.name);
    if (source.empty() || !inputs.teacher->Has(source)) continue;
    RETORT_RETURN_IF_ERROR(CheckShape(spec.name, spec.shape, inputs.teacher->Spec(source).shape));
    RETORT_RETURN_IF_ERROR(student->Set(spec.name, inputs.teacher->Get(source)));
  }
  return absl::OkStatus();
}

}  // namespace retort
