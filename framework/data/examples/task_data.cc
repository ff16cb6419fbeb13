#include "framework/data/examples/task_data.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/data/sampling/sampled_source.h"
#include "xxhash.h"

namespace retort {
namespace {

constexpr int64_t kShortest = 8;
constexpr uint64_t kParts = 10;     // Of a training file; one is for "select", one for "report" where they lack files.
constexpr uint64_t kSplitSeed = 0;  // Of the hash that tells the parts, and ...
constexpr uint64_t kExamplesSeed = 1;  // ... of the one that chooses some examples.

uint64_t HashTexts(const TaskExample& example, uint64_t seed) {
  const uint64_t first = XXH3_64bits_withSeed(example.first.data(), example.first.size(), seed);
  if (!example.second) return first;
  return XXH3_64bits_withSeed(example.second->data(), example.second->size(), first);
}

// The steps of training on labelled sequences, sample i being the sequence i modulo their number.
class TaskSource final : public SampledSource {
 public:
  TaskSource(std::shared_ptr<const LabelledSequences> sequences, std::unique_ptr<Sampler> sampler,
             uint64_t content_hash)
      : SampledSource(std::move(sampler)), sequences_(std::move(sequences)), content_hash_(content_hash) {}

  double LabelledShare(int64_t, int64_t) const override { return 0; }
  uint64_t content_hash() const override { return content_hash_; }
  std::vector<std::string> notes() const override { return sequences_->notes; }

 protected:
  StepBatch Read(const StepSamples& samples) const override {
    std::vector<int64_t> places = samples.samples;
    for (int64_t& place : places) place %= sequences_->size();
    return sequences_->Step(places, samples.epoch);
  }
  int64_t Length(int64_t sample) const override {
    return static_cast<int64_t>(sequences_->sequences[sample % sequences_->size()].ids.size());
  }

 private:
  const std::shared_ptr<const LabelledSequences> sequences_;
  const uint64_t content_hash_;
};

// How many examples an augmentation makes of each, the example itself included.
int64_t ExamplesOfEach(const TaskExamples& examples, int copies) {
  const bool pairs = !examples.examples.empty() && examples.examples.front().second.has_value();
  return 1 + int64_t{copies} * (pairs ? 2 : 1);
}

std::vector<int32_t> Repeated(const std::vector<int32_t>& lengths, int64_t times) {
  std::vector<int32_t> repeated;
  repeated.reserve(lengths.size() * times);
  for (int64_t i = 0; i < times; ++i) repeated.insert(repeated.end(), lengths.begin(), lengths.end());
  return repeated;
}

// In the order of their numbers if all are numbers, else of their names.
std::vector<std::string> Ordered(const std::set<std::string>& names) {
  std::vector<std::string> ordered(names.begin(), names.end());
  const auto is_number = [](const std::string& name) {
    int64_t number = 0;
    return absl::SimpleAtoi(name, &number);
  };
  if (!std::all_of(ordered.begin(), ordered.end(), is_number)) return ordered;
  const auto number_of = [](const std::string& name) {
    int64_t number = 0;
    (void)absl::SimpleAtoi(name, &number);
    return number;
  };
  std::stable_sort(ordered.begin(), ordered.end(),
                   [&](const auto& a, const auto& b) { return number_of(a) < number_of(b); });
  return ordered;
}

// The names of the classes of a file, in their order.
struct ClassNames {
  std::vector<std::string> names;
};

// Keeps so many examples, in their order, chosen by a hash of their texts: more hold those that fewer hold.
absl::Status KeepSome(int64_t count, const std::string& description, std::vector<TaskExample>* examples) {
  if (count > static_cast<int64_t>(examples->size())) {
    return absl::InvalidArgumentError(absl::StrCat("examples: want at most the ", examples->size(),
                                                   " that can be trained on of ", description, ", got ", count));
  }
  std::vector<std::pair<uint64_t, size_t>> order;
  for (size_t i = 0; i < examples->size(); ++i) order.emplace_back(HashTexts((*examples)[i], kExamplesSeed), i);
  std::sort(order.begin(), order.end());
  order.resize(count);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::vector<TaskExample> kept;
  for (const auto& [hash, place] : order) kept.push_back(std::move((*examples)[place]));
  *examples = std::move(kept);
  return absl::OkStatus();
}

}  // namespace

void CheckTaskDataOptions(const std::string& place, const TaskDataOptions& options, Problems* problems) {
  problems->Want(options.length >= kShortest, place + "length", absl::StrCat(">= ", kShortest), options.length);
  problems->Want(options.examples >= 0, place + "examples", ">= 0 (0: all)", options.examples);
}

ModelNeeds TaskData::needs() const {
  ModelNeeds needs;
  needs.heads = {reader_->head()};
  needs.longest_sequence = options_.length;
  return needs;
}

absl::StatusOr<std::vector<std::string>> TaskData::Classes(DataCache* cache) const {
  if (reader_->head() != HeadKind::kClasses) return std::vector<std::string>();
  std::vector<std::string> classes = reader_->classes();
  if (classes.empty()) {
    const auto look = [&]() -> absl::StatusOr<std::shared_ptr<const ClassNames>> {
      RETORT_ASSIGN_OR_RETURN(const std::shared_ptr<const TaskExamples> train, File(kTrainSplit, cache));
      std::set<std::string> names;
      for (const TaskExample& example : train->examples) names.insert(example.label);
      return std::make_shared<const ClassNames>(ClassNames{Ordered(names)});
    };
    RETORT_ASSIGN_OR_RETURN(const auto found, cache->Get<ClassNames>(absl::StrCat(name_, "\nclasses"), look));
    classes = found->names;
  }
  if (classes.size() >= 2) return classes;
  return absl::InvalidArgumentError(
      absl::StrCat(reader_->Description(), ": want examples of at least 2 classes, got ",
                   classes.empty() ? "none" : absl::StrCat("all of \"", classes[0], "\"")));
}

absl::StatusOr<std::unique_ptr<StepSource>> TaskData::Open(const DataInputs& inputs) const {
  RETORT_ASSIGN_OR_RETURN(std::shared_ptr<const LabelledSequences> sequences, TrainedOn(inputs));
  uint64_t content_hash = sequences->content_hash;
  int64_t times = 1;
  if (inputs.augmented != nullptr) content_hash = inputs.augmented->content_hash;
  if (inputs.augmented != nullptr && inputs.augmented->examples == nullptr) {
    RETORT_ASSIGN_OR_RETURN(const auto originals, TrainingExamples(inputs.cache));
    times = ExamplesOfEach(*originals, inputs.augmented->copies);
  }
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<Sampler> sampler,
                          MakeSampler(Repeated(sequences->Lengths(), times), inputs.batch, inputs.data_seed));
  return std::make_unique<TaskSource>(std::move(sequences), std::move(sampler), content_hash);
}

// The augmented examples where they are there, else those of the training split.
absl::StatusOr<std::shared_ptr<const LabelledSequences>> TaskData::TrainedOn(const DataInputs& inputs) const {
  if (inputs.augmented == nullptr || inputs.augmented->examples == nullptr) {
    return Sequences(kTrainSplit, inputs.tokenizer, inputs.cache);
  }
  RETORT_ASSIGN_OR_RETURN(LabelledSequences labelled,
                          Label(*inputs.augmented->examples, inputs.tokenizer, inputs.cache));
  return std::make_shared<const LabelledSequences>(std::move(labelled));
}

absl::StatusOr<LabelledSequences> TaskData::Label(const TaskExamples& examples, const Tokenizer& tokenizer,
                                                  DataCache* cache) const {
  LabellingOptions labelling{reader_->head(), {}, options_.length};
  RETORT_ASSIGN_OR_RETURN(labelling.classes, Classes(cache));
  return LabelSequences(examples, labelling, tokenizer);
}

absl::StatusOr<std::shared_ptr<const TaskExamples>> TaskData::TrainingExamples(DataCache* cache) const {
  return cache->Get<TaskExamples>(absl::StrCat(name_, "\ntrained on"),
                                  [&]() -> absl::StatusOr<std::shared_ptr<const TaskExamples>> {
                                    RETORT_ASSIGN_OR_RETURN(TaskExamples examples, Split(kTrainSplit, cache));
                                    return std::make_shared<const TaskExamples>(std::move(examples));
                                  });
}

absl::StatusOr<std::shared_ptr<const LabelledSequences>> TaskData::Sequences(absl::string_view split,
                                                                             const Tokenizer& tokenizer,
                                                                             DataCache* cache) const {
  const std::string name = absl::StrCat(name_, "\n", split, " ", tokenizer.Fingerprint());
  return cache->Get<LabelledSequences>(name, [&]() -> absl::StatusOr<std::shared_ptr<const LabelledSequences>> {
    RETORT_ASSIGN_OR_RETURN(TaskExamples examples, Split(split, cache));
    RETORT_ASSIGN_OR_RETURN(LabelledSequences labelled, Label(examples, tokenizer, cache));
    if (split != kTrainSplit) labelled.texts = std::make_shared<const TaskExamples>(std::move(examples));
    for (std::string& note : labelled.notes) {
      note = absl::StrCat(reader_->Description(), ": ", split, ": ", note);
    }
    return std::make_shared<const LabelledSequences>(std::move(labelled));
  });
}

absl::StatusOr<std::shared_ptr<const TaskExamples>> TaskData::File(absl::string_view split, DataCache* cache) const {
  return cache->Get<TaskExamples>(absl::StrCat(name_, "\nfile ", split),
                                  [&]() -> absl::StatusOr<std::shared_ptr<const TaskExamples>> {
                                    RETORT_ASSIGN_OR_RETURN(TaskExamples examples, reader_->Read(split));
                                    return std::make_shared<const TaskExamples>(std::move(examples));
                                  });
}

absl::StatusOr<TaskExamples> TaskData::Split(absl::string_view split, DataCache* cache) const {
  const bool derived = !HasFile(split) && (split == kSelectSplit || split == kReportSplit);
  if (!HasFile(split) && !derived) {
    std::vector<std::string> names = reader_->splits();
    for (const char* other : {kSelectSplit, kReportSplit}) {
      if (!HasFile(other)) names.push_back(other);
    }
    return absl::InvalidArgumentError(
        absl::StrCat("split: want one of ", absl::StrJoin(names, ", "), ", got \"", split, "\""));
  }
  RETORT_ASSIGN_OR_RETURN(const std::shared_ptr<const TaskExamples> file, File(derived ? kTrainSplit : split, cache));
  TaskExamples examples;
  examples.notes = file->notes;
  const bool whole = !derived && split != kTrainSplit;
  for (const TaskExample& example : file->examples) {
    if (whole || SplitOf(example) == split) examples.examples.push_back(example);
  }
  if (examples.examples.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(reader_->Description(), ": split \"", split, "\": want examples, got none"));
  }
  if (split == kTrainSplit && options_.examples > 0) {
    RETORT_RETURN_IF_ERROR(KeepSome(options_.examples, reader_->Description(), &examples.examples));
  }
  return examples;
}

bool TaskData::HasFile(absl::string_view split) const {
  const std::vector<std::string> splits = reader_->splits();
  return std::find(splits.begin(), splits.end(), split) != splits.end();
}

std::string TaskData::SplitOf(const TaskExample& example) const {
  const uint64_t part = HashTexts(example, kSplitSeed) % kParts;
  if (part == 0 && !HasFile(kSelectSplit)) return kSelectSplit;
  if (part == 1 && !HasFile(kReportSplit)) return kReportSplit;
  return kTrainSplit;
}

}  // namespace retort
