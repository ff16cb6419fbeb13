#include "framework/data/masking/masker.h"

#include <algorithm>

#include "framework/batch/micro_batches.h"

namespace retort {
namespace {

template <typename Masking>
void FillShares(Masking* masking) {
  RETORT_DEFAULT(masking, rate, 0.15);
  RETORT_DEFAULT(masking, mask_share, 0.8);
  RETORT_DEFAULT(masking, random_share, 0.1);
}

template <typename Masking>
void CheckShares(const std::string& place, const Masking& masking, Problems* problems) {
  problems->Want(masking.rate() > 0 && masking.rate() <= 1, place + "rate", "> 0 and <= 1", masking.rate());
  problems->Share(place + "mask_share", masking.mask_share(), /*one_allowed=*/true);
  problems->Share(place + "random_share", masking.random_share(), /*one_allowed=*/true);
  const double sum = masking.mask_share() + masking.random_share();
  problems->Want(!(sum > 1 + 1e-9), place + "mask_share + random_share", "<= 1", sum);
}

}  // namespace

void FillMaskingOptions(BertMasking* masking) { FillShares(masking); }

void FillMaskingOptions(DistilbertMasking* masking) {
  FillShares(masking);
  RETORT_DEFAULT(masking, smoothing, 0.7);
}

void CheckMaskingOptions(const std::string& place, const BertMasking& masking, Problems* problems) {
  CheckShares(place, masking, problems);
}

void CheckMaskingOptions(const std::string& place, const DistilbertMasking& masking, Problems* problems) {
  CheckShares(place, masking, problems);
  problems->AtLeastZero(place + "smoothing", masking.smoothing());
}

Masker::Masker(const MaskingRule& rule, int64_t micro_batches, const MaskingContext& context,
               const std::function<std::vector<int64_t>()>& count_pieces)
    : rule_(rule), slices_(rule.per_micro_batch ? std::max<int64_t>(1, micro_batches) : 1), context_(context) {
  if (rule_.kind != MaskingRule::Kind::kDistilbert) return;
  race_scales_ = MaskingRaceScales(count_pieces(), rule_.smoothing, context_.special_ids);
}

void Masker::Mask(StepBatch* step) const {
  for (const SequenceRange& range : MicroBatches(static_cast<int64_t>(step->sequences.size()), slices_)) {
    switch (rule_.kind) {
      case MaskingRule::Kind::kNone:
        break;
      case MaskingRule::Kind::kBert:
        MaskBert(rule_.options, context_, range.begin, range.end, step);
        break;
      case MaskingRule::Kind::kDistilbert:
        MaskDistilbert(rule_.options, context_, race_scales_, range.begin, range.end, step);
        break;
    }
  }
}

double Masker::LabelledShare(int64_t tokens, int64_t specials) const {
  const double maskable = static_cast<double>(tokens - specials) / static_cast<double>(tokens);
  switch (rule_.kind) {
    case MaskingRule::Kind::kNone:
      return 0;
    case MaskingRule::Kind::kBert:
      return rule_.options.rate * maskable;
    case MaskingRule::Kind::kDistilbert:
      return std::min(rule_.options.rate, maskable);
  }
  return 0;
}

}  // namespace retort
