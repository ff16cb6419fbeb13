#ifndef RETORT_FRAMEWORK_LOSS_TERM_SUPPORT_H_
#define RETORT_FRAMEWORK_LOSS_TERM_SUPPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/batch/batch.h"
#include "framework/loss/loss_term.h"
#include "framework/mapping/layer_mapping.h"
#include "framework/model/capture.h"
#include "google/protobuf/any.pb.h"

namespace retort {

// What most loss plugins need. All functions are pure.

// The type a loss is computed in: float64 for float64, float32 for everything else.
at::Tensor InLossType(const at::Tensor& values);

// Σ of all elements, a scalar in their type, on the CPU in an order that does not depend on the number of threads,
// which that of at::sum does. Gradient flows to values.
at::Tensor Total(const at::Tensor& values);

// A scalar 0 of that type on the device of `like`.
at::Tensor ZeroSum(const at::Tensor& like);

// Rows of a [B, S, H] tensor in the type of the loss, [n, H]: the real positions, in ascending order. Padded positions
// are left out before anything is computed, so that no NaN in them reaches the value or the gradient.
at::Tensor RealRows(const at::Tensor& values, const Batch& batch);

// What was captured at a layer. CHECK-fails if nothing was: the term has to demand it.
const at::Tensor& HiddenAt(const ModelOutputs& outputs, int layer);
const AttentionState& AttentionAt(const ModelOutputs& outputs, int layer);

// InvalidArgument, "CosineConfig: needs a teacher, but the stage has none", if there is no teacher.
absl::Status RequireTeacher(const LossContext& context, absl::string_view config);

// What to do where a teacher has more pieces than its student, for the end of a message; empty for all others.
std::string PaddingRemedy(const EncoderConfig& teacher, const EncoderConfig& student);

// InvalidArgument naming both sizes if teacher and student do not share one vocabulary size, or if there is no teacher.
absl::Status RequireSameVocabulary(const LossContext& context, absl::string_view config);

// InvalidArgument naming both widths if teacher and student differ; `remedy` ends the message.
absl::Status RequireSameWidth(const LossContext& context, absl::string_view config, absl::string_view remedy);

// The number of attention heads that all layers of the pairs have, teacher's and student's. InvalidArgument naming both
// numbers if two differ; `remedy` ends the message. REQUIRES: there is a teacher, and a pair.
absl::StatusOr<int64_t> SameHeads(const LossContext& context, const std::vector<LayerPair>& pairs,
                                  absl::string_view config, absl::string_view remedy);

// InvalidArgument naming the family if the student is not causal, or if it is; `remedy` ends the message.
absl::Status RequireCausal(const LossContext& context, absl::string_view config, absl::string_view remedy);
absl::Status RequireBidirectional(const LossContext& context, absl::string_view config, absl::string_view remedy);

// Pairs of the mapping in `config` for the context's teacher and student, at least one. REQUIRES: there is a teacher.
// Errors: as MapLayers; InvalidArgument if there are no pairs.
absl::StatusOr<std::vector<LayerPair>> MapContextLayers(const LossContext& context, const google::protobuf::Any& config,
                                                        const std::string& field);

// The rows that a term compares of teacher's and student's logits of one head: the positions that were chosen, or all,
// of the vocabulary, and sequences of all others. InvalidArgument if there is no teacher, if a side has no such head,
// if the heads' outputs (pieces, or classes by name) differ, or if positions were chosen of a head that reads
// sequences.
absl::StatusOr<HeadRows> ComparedRows(const LossContext& context, HeadKind head, std::optional<RowSet> chosen,
                                      absl::string_view config);

// The head that the field `head` of a configuration names, in the order of HeadKinds; where it names none, the
// vocabulary's, or the student's first if it has heads but not that one.
template <typename Config>
HeadKind ComparedHead(const LossContext& context, const Config& config) {
  const auto& heads = context.student.heads;
  if (config.has_head() || heads.empty()) return HeadKinds().at(config.head());
  return FindHead(context.student, HeadKind::kVocabulary) == nullptr ? heads.front().kind : HeadKind::kVocabulary;
}

// The rows of that head, by the field `rows` (LABELLED or all) of the configuration.
template <typename Config>
absl::StatusOr<HeadRows> ComparedRows(const LossContext& context, const Config& config, absl::string_view name) {
  std::optional<RowSet> chosen;
  if (config.has_rows()) chosen = config.rows() == Config::LABELLED ? RowSet::kLabelled : RowSet::kReal;
  return ComparedRows(context, ComparedHead(context, config), chosen, name);
}

// Whether a head gives one number, over which a softmax is 1 whatever it is.
bool GivesOneNumber(const HeadSpec& head);

// For a loss over distributions: InvalidArgument, with the loss to take instead, if the student's head gives one
// number.
absl::Status RequireDistribution(const LossContext& context, HeadKind head, absl::string_view config);

// What a term over hidden states or attention demands of either side; `padding`: whether it reads that too.
Capture StudentHidden(const std::vector<LayerPair>& pairs, bool padding = false);
Capture TeacherHidden(const std::vector<LayerPair>& pairs, bool padding = false);
Capture StudentAttention(const std::vector<LayerPair>& pairs, bool padding = false);
Capture TeacherAttention(const std::vector<LayerPair>& pairs, bool padding = false);

// Σ weight · sum_of(item) over items that have a weight, such as layer pairs. REQUIRES: there is one.
template <typename Item, typename SumOf>
at::Tensor WeightedSum(const std::vector<Item>& items, const SumOf& sum_of) {
  at::Tensor sum;
  for (const Item& item : items) {
    const at::Tensor of_item = item.weight * sum_of(item);
    sum = sum.defined() ? sum + of_item : of_item;
  }
  return sum;
}

}  // namespace retort

#endif  // RETORT_FRAMEWORK_LOSS_TERM_SUPPORT_H_
