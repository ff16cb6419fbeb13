#include "framework/data/masking/held_out.h"

#include <algorithm>
#include <utility>

#include "framework/data/masking/read_step.h"
#include "framework/data/sampling/draw.h"
#include "glog/logging.h"

namespace retort {

HeldOut::HeldOut(std::shared_ptr<const SequenceSet> sequences, int64_t count, const MaskingContext& context,
                 const MaskingOptions& masking)
    : sequences_(std::move(sequences)), context_(context), masking_(masking) {
  CHECK_GE(count, 0);
  std::vector<std::pair<uint64_t, int64_t>> keyed;
  keyed.reserve(sequences_->size());
  for (int64_t sample = 0; sample < sequences_->size(); ++sample) {
    keyed.emplace_back(SortKey(Draw(context_.data_seed, DrawPurpose::kHeldOut, sample, 0, 0)), sample);
  }
  const auto end = keyed.begin() + std::min(count, sequences_->size());
  std::partial_sort(keyed.begin(), end, keyed.end());
  for (auto it = keyed.begin(); it != end; ++it) samples_.push_back(it->second);
  std::sort(samples_.begin(), samples_.end(), [this](int64_t a, int64_t b) {
    const int64_t length_a = sequences_->Length(a), length_b = sequences_->Length(b);
    return length_a != length_b ? length_a > length_b : a < b;
  });
}

int64_t HeldOut::tokens() const {
  int64_t tokens = 0;
  for (const int64_t sample : samples_) tokens += sequences_->Length(sample);
  return tokens;
}

StepBatch HeldOut::Read(int64_t begin, int64_t end) const {
  CHECK(0 <= begin && begin <= end && end <= size()) << begin << " to " << end << " of " << size();
  StepBatch step = ReadStep(*sequences_, absl::MakeConstSpan(samples_).subspan(begin, end - begin), /*epoch=*/0);
  if (kind() == LmKind::kMasked) MaskBert(masking_, context_, 0, end - begin, &step);
  return step;
}

}  // namespace retort
