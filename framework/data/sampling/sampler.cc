#include "framework/data/sampling/sampler.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/data/sampling/draw.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr int kBinWidth = 4;
constexpr int kFirstBinBegin = 3;  // the shortest sequence: [CLS], a piece, [SEP]

// Sorts samples by their draws.
class Shuffler {
 public:
  Shuffler(uint64_t seed, DrawPurpose purpose, int64_t epoch) : seed_(seed), purpose_(purpose), epoch_(epoch) {}

  void Shuffle(absl::Span<const uint32_t> values, std::vector<uint32_t>* order) {
    keyed_.clear();
    for (const uint32_t value : values) keyed_.emplace_back(SortKey(Draw(seed_, purpose_, value, epoch_, 0)), value);
    std::sort(keyed_.begin(), keyed_.end());
    order->clear();
    for (const auto& [key, value] : keyed_) order->push_back(value);
  }

 private:
  const uint64_t seed_;
  const DrawPurpose purpose_;
  const int64_t epoch_;
  std::vector<std::pair<uint64_t, uint32_t>> keyed_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Sampler>> Sampler::Create(absl::Span<const int32_t> lengths,
                                                         const SamplerOptions& options) {
  CHECK((options.sequences > 0) != (options.tokens > 0)) << options.sequences << " " << options.tokens;
  CHECK_LE(lengths.size(), size_t{std::numeric_limits<uint32_t>::max()});
  const int64_t samples = static_cast<int64_t>(lengths.size());
  const int64_t longest = lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
  if (options.tokens > 0 && options.tokens < longest) {
    return absl::InvalidArgumentError(
        absl::StrCat("batch.tokens: want at least the longest sequence's ", longest, ", got ", options.tokens));
  }
  std::unique_ptr<Sampler> sampler(new Sampler(options));
  const int64_t wanted = sampler->Capacity(longest);
  if (samples == 0 || samples < wanted) {
    return absl::InvalidArgumentError(
        options.sequences > 0
            ? absl::StrCat("batch.sequences: want at most the ", samples, " sequences there are, got ", wanted)
            : absl::StrCat("batch.tokens: want at most the ", samples, " sequences of ", longest,
                           " positions there are, got ", options.tokens));
  }
  sampler->MakeBins(lengths);
  sampler->MakeSteps();
  return sampler;
}

int64_t Sampler::Capacity(int64_t length) const {
  return options_.sequences > 0 ? options_.sequences : options_.tokens / std::max<int64_t>(length, 1);
}

void Sampler::MakeBins(absl::Span<const int32_t> lengths) {
  const auto bin_of = [this](int32_t length) {
    return options_.group_by_length ? std::max(0, length - kFirstBinBegin) / kBinWidth : 0;
  };
  std::vector<int64_t> counts, longest;
  for (const int32_t length : lengths) {
    const size_t bin = bin_of(length);
    if (bin >= counts.size()) {
      counts.resize(bin + 1, 0);
      longest.resize(bin + 1, 0);
    }
    ++counts[bin];
    longest[bin] = std::max<int64_t>(longest[bin], length);
  }
  std::vector<int64_t> ends(counts.size());
  std::exclusive_scan(counts.begin(), counts.end(), ends.begin(), int64_t{0});
  by_bin_.resize(lengths.size());
  for (size_t sample = 0; sample < lengths.size(); ++sample) {
    by_bin_[ends[bin_of(lengths[sample])]++] = static_cast<uint32_t>(sample);
  }
  int64_t begin = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const int64_t capacity = Capacity(longest[i]);
    if (ends[i] - begin < capacity && ends[i] < static_cast<int64_t>(lengths.size())) continue;
    bins_.push_back({begin, ends[i], capacity});
    begin = ends[i];
  }
  // The longest bin has no longer one to join.
  while (bins_.size() > 1 && bins_.back().full() == 0) {
    const Bin last = bins_.back();
    bins_.pop_back();
    bins_.back() = {bins_.back().begin, last.end, last.capacity};
  }
}

void Sampler::MakeSteps() {
  begins_ = {0};
  for (const Bin& bin : bins_) {
    for (int64_t i = 0; i < bin.full(); i += bin.capacity) begins_.push_back(begins_.back() + bin.capacity);
  }
  int64_t left = 0;  // over of the bins so far
  for (const Bin& bin : bins_) {
    for (int64_t i = bin.full(); i < bin.end - bin.begin; ++i) {
      if (left + 1 > bin.capacity) {
        // The step that was open is as full as the longer bin allows.
        begins_.push_back(begins_.back() + left);
        left = 0;
      }
      ++left;
    }
    if (left >= bin.capacity) {
      begins_.push_back(begins_.back() + left);
      left = 0;
    }
  }
}

StepSamples Sampler::Step(int64_t step) const {
  CHECK_GE(step, 0);
  StepSamples plan;
  plan.epoch = step / steps_per_epoch();
  const std::shared_ptr<const Epoch> epoch = EpochOf(plan.epoch);
  const uint32_t place = epoch->steps[step % steps_per_epoch()];
  plan.samples.assign(epoch->samples.begin() + begins_[place], epoch->samples.begin() + begins_[place + 1]);
  return plan;
}

std::shared_ptr<const Sampler::Epoch> Sampler::EpochOf(int64_t number) const {
  absl::MutexLock lock(&mutex_);
  if (current_ == nullptr || current_->number != number) current_ = Arrange(number);
  return current_;
}

std::shared_ptr<const Sampler::Epoch> Sampler::Arrange(int64_t number) const {
  auto epoch = std::make_shared<Epoch>();
  epoch->number = number;
  epoch->samples.reserve(by_bin_.size());
  std::vector<uint32_t> order, left;
  Shuffler samples(options_.data_seed, DrawPurpose::kSampleOrder, number);
  for (const Bin& bin : bins_) {
    samples.Shuffle(absl::MakeConstSpan(by_bin_).subspan(bin.begin, bin.end - bin.begin), &order);
    epoch->samples.insert(epoch->samples.end(), order.begin(), order.begin() + bin.full());
    left.insert(left.end(), order.begin() + bin.full(), order.end());
  }
  epoch->samples.insert(epoch->samples.end(), left.begin(), left.end());
  std::vector<uint32_t> steps(steps_per_epoch());
  std::iota(steps.begin(), steps.end(), 0u);
  Shuffler(options_.data_seed, DrawPurpose::kStepOrder, number).Shuffle(steps, &epoch->steps);
  return epoch;
}

}  // namespace retort
