#include "framework/data/squad/squad_data.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/data/examples/task_reader.h"
#include "framework/data/sampling/sampled_source.h"
#include "xxhash.h"

namespace retort {
namespace {

constexpr uint64_t kParts = 10;  // Of a training file; one is for "select", one for "report" where they lack files.

uint64_t HashText(const std::string& text) { return XXH3_64bits(text.data(), text.size()); }

// The steps of training on windows.
class SquadSource final : public SampledSource {
 public:
  SquadSource(std::shared_ptr<const SquadWindows> windows, std::vector<int32_t> lengths,
              std::unique_ptr<Sampler> sampler)
      : SampledSource(std::move(sampler)), windows_(std::move(windows)), lengths_(std::move(lengths)) {}

  double LabelledShare(int64_t, int64_t) const override { return 0; }
  uint64_t content_hash() const override { return windows_->content_hash(); }
  std::vector<std::string> notes() const override { return windows_->notes(); }

 protected:
  StepBatch Read(const StepSamples& samples) const override { return windows_->Step(samples.samples, samples.epoch); }
  int64_t Length(int64_t sample) const override { return lengths_[sample]; }

 private:
  const std::shared_ptr<const SquadWindows> windows_;
  const std::vector<int32_t> lengths_;
};

// So many questions, in their order. `field` asks for them, and begins the message where there are fewer.
absl::StatusOr<Squad> ChooseQuestions(Squad squad, int64_t count, absl::string_view field) {
  const auto all = static_cast<int64_t>(squad.questions.size());
  if (count > all) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ": want at most the ", all, " questions of the split, got ", count));
  }
  if (count == 0 || count == all) return squad;
  std::vector<std::pair<uint64_t, std::string>> order;
  for (const SquadQuestion& question : squad.questions) order.emplace_back(HashText(question.id), question.id);
  std::sort(order.begin(), order.end());
  std::set<std::string> chosen;
  for (int64_t i = 0; i < count; ++i) chosen.insert(order[i].second);
  return KeepQuestions(
      squad, [&](const SquadQuestion& question, const std::string&) { return chosen.count(question.id) > 0; });
}

}  // namespace

void CheckSquadDataOptions(const std::string& place, const SquadDataOptions& options, Problems* problems) {
  const SquadCut& cut = options.cut;
  if (options.paths.count(kTrainSplit) == 0) problems->Add(place + "train", "want a file to train on, got none");
  problems->Want(cut.question_length >= 1, place + "question_length", ">= 1", cut.question_length);
  problems->Want(cut.length - SquadCut::kBesideQuestion >= cut.question_length, place + "length",
                 absl::StrCat(">= question_length + ", SquadCut::kBesideQuestion), cut.length);
  problems->Want(cut.stride >= 1, place + "stride", ">= 1", cut.stride);
  problems->Want(options.examples >= 0, place + "examples", ">= 0 (0: all)", options.examples);
}

ModelNeeds SquadData::needs() const {
  ModelNeeds needs;
  needs.heads = {HeadKind::kSpans};
  needs.longest_sequence = options_.cut.length;
  return needs;
}

std::string SquadData::Description() const { return absl::StrCat("SQuAD (", options_.paths.at(kTrainSplit), ")"); }

absl::StatusOr<std::unique_ptr<StepSource>> SquadData::Open(const DataInputs& inputs) const {
  RETORT_ASSIGN_OR_RETURN(std::shared_ptr<const SquadWindows> windows,
                          Windows(kTrainSplit, /*sequences=*/0, inputs.tokenizer, inputs.cache));
  std::vector<int32_t> lengths = windows->Lengths();
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<Sampler> sampler, MakeSampler(lengths, inputs.batch, inputs.data_seed));
  return std::make_unique<SquadSource>(std::move(windows), std::move(lengths), std::move(sampler));
}

absl::StatusOr<std::shared_ptr<const SquadWindows>> SquadData::Windows(absl::string_view split, int64_t sequences,
                                                                       const Tokenizer& tokenizer,
                                                                       DataCache* cache) const {
  const std::string name = absl::StrCat(name_, "\n", split, " ", sequences, " ", tokenizer.Fingerprint());
  return cache->Get<SquadWindows>(name, [&]() -> absl::StatusOr<std::shared_ptr<const SquadWindows>> {
    RETORT_ASSIGN_OR_RETURN(Squad squad, Split(split, cache));
    RETORT_ASSIGN_OR_RETURN(squad, ChooseQuestions(std::move(squad), sequences, "sequences"));
    for (std::string& note : squad.notes) note = absl::StrCat(split, ": ", note);
    RETORT_ASSIGN_OR_RETURN(SquadWindows windows, SquadWindows::Create(std::move(squad), options_.cut, tokenizer));
    return std::make_shared<const SquadWindows>(std::move(windows));
  });
}

absl::StatusOr<std::shared_ptr<const Squad>> SquadData::File(absl::string_view split, DataCache* cache) const {
  return cache->Get<Squad>(
      absl::StrCat(name_, "\nfile ", split), [&]() -> absl::StatusOr<std::shared_ptr<const Squad>> {
        const SquadRules rules{options_.impossible, /*labelled=*/split != kTestSplit};
        RETORT_ASSIGN_OR_RETURN(Squad squad, ReadSquad(options_.paths.at(std::string(split)), rules));
        return std::make_shared<const Squad>(std::move(squad));
      });
}

absl::StatusOr<Squad> SquadData::Split(absl::string_view split, DataCache* cache) const {
  const bool derived = !HasFile(split) && (split == kSelectSplit || split == kReportSplit);
  if (!HasFile(split) && !derived) {
    std::set<std::string> names = {kSelectSplit, kReportSplit};
    for (const auto& [name, path] : options_.paths) names.insert(name);
    return absl::InvalidArgumentError(
        absl::StrCat("split: want one of ", absl::StrJoin(names, ", "), ", got \"", split, "\""));
  }
  RETORT_ASSIGN_OR_RETURN(const std::shared_ptr<const Squad> file, File(derived ? kTrainSplit : split, cache));
  const bool whole = !derived && split != kTrainSplit;
  Squad squad = KeepQuestions(
      *file, [&](const SquadQuestion&, const std::string& context) { return whole || SplitOf(context) == split; });
  if (squad.questions.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(Description(), ": split \"", split, "\": want questions, got none"));
  }
  if (split != kTrainSplit) return squad;
  return ChooseQuestions(std::move(squad), options_.examples, "examples");
}

std::string SquadData::SplitOf(const std::string& context) const {
  const uint64_t part = HashText(context) % kParts;
  if (part == 0 && !HasFile(kSelectSplit)) return kSelectSplit;
  if (part == 1 && !HasFile(kReportSplit)) return kReportSplit;
  return kTrainSplit;
}

}  // namespace retort
