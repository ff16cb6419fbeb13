#include "framework/batch/step_batch.h"

#include <algorithm>

#include "ATen/ops/empty.h"
#include "ATen/ops/full.h"
#include "ATen/ops/zeros.h"
#include "framework/base/device/to_device.h"
#include "glog/logging.h"

namespace retort {
namespace {

at::Tensor ToTensor(const std::vector<int64_t>& values) {
  at::Tensor tensor = at::empty({static_cast<int64_t>(values.size())}, at::kLong);
  std::copy(values.begin(), values.end(), tensor.data_ptr<int64_t>());
  return tensor;
}

// [B, S], or undefined if no sequence has token types.
at::Tensor TokenTypes(const StepSequence* begin, const StepSequence* end, int64_t length) {
  at::Tensor types;
  for (const StepSequence* sequence = begin; sequence != end; ++sequence) {
    if (sequence->token_types.empty()) continue;
    CHECK_EQ(sequence->token_types.size(), sequence->ids.size()) << "token types of sequence " << sequence->sample_id;
    if (!types.defined()) types = at::zeros({end - begin, length}, at::kLong);
    std::copy(sequence->token_types.begin(), sequence->token_types.end(),
              types.data_ptr<int64_t>() + (sequence - begin) * length);
  }
  return types;
}

// Fills in what sequences as a whole are labelled with.
void LabelSequences(const StepSequence* begin, const StepSequence* end, c10::Device device, Batch* batch) {
  std::vector<int64_t> classes, spans;
  at::Tensor scores = at::empty({end - begin}, at::kFloat);
  for (const StepSequence* sequence = begin; sequence != end; ++sequence) {
    classes.push_back(sequence->class_label);
    scores.data_ptr<float>()[sequence - begin] = sequence->score;
    spans.push_back(sequence->span.first);
    spans.push_back(sequence->span.last);
  }
  batch->classes = ToDevice(ToTensor(classes), device);
  batch->scores = ToDevice(scores, device);
  batch->spans = ToDevice(ToTensor(spans).view({-1, 2}), device);
}

}  // namespace

int64_t StepBatch::padded_length() const {
  size_t longest = 0;
  for (const StepSequence& sequence : sequences) longest = std::max(longest, sequence.ids.size());
  return static_cast<int64_t>(longest);
}

int64_t StepBatch::tokens() const {
  int64_t tokens = 0;
  for (const StepSequence& sequence : sequences) tokens += static_cast<int64_t>(sequence.ids.size());
  return tokens;
}

BatchMasks StepBatch::Masks(int64_t begin, int64_t end) const {
  BatchMasks masks;
  masks.padded_length = padded_length();
  for (int64_t i = begin; i < end; ++i) {
    const StepSequence& sequence = sequences[i];
    masks.lengths.push_back(static_cast<int64_t>(sequence.ids.size()));
    masks.labelled_counts.push_back(
        std::count_if(sequence.labels.begin(), sequence.labels.end(), [](int32_t label) { return label != kNoLabel; }));
  }
  return masks;
}

Batch StepBatch::Slice(int64_t begin, int64_t end, c10::Device device) const {
  CHECK(0 <= begin && begin < end && end <= static_cast<int64_t>(sequences.size()));
  const int64_t count = end - begin;
  const int64_t length = padded_length();
  at::Tensor ids = at::full({count, length}, pad_id, at::kLong);
  at::Tensor labels = at::full({count, length}, kNoLabel, at::kLong);
  at::Tensor valid = at::zeros({count, length}, at::kBool);
  std::vector<int64_t> real_rows, labelled_rows, sample_ids, row_offsets = {0};
  Batch batch;
  for (int64_t b = 0; b < count; ++b) {
    const StepSequence& sequence = sequences[begin + b];
    sample_ids.push_back(sequence.sample_id);
    for (size_t s = 0; s < sequence.ids.size(); ++s) {
      const int64_t row = b * length + static_cast<int64_t>(s);
      ids.data_ptr<int64_t>()[row] = sequence.ids[s];
      valid.data_ptr<bool>()[row] = true;
      real_rows.push_back(row);
      if (sequence.labels[s] == kNoLabel) continue;
      batch.labelled_places.push_back(static_cast<int64_t>(real_rows.size()) - 1);
      labels.data_ptr<int64_t>()[row] = sequence.labels[s];
      labelled_rows.push_back(row);
    }
    row_offsets.push_back(static_cast<int64_t>(real_rows.size()));
  }
  batch.ids = ToDevice(ids, device);
  batch.valid = ToDevice(valid, device);
  batch.labels = ToDevice(labels, device);
  batch.real_rows = ToDevice(ToTensor(real_rows), device);
  batch.labelled_rows = ToDevice(ToTensor(labelled_rows), device);
  batch.row_offsets = ToDevice(ToTensor(row_offsets).to(at::kInt), device);
  batch.sample_ids = ToDevice(ToTensor(sample_ids), device);
  batch.first_sample = sample_ids.front();
  const StepSequence* const first = sequences.data();
  const at::Tensor token_types = TokenTypes(first + begin, first + end, length);
  if (token_types.defined()) batch.token_types = ToDevice(token_types, device);
  LabelSequences(first + begin, first + end, device, &batch);
  batch.epoch = epoch;
  batch.all_valid = static_cast<int64_t>(real_rows.size()) == count * length;
  batch.masks = Masks(begin, end);
  return batch;
}

}  // namespace retort
