#include "framework/loss/term_support.h"

#include "ATen/ops/index_select.h"
#include "ATen/ops/sum.h"
#include "ATen/ops/zeros.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/model/family/family.h"
#include "glog/logging.h"

namespace retort {

at::Tensor InLossType(const at::Tensor& values) {
  return values.scalar_type() == at::kDouble ? values : values.to(at::kFloat);
}

at::Tensor Total(const at::Tensor& values) {
  if (!values.device().is_cpu()) return at::sum(values);
  constexpr int64_t kBlock = 1 << 14;  // Below the size from which at::sum divides a single sum among threads.
  const at::Tensor flat = values.reshape({-1});
  const int64_t in_blocks = flat.numel() / kBlock * kBlock;
  const at::Tensor blocks = at::sum(flat.narrow(0, 0, in_blocks).view({-1, kBlock}), {1});
  return at::sum(blocks) + at::sum(flat.narrow(0, in_blocks, flat.numel() - in_blocks));
}

at::Tensor ZeroSum(const at::Tensor& like) {
  return at::zeros({}, like.options().dtype(like.scalar_type() == at::kDouble ? at::kDouble : at::kFloat));
}

at::Tensor RealRows(const at::Tensor& values, const Batch& batch) {
  at::Tensor rows = values.reshape({-1, values.size(-1)});
  if (!batch.all_valid) rows = rows.index_select(0, batch.real_rows);
  return InLossType(rows);
}

const at::Tensor& HiddenAt(const ModelOutputs& outputs, int layer) {
  auto hidden = outputs.hidden.find(layer);
  CHECK(hidden != outputs.hidden.end()) << "hidden states of layer " << layer << " were not captured";
  return hidden->second;
}

const AttentionState& AttentionAt(const ModelOutputs& outputs, int layer) {
  auto attention = outputs.attention.find(layer);
  CHECK(attention != outputs.attention.end()) << "attention of layer " << layer << " was not captured";
  return attention->second;
}

absl::Status RequireTeacher(const LossContext& context, absl::string_view config) {
  if (context.teacher != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(config, ": needs a teacher, but the stage has none"));
}

std::string PaddingRemedy(const EncoderConfig& teacher, const EncoderConfig& student) {
  if (teacher.vocabulary_size <= student.vocabulary_size) return "";
  return "; if the teacher has rows that pad it beyond its tokenizer's pieces, put its tokenizer into its folder: then "
         "they are left aside";
}

absl::Status RequireSameVocabulary(const LossContext& context, absl::string_view config) {
  RETORT_RETURN_IF_ERROR(RequireTeacher(context, config));
  if (context.teacher->vocabulary_size == context.student.vocabulary_size) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(config, ": want teacher and student with one vocabulary, got ",
                                                 context.teacher->vocabulary_size, " pieces in the teacher and ",
                                                 context.student.vocabulary_size, " in the student",
                                                 PaddingRemedy(*context.teacher, context.student)));
}

absl::Status RequireSameWidth(const LossContext& context, absl::string_view config, absl::string_view remedy) {
  RETORT_RETURN_IF_ERROR(RequireTeacher(context, config));
  if (context.teacher->hidden_size == context.student.hidden_size) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(config, ": want teacher and student of one width, got ",
                                                 context.teacher->hidden_size, " in the teacher and ",
                                                 context.student.hidden_size, " in the student", remedy));
}

absl::StatusOr<int64_t> SameHeads(const LossContext& context, const std::vector<LayerPair>& pairs,
                                  absl::string_view config, absl::string_view remedy) {
  const int64_t wanted = context.student.layer(pairs.front().student).attention.heads;
  for (const LayerPair& pair : pairs) {
    const int64_t teacher = context.teacher->layer(pair.teacher).attention.heads;
    const int64_t student = context.student.layer(pair.student).attention.heads;
    if (teacher == wanted && student == wanted) continue;
    return absl::InvalidArgumentError(absl::StrCat(config, ": want teacher and student with equally many heads, got ",
                                                   teacher, " in the teacher and ", student, " in the student",
                                                   remedy));
  }
  return wanted;
}

absl::Status RequireCausal(const LossContext& context, absl::string_view config, absl::string_view remedy) {
  return CheckDirection(/*causal=*/true, context.student, config, remedy);
}

absl::Status RequireBidirectional(const LossContext& context, absl::string_view config, absl::string_view remedy) {
  return CheckDirection(/*causal=*/false, context.student, config, remedy);
}

absl::StatusOr<std::vector<LayerPair>> MapContextLayers(const LossContext& context, const google::protobuf::Any& config,
                                                        const std::string& field) {
  RETORT_ASSIGN_OR_RETURN(std::vector<LayerPair> pairs, MapLayers(context.mappings, config, field,
                                                                  context.teacher->depth(), context.student.depth()));
  if (pairs.empty()) return absl::InvalidArgumentError(absl::StrCat(field, ": want at least one pair, got none"));
  return pairs;
}

namespace {

// Of two heads of this kind that give the same logits.
absl::Status RequireSameOutputs(const LossContext& context, HeadKind head, absl::string_view config) {
  RETORT_RETURN_IF_ERROR(RequireTeacher(context, config));
  if (head == HeadKind::kVocabulary) return RequireSameVocabulary(context, config);
  const char* name = HeadKindName(head);
  for (const EncoderConfig* side : {context.teacher, &context.student}) {
    if (FindHead(*side, head) != nullptr) continue;
    return absl::InvalidArgumentError(absl::StrCat(config, ": want a ", side == context.teacher ? "teacher" : "student",
                                                   " with a head of ", name, ", got one without"));
  }
  const auto& teacher = FindHead(*context.teacher, head)->classes;
  const auto& student = FindHead(context.student, head)->classes;
  if (teacher == student) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(config, ": want teacher and student with the same classes, got ",
                                                 absl::StrJoin(teacher, ", "), " in the teacher and ",
                                                 absl::StrJoin(student, ", "), " in the student"));
}

}  // namespace

absl::StatusOr<HeadRows> ComparedRows(const LossContext& context, HeadKind head, std::optional<RowSet> chosen,
                                      absl::string_view config) {
  const bool vocabulary = head == HeadKind::kVocabulary;
  if (chosen && !vocabulary) {
    return absl::InvalidArgumentError(absl::StrCat(config, ".rows: want none for a head of ", HeadKindName(head),
                                                   ", whose rows are sequences, got some"));
  }
  RETORT_RETURN_IF_ERROR(RequireSameOutputs(context, head, config));
  return HeadRows{head, vocabulary ? chosen.value_or(RowSet::kReal) : RowSet::kSequences};
}

bool GivesOneNumber(const HeadSpec& head) {
  return head.kind == HeadKind::kScore || (head.kind == HeadKind::kClasses && head.classes.size() == 1);
}

absl::Status RequireDistribution(const LossContext& context, HeadKind head, absl::string_view config) {
  const HeadSpec* spec = FindHead(context.student, head);
  const bool one = head == HeadKind::kScore || (spec != nullptr && GivesOneNumber(*spec));
  if (!one) return absl::OkStatus();
  const std::string name = absl::AsciiStrToUpper(HeadKindName(head));
  return absl::InvalidArgumentError(absl::StrCat(config, ".head: want one of several outputs, got ", name,
                                                 ", whose one number has a loss of 0 whatever it is; ",
                                                 "compare it with: logit_mse { head: ", name, " }"));
}

Capture StudentHidden(const std::vector<LayerPair>& pairs, bool padding) {
  Capture capture;
  capture.padding = padding;
  for (const LayerPair& pair : pairs) capture.hidden.insert(pair.student);
  return capture;
}

Capture TeacherHidden(const std::vector<LayerPair>& pairs, bool padding) {
  Capture capture;
  capture.padding = padding;
  for (const LayerPair& pair : pairs) capture.hidden.insert(pair.teacher);
  return capture;
}

Capture StudentAttention(const std::vector<LayerPair>& pairs, bool padding) {
  Capture capture;
  capture.padding = padding;
  for (const LayerPair& pair : pairs) capture.attention.insert(pair.student);
  return capture;
}

Capture TeacherAttention(const std::vector<LayerPair>& pairs, bool padding) {
  Capture capture;
  capture.padding = padding;
  for (const LayerPair& pair : pairs) capture.attention.insert(pair.teacher);
  return capture;
}

}  // namespace retort
