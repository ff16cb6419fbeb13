#include "framework/data/masking/masking.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "framework/data/sampling/draw.h"
#include "glog/logging.h"

namespace retort {
namespace {

PhiloxCounter DrawAt(const MaskingContext& context, int64_t epoch, int64_t sample, size_t position) {
  return Draw(context.data_seed, DrawPurpose::kMasking, sample, epoch, static_cast<int64_t>(position));
}

// Labels a chosen position and writes what stands in its place. The first 64 bits decided that it was chosen.
void MaskPosition(double mask_share, double random_share, const MaskingContext& context, const PhiloxCounter& bits,
                  size_t position, StepSequence* sequence) {
  DCHECK_EQ(sequence->labels[position], kNoLabel);
  int32_t& id = sequence->ids[position];
  sequence->labels[position] = id;
  const double choice = (bits[2] + 0.5) * 0x1p-32;
  if (choice < mask_share) {
    id = context.special_ids.mask;
  } else if (choice < mask_share + random_share) {
    id = static_cast<int32_t>(UniformBelow(bits[3], static_cast<uint32_t>(context.vocabulary_size)));
  }
}

void CheckRange(int64_t begin, int64_t end, const StepBatch& step) {
  CHECK(0 <= begin && begin <= end && end <= static_cast<int64_t>(step.sequences.size()))
      << begin << " to " << end << " of " << step.sequences.size();
}

// A position that may be chosen, by the moment at which its race ends.
struct Runner {
  double key;
  int64_t sample;
  uint32_t position;
  uint32_t sequence;

  bool operator<(const Runner& other) const {
    return std::tie(key, sample, position) < std::tie(other.key, other.sample, other.position);
  }
};

}  // namespace

void MaskBert(const MaskingOptions& options, const MaskingContext& context, int64_t begin, int64_t end,
              StepBatch* step) {
  CheckRange(begin, end, *step);
  const SpecialIds& special = context.special_ids;
  for (int64_t i = begin; i < end; ++i) {
    StepSequence& sequence = step->sequences[i];
    for (size_t position = 0; position < sequence.ids.size(); ++position) {
      const int32_t id = sequence.ids[position];
      if (id == special.cls || id == special.sep || id == special.pad) continue;
      const PhiloxCounter bits = DrawAt(context, step->epoch, sequence.sample_id, position);
      if (Uniform(bits) >= options.rate) continue;
      MaskPosition(options.mask_share, options.random_share, context, bits, position, &sequence);
    }
  }
}

std::vector<double> MaskingRaceScales(absl::Span<const int64_t> piece_counts, double smoothing,
                                      const SpecialIds& special_ids) {
  std::vector<double> scales;
  scales.reserve(piece_counts.size());
  for (const int64_t count : piece_counts) {
    scales.push_back(std::pow(static_cast<double>(std::max<int64_t>(count, 1)), smoothing));
  }
  for (const int32_t id : {special_ids.pad, special_ids.unk, special_ids.cls, special_ids.sep, special_ids.mask}) {
    scales.at(id) = std::numeric_limits<double>::infinity();
  }
  return scales;
}

void MaskDistilbert(const MaskingOptions& options, const MaskingContext& context, absl::Span<const double> race_scales,
                    int64_t begin, int64_t end, StepBatch* step) {
  CheckRange(begin, end, *step);
  CHECK_EQ(static_cast<int64_t>(race_scales.size()), context.vocabulary_size);
  std::vector<Runner> runners;
  int64_t positions = 0;
  for (int64_t i = begin; i < end; ++i) {
    const StepSequence& sequence = step->sequences[i];
    positions += static_cast<int64_t>(sequence.ids.size());
    for (size_t position = 0; position < sequence.ids.size(); ++position) {
      const double scale = race_scales[sequence.ids[position]];
      if (std::isinf(scale)) continue;
      const double u = Uniform(DrawAt(context, step->epoch, sequence.sample_id, position));
      runners.push_back(
          {-std::log(u) * scale, sequence.sample_id, static_cast<uint32_t>(position), static_cast<uint32_t>(i)});
    }
  }
  const size_t wanted = static_cast<size_t>(std::ceil(options.rate * static_cast<double>(positions)));
  if (wanted < runners.size()) {
    std::nth_element(runners.begin(), runners.begin() + wanted, runners.end());
    runners.resize(wanted);
  }
  for (const Runner& runner : runners) {
    const PhiloxCounter bits = DrawAt(context, step->epoch, runner.sample, runner.position);
    MaskPosition(options.mask_share, options.random_share, context, bits, runner.position,
                 &step->sequences[runner.sequence]);
  }
}

}  // namespace retort
