#include "framework/train/teacher_cache/teacher_part.h"

#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/index_select.h"
#include "ATen/ops/zeros.h"
#include "absl/strings/str_cat.h"
#include "framework/base/device/to_device.h"
#include "glog/logging.h"

namespace retort {
namespace {

using Kind = TeacherPart::Kind;
using Rows = TeacherPart::Rows;

const char* RowsSuffix(Rows rows) {
  switch (rows) {
    case Rows::kReal:
      return "";
    case Rows::kLabelled:
      return ".labelled";
    case Rows::kAll:
      return ".all";
  }
  return "";
}

int64_t RowsIn(Rows rows, const PartExtent& extent) {
  switch (rows) {
    case Rows::kReal:
      return extent.real;
    case Rows::kLabelled:
      return extent.labelled;
    case Rows::kAll:
      return extent.sequences * extent.positions;
  }
  return 0;
}

int64_t AttentionWidth(const TeacherPart& part, const EncoderConfig& teacher) {
  const AttentionSpec& attention = teacher.layer(part.layer).attention;
  return attention.heads * attention.head_size;
}

// The rows that a part with them has, as indices b·S + s; undefined: all, in their order.
at::Tensor Indices(Rows rows, const Batch& batch) {
  if (rows == Rows::kLabelled) return batch.labelled_rows;
  return rows == Rows::kAll || batch.all_valid ? at::Tensor() : batch.real_rows;
}

at::Tensor OnHost(const at::Tensor& values) { return values.to(at::kCPU).contiguous(); }

// The rows of [B, S, W]: [n, W].
at::Tensor Gather(const at::Tensor& values, Rows rows, const Batch& batch) {
  const at::Tensor flat = values.reshape({-1, values.size(-1)}), indices = Indices(rows, batch);
  return OnHost(indices.defined() ? at::index_select(flat, 0, indices) : flat);
}

// [n, W] as rows of [B, S, W].
at::Tensor Scatter(const at::Tensor& values, Rows rows, const Batch& batch) {
  at::Tensor all = ToDevice(values, batch.ids.device());
  if (const at::Tensor indices = Indices(rows, batch); indices.defined()) {
    const at::Tensor given = all;
    all = at::zeros({batch.sequences() * batch.positions(), given.size(1)}, given.options());
    all.index_copy_(0, indices, given);
  }
  return all.view({batch.sequences(), batch.positions(), all.size(1)});
}

HeadRows SequencesOf(HeadKind head) { return {head, RowSet::kSequences}; }

// [n, O] as LogitRows says: a span has two rows of S.
std::vector<int64_t> LogitsShape(const TeacherPart& part, const EncoderConfig& teacher, const PartExtent& extent) {
  if (part.head == HeadKind::kSpans) return {2 * extent.sequences, extent.positions};
  const HeadSpec* head = FindHead(teacher, part.head);
  CHECK(head != nullptr) << HeadKindName(part.head);
  return {extent.sequences, teacher.outputs(*head)};
}

// Of each of the part's tensors.
std::vector<int64_t> Shape(const TeacherPart& part, const EncoderConfig& teacher, const PartExtent& extent) {
  switch (part.kind) {
    case Kind::kHidden:
      return {RowsIn(part.rows, extent), teacher.hidden_size};
    case Kind::kAttention:
      return {RowsIn(part.rows, extent), AttentionWidth(part, teacher)};
    case Kind::kLogits:
      return LogitsShape(part, teacher, extent);
  }
  return {};
}

size_t TensorsOf(const TeacherPart& part) { return part.kind == Kind::kAttention ? 3 : 1; }

}  // namespace

std::string PartName(const TeacherPart& part) {
  switch (part.kind) {
    case Kind::kHidden:
      return absl::StrCat("hidden.", part.layer, RowsSuffix(part.rows));
    case Kind::kAttention:
      return absl::StrCat("attention.", part.layer, RowsSuffix(part.rows));
    case Kind::kLogits:
      return absl::StrCat("logits.", HeadKindName(part.head), RowsSuffix(part.rows));
  }
  return "";
}

std::vector<TeacherPart> PartsOf(const Capture& demands, int layers) {
  const Rows rows = demands.padding ? Rows::kAll : Rows::kReal;
  std::vector<TeacherPart> parts;
  for (int layer : demands.hidden) parts.push_back({Kind::kHidden, layer, rows});
  for (int layer : demands.attention) parts.push_back({Kind::kAttention, layer, rows});
  for (const HeadRows& read : demands.logits) {
    if (read.head != HeadKind::kVocabulary) parts.push_back({Kind::kLogits, 0, rows, read.head});
  }
  if (!demands.Reads(HeadKind::kVocabulary) || demands.hidden.count(layers) > 0) return parts;
  const bool few = !demands.padding && demands.head_rows().count({HeadKind::kVocabulary, RowSet::kReal}) == 0;
  parts.push_back({Kind::kHidden, layers, few ? Rows::kLabelled : rows});
  return parts;
}

std::vector<TeacherPart> Holders(const TeacherPart& part) {
  std::vector<TeacherPart> holders = {part};
  if (part.rows != Rows::kLabelled) return holders;
  holders.push_back(part);
  holders.back().rows = Rows::kReal;
  return holders;
}

PartExtent ExtentOf(const Batch& batch) {
  return {batch.sequences(), batch.positions(), batch.masks.Rows(RowSet::kReal), batch.masks.Rows(RowSet::kLabelled)};
}

int64_t PartValues(const TeacherPart& part, const EncoderConfig& teacher, const PartExtent& extent) {
  const std::vector<int64_t> shape = Shape(part, teacher, extent);
  return static_cast<int64_t>(TensorsOf(part)) * shape[0] * shape[1];
}

std::vector<at::Tensor> TakePart(const TeacherPart& part, const Batch& batch, const TeacherOutputs& outputs) {
  if (part.kind == Kind::kLogits) return {OnHost(outputs.logits.at(SequencesOf(part.head)).front())};
  if (part.kind == Kind::kHidden) return {Gather(outputs.model.hidden.at(part.layer), part.rows, batch)};
  const AttentionState& attention = outputs.model.attention.at(part.layer);
  std::vector<at::Tensor> values;
  for (const at::Tensor& heads : {attention.query(), attention.key(), attention.value()}) {
    values.push_back(Gather(heads.transpose(1, 2).flatten(2), part.rows, batch));
  }
  return values;
}

std::vector<at::Tensor> EmptyPart(const TeacherPart& part, const EncoderConfig& teacher, const Batch& batch,
                                  c10::ScalarType type) {
  std::vector<at::Tensor> values;
  for (size_t i = 0; i < TensorsOf(part); ++i) {
    values.push_back(at::empty(Shape(part, teacher, ExtentOf(batch)), at::TensorOptions(type)));
  }
  return values;
}

void PutPart(const TeacherPart& part, const EncoderConfig& teacher, const Batch& batch,
             const std::vector<at::Tensor>& values, TeacherOutputs* outputs) {
  if (part.kind == Kind::kLogits) {
    outputs->logits[SequencesOf(part.head)] = {ToDevice(values.front(), batch.ids.device())};
    return;
  }
  if (part.kind == Kind::kHidden) {
    outputs->model.hidden[part.layer] = Scatter(values.front(), part.rows, batch);
    return;
  }
  const AttentionSpec& attention = teacher.layer(part.layer).attention;
  std::vector<at::Tensor> heads;
  for (const at::Tensor& rows : values) {
    heads.push_back(Scatter(rows, part.rows, batch)
                        .view({batch.sequences(), batch.positions(), attention.heads, attention.head_size})
                        .transpose(1, 2));
  }
  outputs->model.attention[part.layer] = AttentionState(heads[0], heads[1], heads[2], batch.valid, attention.causal);
}

}  // namespace retort
