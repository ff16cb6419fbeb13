#include "plugins/loss/relation_kl/relation_kl.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/loss/attention_support.h"
#include "framework/loss/term_support.h"
#include "framework/ops/score_kl/score_kl.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(RelationKlLoss, RelationKlConfig);

using Relation = RelationKlLoss::Relation;
using Vectors = RelationKlLoss::Vectors;

absl::Status Invalid(const std::string& what) { return absl::InvalidArgumentError("RelationKlConfig" + what); }

absl::StatusOr<std::vector<Relation>> Relations(const RelationKlConfig& config) {
  const std::pair<const char*, Relation> all[] = {
      {"query_key", {Vectors::kQuery, Vectors::kKey, config.query_key()}},
      {"query_query", {Vectors::kQuery, Vectors::kQuery, config.query_query()}},
      {"key_key", {Vectors::kKey, Vectors::kKey, config.key_key()}},
      {"value_value", {Vectors::kValue, Vectors::kValue, config.value_value()}}};
  std::vector<Relation> relations;
  for (const auto& [field, relation] : all) {
    if (!(relation.weight >= 0)) return Invalid(absl::StrCat(".", field, ": want >= 0, got ", relation.weight));
    if (relation.weight > 0) relations.push_back(relation);
  }
  if (relations.empty()) {
    return Invalid(": want a weight > 0 for query_key, query_query, key_key or value_value, got none");
  }
  return relations;
}

// A·d
int64_t AttentionWidth(const EncoderConfig& config, int layer) {
  const AttentionSpec& attention = config.layer(layer).attention;
  return attention.heads * attention.head_size;
}

absl::StatusOr<int64_t> RelationHeads(const RelationKlConfig& config, const LossContext& context,
                                      const LayerPair& pair) {
  if (!config.has_relation_heads()) {
    return SameHeads(context, {pair}, "RelationKlConfig",
                     "; relation_heads takes any numbers, for example relation_heads: 48");
  }
  const int64_t heads = config.relation_heads();
  const int64_t teacher = AttentionWidth(*context.teacher, pair.teacher);
  const int64_t student = AttentionWidth(context.student, pair.student);
  if (heads < 1 || teacher % heads != 0 || student % heads != 0) {
    return Invalid(absl::StrCat(".relation_heads: want a divisor of the teacher's width ", teacher,
                                " and of the student's ", student, ", got ", heads));
  }
  return heads;
}

absl::Status RequireLayer(const char* field, int layer, int layers) {
  if (layer >= 1 && layer <= layers) return absl::OkStatus();
  return Invalid(absl::StrCat(".", field, ": want a layer of 1..", layers, ", got ", layer));
}

absl::StatusOr<LayerPair> Layers(const RelationKlConfig& config, const LossContext& context) {
  LayerPair pair;
  pair.teacher = config.has_teacher_layer() ? config.teacher_layer() : context.teacher->depth();
  pair.student = config.has_student_layer() ? config.student_layer() : context.student.depth();
  RETORT_RETURN_IF_ERROR(RequireLayer("teacher_layer", pair.teacher, context.teacher->depth()));
  RETORT_RETURN_IF_ERROR(RequireLayer("student_layer", pair.student, context.student.depth()));
  return pair;
}

const at::Tensor& Of(const AttentionState& attention, Vectors vectors) {
  switch (vectors) {
    case Vectors::kQuery:
      return attention.query();
    case Vectors::kKey:
      return attention.key();
    case Vectors::kValue:
      break;
  }
  return attention.value();
}

}  // namespace

absl::StatusOr<std::unique_ptr<LossTerm>> RelationKlLoss::Create(const RelationKlConfig& config,
                                                                 const LossContext& context) {
  RETORT_RETURN_IF_ERROR(RequireSameDirection(context, "RelationKlConfig"));
  RETORT_ASSIGN_OR_RETURN(std::vector<Relation> relations, Relations(config));
  RETORT_ASSIGN_OR_RETURN(const LayerPair layers, Layers(config, context));
  RETORT_ASSIGN_OR_RETURN(const int64_t relation_heads, RelationHeads(config, context, layers));
  return std::make_unique<RelationKlLoss>(layers, std::move(relations), relation_heads);
}

Capture RelationKlLoss::student() const { return StudentAttention({layers_}); }

Capture RelationKlLoss::teacher() const { return TeacherAttention({layers_}); }

double RelationKlLoss::Count(const BatchMasks& masks) const {
  return static_cast<double>(relation_heads_) * static_cast<double>(masks.Rows(RowSet::kReal));
}

ops::QueryKey RelationKlLoss::Heads(const AttentionState& attention, const Relation& relation) const {
  const auto read = [&](Vectors vectors) { return Regroup(Of(attention, vectors), relation_heads_); };
  return {read(relation.a), read(relation.b)};
}

absl::StatusOr<at::Tensor> RelationKlLoss::Sum(const LossInputs& inputs) const {
  const AttentionState& student = AttentionAt(inputs.student, layers_.student);
  const AttentionState& teacher = AttentionAt(*inputs.teacher, layers_.teacher);
  return WeightedSum(relations_, [&](const Relation& relation) {
    return ops::ScoreKl(Heads(student, relation), Heads(teacher, relation), inputs.batch.valid, student.causal());
  });
}

}  // namespace retort
