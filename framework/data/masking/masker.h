#ifndef RETORT_FRAMEWORK_DATA_MASKING_MASKER_H_
#define RETORT_FRAMEWORK_DATA_MASKING_MASKER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "framework/base/problems.h"
#include "framework/batch/step_batch.h"
#include "framework/data/masking/masking.h"
#include "framework/data/masking/masking.pb.h"
#include "framework/registry/config_rules.h"

// Masks as the configurations of data for masked language models say them, in the fields
//
//   oneof masking {                // Default: bert_masking.
//     BertMasking bert_masking;
//     DistilbertMasking distilbert_masking;
//     NoMasking no_masking;
//   }
//   optional MaskScope mask_scope;  // Default: STEP.

namespace retort {

// What these fields say.
struct MaskingRule {
  enum class Kind { kNone, kBert, kDistilbert };
  Kind kind = Kind::kBert;
  MaskingOptions options;
  double smoothing = 0;          // Of kDistilbert.
  bool per_micro_batch = false;  // Else over all sequences of a step.
};

// Masks the sequences of steps. Copies what it needs; immutable and thread-safe.
class Masker {
 public:
  // `micro_batches`: of a step. `count_pieces`: how often each piece of the vocabulary stands in the data, which only
  // kDistilbert asks, here.
  Masker(const MaskingRule& rule, int64_t micro_batches, const MaskingContext& context,
         const std::function<std::vector<int64_t>()>& count_pieces);

  // Masks all sequences of a step, whose labels are all kNoLabel. The slices are those of MicroBatches
  // (framework/batch/micro_batches.h) if masks are drawn per micro-batch, else the whole step is one.
  void Mask(StepBatch* step) const;

  // The share of the real positions, `specials` of which are special ids, that is expected to be labelled.
  double LabelledShare(int64_t tokens, int64_t specials) const;

 private:
  MaskingRule rule_;
  int64_t slices_;
  MaskingContext context_;
  std::vector<double> race_scales_;  // Of kDistilbert.
};

// Defaults and problems of one kind of masks. `place` ends in ": ".
void FillMaskingOptions(BertMasking* masking);
void FillMaskingOptions(DistilbertMasking* masking);
void CheckMaskingOptions(const std::string& place, const BertMasking& masking, Problems* problems);
void CheckMaskingOptions(const std::string& place, const DistilbertMasking& masking, Problems* problems);

// Writes the defaults of the fields above.
template <typename Config>
void FillMasking(Config* config) {
  RETORT_DEFAULT(config, mask_scope, STEP);
  if (config->masking_case() == Config::MASKING_NOT_SET) config->mutable_bert_masking();
  if (config->has_bert_masking()) FillMaskingOptions(config->mutable_bert_masking());
  if (config->has_distilbert_masking()) FillMaskingOptions(config->mutable_distilbert_masking());
}

// Adds what is wrong with the fields above.
template <typename Config>
void CheckMasking(const std::string& place, const Config& config, Problems* problems) {
  if (config.has_bert_masking()) CheckMaskingOptions(place + "bert_masking: ", config.bert_masking(), problems);
  if (config.has_distilbert_masking()) {
    CheckMaskingOptions(place + "distilbert_masking: ", config.distilbert_masking(), problems);
  }
}

// What the fields of a configuration with its defaults say.
template <typename Config>
MaskingRule MaskingRuleOf(const Config& config) {
  MaskingRule rule;
  rule.kind = MaskingRule::Kind::kNone;
  rule.per_micro_batch = config.mask_scope() == MICRO_BATCH;
  const auto take = [&rule](MaskingRule::Kind kind, const auto& masking) {
    rule.kind = kind;
    rule.options = {masking.rate(), masking.mask_share(), masking.random_share()};
  };
  if (config.has_bert_masking()) take(MaskingRule::Kind::kBert, config.bert_masking());
  if (config.has_distilbert_masking()) {
    take(MaskingRule::Kind::kDistilbert, config.distilbert_masking());
    rule.smoothing = config.distilbert_masking().smoothing();
  }
  return rule;
}

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_MASKING_MASKER_H_
