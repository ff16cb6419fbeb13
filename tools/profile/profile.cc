// How large Hugging Face models are, and how fast: parameters, operations, latency and throughput, side by side.
//
//   bazel run //tools:profile -- --model=FOLDER                                        one model on a few sentences
//   bazel run //tools:profile -- --model=FOLDER --model=FOLDER --text=FILE --json=FILE   several, by turns
//
// --help has examples.

#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "c10/core/Device.h"
#include "c10/core/ScalarType.h"
#include "framework/base/command_line/command_line.h"
#include "framework/base/device/parse_device.h"
#include "framework/base/file.h"
#include "framework/base/input/input_file.h"
#include "framework/base/memory.h"
#include "framework/base/paths/output_file.h"
#include "framework/base/problems.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/base/try_torch.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/model/files/safetensors_header.h"
#include "framework/model/files/weight_files.h"
#include "framework/sweep/show/environment.h"
#include "gflags/gflags.h"
#include "tools/profile/measure.h"
#include "tools/profile/report.h"
#include "tools/profile/sequences.h"

DEFINE_string(model, "", "model folder; as often as wanted: models are compared with the first");
DEFINE_string(text, "data/corpora/bert_sample/bert_sample_text.txt.xz",
              "text with a sequence per line, plain or packed (.gz, .xz, .zst); blank lines are left out");
DEFINE_int64(most_bytes, 0,
             "bytes of text that a packed file may hold; 0: 100 times its packed bytes, and at least 64 MiB");
DEFINE_int32(length, 128, "positions; longer sequences are cut");
DEFINE_int32(batch, 8, "sequences of a batch, for throughput");
DEFINE_int32(latency_sequences, 50, "sequences that are measured alone, from the text's beginning; 0: all");
DEFINE_int32(rounds, 5, "how often everything is measured");
DEFINE_string(threads, "", "numbers of threads, parted by commas; default: 1 and one per core, on a GPU 1");
DEFINE_string(part, "all", "all, or encoder: heads are not computed");
DEFINE_string(precision, "float32", "float32 or bfloat16");
DEFINE_string(device, "cpu", "cpu or cuda");
DEFINE_string(json, "", "file to write all numbers and conditions into");
DEFINE_bool(overwrite, false, "replace a file at --json that is no profile");

namespace retort {
namespace {

constexpr char kUsage[] =
    "how large models are, and how fast\n\n"
    "  profile --model=FOLDER\n"
    "      parameters, operations, latency and throughput on a few sentences that come with retort\n"
    "  profile --model=TEACHER --model=STUDENT --text=sentences.txt --threads=1,8 --json=profile.json\n"
    "      both by turns, and how many times as fast as the first the others are; all numbers as JSON\n"
    "  profile --model=TEACHER --model=STUDENT --part=encoder --latency_sequences=0 --text=sentences.txt\n"
    "      without heads, such as that of a masked language model; latency over the whole text\n"
    "  profile --model=FOLDER --device=cuda --precision=bfloat16 --batch=256\n"
    "      on a GPU (built with --config=cuda)\n\n"
    "Measured is a forward pass: the last hidden state, and the logits of the model's heads, at every position that "
    "they\n"
    "read. Tokenizing and making batches are not part of it.";

constexpr int kWidth = 120;

// A model, ready to be measured.
struct Candidate {
  ModelFacts facts;
  Encoder encoder;
  ParameterSet parameters;
  TextBatches batches;
};

// What is measured, as the flags say.
struct Conditions {
  c10::Device device = c10::Device(c10::DeviceType::CPU);
  c10::ScalarType precision = c10::ScalarType::Float;
  std::vector<int> threads;
  LinesOfText text;
};

absl::StatusOr<c10::ScalarType> ParsePrecision(const std::string& name) {
  if (name == "float32") return c10::ScalarType::Float;
  if (name == "bfloat16") return c10::ScalarType::BFloat16;
  return absl::InvalidArgumentError(absl::StrCat("--precision: want float32 or bfloat16, got \"", name, "\""));
}

absl::StatusOr<std::vector<int>> ParseThreads(const std::string& text, c10::Device device) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (text.empty()) return device.is_cuda() || cores == 1 ? std::vector<int>{1} : std::vector<int>{1, cores};
  std::vector<int> threads;
  for (const absl::string_view word : absl::StrSplit(text, ',')) {
    int count = 0;
    const bool is_good = absl::SimpleAtoi(word, &count) && count >= 1 && count <= kMostThreads;
    if (!is_good || std::count(threads.begin(), threads.end(), count) > 0) {
      return absl::InvalidArgumentError(absl::StrCat("--threads: want different numbers from 1 to ", kMostThreads,
                                                     ", parted by commas, as in 1,2, got \"", text, "\""));
    }
    threads.push_back(count);
  }
  return threads;
}

absl::Status CheckFlags(const std::vector<std::string>& models) {
  Problems problems;
  problems.Want(!models.empty(), "--model", "a model folder", "none; see --help");
  problems.Want(!FLAGS_text.empty(), "--text", "a file with a sequence per line", "none; see --help");
  problems.Want(FLAGS_most_bytes >= 0, "--most_bytes", ">= 0", FLAGS_most_bytes);
  problems.Want(FLAGS_length >= 1, "--length", ">= 1", FLAGS_length);
  problems.Want(FLAGS_batch >= 1, "--batch", ">= 1", FLAGS_batch);
  problems.Want(FLAGS_latency_sequences >= 0, "--latency_sequences", ">= 0", FLAGS_latency_sequences);
  problems.Want(FLAGS_rounds >= 1, "--rounds", ">= 1", FLAGS_rounds);
  problems.Want(FLAGS_part == "all" || FLAGS_part == "encoder", "--part", "all or encoder",
                absl::StrCat("\"", FLAGS_part, "\""));
  RETORT_RETURN_IF_ERROR(problems.ToStatus());
  if (FLAGS_json.empty()) return absl::OkStatus();
  return CheckOutputFile(FLAGS_json, {{FLAGS_text}, FLAGS_overwrite, kProfileJsonBeginning, "--json"});
}

absl::StatusOr<Conditions> ReadConditions() {
  Conditions conditions;
  RETORT_ASSIGN_OR_RETURN(conditions.device, ParseDevice(FLAGS_device));
  RETORT_ASSIGN_OR_RETURN(conditions.precision, ParsePrecision(FLAGS_precision));
  RETORT_ASSIGN_OR_RETURN(conditions.threads, ParseThreads(FLAGS_threads, conditions.device));
  absl::StatusOr<LinesOfText> text = ReadLinesOfText(FLAGS_text, {FLAGS_most_bytes, "--most_bytes"});
  if (absl::IsNotFound(text.status())) {
    return absl::NotFoundError(
        absl::StrCat("--text: ", text.status().message(), "; say --text=FILE with a sequence per line"));
  }
  RETORT_ASSIGN_OR_RETURN(conditions.text, std::move(text));
  return conditions;
}

absl::Status CheckLength(const EncoderConfig& config, const std::string& folder) {
  const int64_t longest = config.longest_sequence();
  if (FLAGS_length <= longest) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--length: want at most the ", longest, " positions of ", folder,
                                                 ", got ", FLAGS_length, "; say --length=", longest));
}

// Of the folder and of its whole model, without what depends on the text.
absl::StatusOr<ModelFacts> ReadFacts(const std::string& folder, const LoadedModel& model) {
  ModelFacts facts;
  facts.folder = folder;
  facts.architecture = EncoderConfigText(model.config);
  facts.parameters = CountParameters(model.parameters.specs());
  facts.stored_type = SafetensorsTypeName(model.stored_dtype);
  RETORT_ASSIGN_OR_RETURN(const WeightFiles files, WeightFiles::Open(folder));
  for (const std::string& path : files.paths()) {
    RETORT_ASSIGN_OR_RETURN(const InputFile file, InputFile::Open(path));
    facts.weight_bytes += file.size();
  }
  return facts;
}

void AddFactsOfText(const Encoder& encoder, const TextBatches& batches, int64_t sequences, ModelFacts* facts) {
  for (const HeadSpec& head : encoder.config().heads) facts->heads.emplace_back(HeadKindName(head.kind));
  facts->tokens = CountTokens(batches.in_order);
  facts->mean_length = (facts->tokens + sequences / 2) / sequences;
  facts->flops = SequenceFlops(encoder, FLAGS_length);
  facts->mean_flops = SequenceFlops(encoder, facts->mean_length);
  facts->padding = PaddingShare(batches.in_order);
  facts->padding_by_length = PaddingShare(batches.by_length);
}

absl::StatusOr<std::unique_ptr<Candidate>> ReadCandidate(const std::string& folder, const Conditions& conditions) {
  RETORT_ASSIGN_OR_RETURN(LoadedModel model, LoadModel(folder));
  RETORT_RETURN_IF_ERROR(CheckLength(model.config, folder));
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer, LoadTokenizerOf(model.config, folder));
  RETORT_ASSIGN_OR_RETURN(const auto sequences, TokenizeLines(conditions.text.lines, *tokenizer, FLAGS_length));
  RETORT_ASSIGN_OR_RETURN(ModelFacts facts, ReadFacts(folder, model));
  if (FLAGS_part == "encoder") model.config.heads.clear();
  const Encoder encoder(model.config);
  TextBatches batches = MakeTextBatches(
      sequences, {FLAGS_latency_sequences, FLAGS_batch, tokenizer->special_ids().pad, conditions.device});
  AddFactsOfText(encoder, batches, static_cast<int64_t>(sequences.size()), &facts);
  return std::make_unique<Candidate>(Candidate{
      std::move(facts), encoder, model.parameters.To(conditions.precision, conditions.device), std::move(batches)});
}

std::vector<Series> Measure(const std::vector<std::unique_ptr<Candidate>>& candidates,
                            const std::vector<int>& threads) {
  std::vector<std::function<Turn()>> models;
  for (const auto& candidate : candidates) {
    models.emplace_back(
        [model = candidate.get()] { return MeasureTurn(model->encoder, model->parameters, model->batches); });
  }
  return MeasureRounds(models, threads, FLAGS_rounds,
                       [](int round) { std::cerr << "round " << round + 1 << " of " << FLAGS_rounds << "\n"; });
}

absl::Status Run(const std::vector<std::string>& folders) {
  RETORT_RETURN_IF_ERROR(EnterUserDirectory());
  RETORT_RETURN_IF_ERROR(CheckFlags(folders));
  RETORT_ASSIGN_OR_RETURN(const Conditions conditions, ReadConditions());
  std::vector<std::unique_ptr<Candidate>> candidates;
  for (const std::string& folder : folders) {
    RETORT_ASSIGN_OR_RETURN(candidates.emplace_back(), ReadCandidate(folder, conditions));
  }
  Profile profile;
  profile.environment = DescribeEnvironment(conditions.device);
  profile.environment.erase("threads");  // Those of the series count.
  profile.precision = FLAGS_precision;
  profile.text = FLAGS_text;
  profile.text_hash = absl::StrFormat("%016x%016x", conditions.text.hash.high, conditions.text.hash.low);
  profile.sequences = static_cast<int64_t>(conditions.text.lines.size());
  profile.single_sequences = static_cast<int64_t>(candidates.front()->batches.single.size());
  profile.length = FLAGS_length;
  profile.batch = FLAGS_batch;
  profile.series = Measure(candidates, conditions.threads);
  for (const auto& candidate : candidates) profile.models.push_back(candidate->facts);
  std::cout << RenderProfile(profile, kWidth);
  return FLAGS_json.empty() ? absl::OkStatus() : AtomicWriteFile(FLAGS_json, RenderProfileJson(profile));
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  retort::StartProgram(argv[0]);
  const std::vector<std::string> models = retort::TakeFlag("model", &argc, argv);
  if (const std::optional<int> code = retort::TakeFlags({"profile", retort::kUsage, "tools/profile/"}, &argc, argv))
    return *code;
  retort::KeepFreedMemory();
  return retort::ExitCode(retort::TryTorch("profile", [&] { return retort::Run(models); }));
}
