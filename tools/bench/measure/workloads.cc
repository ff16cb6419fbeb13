#include "tools/bench/measure/workloads.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "framework/model/config/head_spec.h"
#include "glog/logging.h"
#include "nlohmann/json.hpp"

namespace retort::bench {
namespace {

using Json = nlohmann::ordered_json;
using Lengths = std::vector<int64_t>;

constexpr int64_t kBertVocabulary = 30522, kSmallVocabulary = 8192;

// The middle of each sixteenth of the lengths of data/corpora/wiki's paragraphs (wiki_qed_paragraphs, every second
// one), in BERT's pieces with [CLS] and [SEP], cut at 512.
const Lengths& WikipediaLengths() {
  static const auto* const lengths =
      new Lengths{32, 48, 59, 68, 76, 84, 93, 101, 108, 118, 128, 139, 156, 176, 209, 294};
  return *lengths;
}

// The same of the 9,596 training sentences of data/tasks/rt_polarity, in 32 parts.
const Lengths& SentenceLengths() {
  static const auto* const lengths = new Lengths{7,  9,  11, 12, 13, 15, 16, 17, 18, 19, 19, 20, 21, 22, 23, 24,
                                                 25, 26, 26, 27, 28, 29, 30, 31, 32, 34, 35, 36, 38, 40, 43, 49};
  return *lengths;
}

Workload Small(std::string name, std::string what, Lengths lengths) {
  Workload workload;
  workload.name = std::move(name);
  workload.what = absl::StrCat("triple loss, all rows, 6 layers of 256 teach 3, V = 8192, ", what);
  workload.teacher = MakeEncoder(6, 256, 4, kSmallVocabulary);
  workload.student = MakeEncoder(3, 256, 4, kSmallVocabulary);
  workload.lengths = std::move(lengths);
  return workload;
}

// What small_lengths would take if padding were computed.
Workload SmallPadded() {
  const auto count = static_cast<int64_t>(WikipediaLengths().size());
  Workload workload = Small("small_padded", "these paragraphs with their padding, which counts as tokens",
                            Lengths(count, WikipediaLengths().back()));
  workload.on_cpu = false;
  return workload;
}

Workload Base(std::string name, std::string what, Losses losses, int64_t sequences, int64_t positions) {
  Workload workload;
  workload.name = std::move(name);
  workload.what = absl::StrCat(what, ", BERT-base teaches DistilBERT, ", sequences, " x ", positions);
  workload.losses = losses;
  workload.teacher = MakeEncoder(12, 768, 12, kBertVocabulary);
  workload.student = MakeEncoder(6, 768, 12, kBertVocabulary);
  workload.lengths.assign(sequences, positions);
  return workload;
}

// What a GPU has enough work with.
Workload BaseOnGpu(int64_t sequences) {
  Workload workload = Base(absl::StrCat("base_", sequences, "x128"), "triple loss, all rows, for a GPU",
                           Losses::kTriple, sequences, 128);
  workload.row_chunk = 4096;
  workload.on_cpu = false;
  workload.on_gpu = true;
  return workload;
}

Workload Tinybert() {
  Workload workload;
  workload.name = "tinybert";
  workload.what = "TinyBERT's general distillation, 12 layers of 768 teach 4 of 312, 4 x 128";
  workload.losses = Losses::kTinybert;
  workload.teacher = MakeEncoder(12, 768, 12, kBertVocabulary);
  workload.student = MakeEncoder(4, 312, 12, kBertVocabulary);
  workload.lengths.assign(4, 128);
  return workload;
}

Workload Quickstart() {
  Workload workload;
  workload.name = "quickstart";
  workload.what = "triple loss, masked rows, 6 layers of 384 teach 3, V = 8192, 16 x 64";
  workload.losses = Losses::kTripleLabelled;
  workload.teacher = MakeEncoder(6, 384, 12, kSmallVocabulary);
  workload.student = MakeEncoder(3, 384, 12, kSmallVocabulary);
  workload.lengths.assign(16, 64);
  workload.on_cpu = false;
  return workload;
}

Workload FineTuning() {
  Workload workload;
  workload.name = "fine_tune";
  workload.what = "fine-tuning BERT-base for classes, 32 sentences of real lengths (rt_polarity)";
  workload.losses = Losses::kClasses;
  workload.student = MakeEncoder(12, 768, 12, kBertVocabulary);
  workload.student.pooler = true;
  workload.student.heads = {PlainHead(HeadKind::kClasses, Pooling::kPooler)};
  workload.lengths = SentenceLengths();
  return workload;
}

Workload Cohort(Workload single, int64_t students) {
  Workload workload = std::move(single);
  workload.single = workload.name;
  absl::StrAppend(&workload.name, "_x", students);
  absl::StrAppend(&workload.what, ", ", students, " students together");
  workload.students = students;
  return workload;
}

Workload SideBySide(Workload cohort) {
  cohort.side_by_side = true;
  cohort.on_cpu = false;
  cohort.name += "_side_by_side";
  cohort.what += ", each on one thread";
  return cohort;
}

// So small that it is measured in a second.
Workload Tiny() {
  Workload workload;
  workload.name = "tiny";
  workload.what = "triple loss, all rows, 2 layers of 64 teach 1, V = 512, 4 x 32: to try this program";
  workload.teacher = MakeEncoder(2, 64, 4, 512);
  workload.student = MakeEncoder(1, 64, 4, 512);
  workload.lengths.assign(4, 32);
  workload.on_cpu = false;
  return workload;
}

Workload DataAlone(std::string name, std::string what, Work work) {
  Workload workload;
  workload.name = std::move(name);
  workload.what = std::move(what);
  workload.work = work;
  return workload;
}

std::vector<Workload> MakeWorkloads() {
  return {
      Small("small", "32 x 128", Lengths(32, 128)),
      Small("small_lengths", "16 paragraphs of Wikipedia's lengths, at most 512", WikipediaLengths()),
      SmallPadded(),
      Base("base", "triple loss, all rows", Losses::kTriple, 8, 128),
      Base("base_masked", "triple loss, masked rows", Losses::kTripleLabelled, 8, 128),
      Base("base_512", "triple loss, all rows", Losses::kTriple, 2, 512),
      BaseOnGpu(32),
      BaseOnGpu(256),
      Tinybert(),
      Cohort(Tinybert(), 7),
      SideBySide(Cohort(Tinybert(), 7)),
      FineTuning(),
      Quickstart(),
      Cohort(Quickstart(), 2),
      Cohort(Quickstart(), 4),
      Cohort(Quickstart(), 8),
      SideBySide(Cohort(Quickstart(), 8)),
      Tiny(),
      DataAlone("tokenize", "WordPiece of --corpus into a token store, all threads", Work::kTokenizing),
      DataAlone("mask", "steps of 256 x 128 of --corpus, masked by BERT's rule, one thread", Work::kMasking),
  };
}

Json EncoderJson(const EncoderConfig& config) {
  const LayerSpec& layer = config.layer(1);
  return {{"layers", config.depth()},
          {"hidden", config.hidden_size},
          {"heads", layer.attention.heads},
          {"intermediate", layer.feed_forward.width},
          {"vocabulary", config.vocabulary_size}};
}

absl::Status NoSuchWorkload(absl::string_view name) {
  return absl::InvalidArgumentError(
      absl::StrCat("--workloads: want different names parted by commas, each one of ",
                   absl::StrJoin(Workloads(), ", ", [](std::string* out, const Workload& w) { *out += w.name; }),
                   ", got \"", name, "\"; --list says what they are"));
}

}  // namespace

EncoderConfig MakeEncoder(int64_t layers, int64_t hidden_size, int64_t heads, int64_t vocabulary_size) {
  EncoderConfig config;
  config.hidden_size = hidden_size;
  config.vocabulary_size = vocabulary_size;
  LayerSpec layer;
  layer.attention.heads = heads;
  layer.feed_forward.width = 4 * hidden_size;
  CHECK(SetLayers(layers, layer, &config).ok());
  config.heads = {HeadSpec()};
  return config;
}

const std::vector<Workload>& Workloads() {
  static const auto* const workloads = new std::vector<Workload>(MakeWorkloads());
  return *workloads;
}

absl::StatusOr<std::vector<Workload>> ChooseWorkloads(const std::string& names, c10::DeviceType device) {
  const std::vector<Workload>& all = Workloads();
  std::vector<Workload> chosen;
  if (names.empty()) {
    std::copy_if(all.begin(), all.end(), std::back_inserter(chosen), [device](const Workload& workload) {
      return device == c10::DeviceType::CUDA ? workload.on_gpu : workload.on_cpu;
    });
    return chosen;
  }
  for (const absl::string_view name : absl::StrSplit(names, ',')) {
    const auto has_name = [name](const Workload& workload) { return workload.name == name; };
    const auto found = std::find_if(all.begin(), all.end(), has_name);
    if (found == all.end() || std::any_of(chosen.begin(), chosen.end(), has_name)) return NoSuchWorkload(name);
    chosen.push_back(*found);
  }
  return chosen;
}

const char* LossesName(Losses losses) {
  switch (losses) {
    case Losses::kTriple:
      return "triple";
    case Losses::kTripleLabelled:
      return "triple_labelled";
    case Losses::kTinybert:
      return "tinybert";
    case Losses::kClasses:
      return "classes";
  }
  LOG(FATAL) << "no such losses";
}

const char* LossesText(Losses losses) {
  switch (losses) {
    case Losses::kTriple:
      return "loss { name: \"ce\" weight: 5 soft_targets { temperature: 2 } } loss { name: \"cos\" cosine {} } "
             "loss { name: \"mlm\" weight: 2 masked_lm {} } ";
    case Losses::kTripleLabelled:
      return "loss { name: \"ce\" weight: 5 soft_targets { temperature: 2 rows: LABELLED } } "
             "loss { name: \"cos\" cosine {} } loss { name: \"mlm\" weight: 2 masked_lm {} } ";
    case Losses::kTinybert:
      return "loss { name: \"embedding\" hidden_mse { embeddings: true projection: SHARED } } "
             "loss { name: \"hidden\" hidden_mse { mapping { uniform {} } projection: SHARED } } "
             "loss { name: \"attention\" attention_mse { mapping { uniform {} } } } ";
    case Losses::kClasses:
      return "loss { name: \"gold\" hard_labels {} } ";
  }
  LOG(FATAL) << "no such losses";
}

std::string ListWorkloads() {
  size_t width = 0;
  for (const Workload& workload : Workloads()) width = std::max(width, workload.name.size());
  std::string text;
  for (const Workload& workload : Workloads()) {
    absl::StrAppendFormat(&text, "%-*s %s\n", static_cast<int>(width), workload.name, workload.what);
  }
  return text;
}

std::string WorkloadsJson() {
  Json all = Json::array();
  for (const Workload& workload : Workloads()) {
    if (workload.work != Work::kTraining) continue;
    all.push_back({{"name", workload.name},
                   {"losses", LossesName(workload.losses)},
                   {"teacher", workload.teacher ? EncoderJson(*workload.teacher) : Json()},
                   {"student", EncoderJson(workload.student)},
                   {"students", workload.students},
                   {"lengths", workload.lengths},
                   {"row_chunk", workload.row_chunk}});
  }
  return all.dump() + "\n";
}

}  // namespace retort::bench
