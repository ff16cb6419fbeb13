// Embeddings of sentences: pooled last hidden states of unit length. How sentences are read and pooled say flags, else
// the model folder (modules.json of sentence-transformers and the files beside it); the program prints which.
//
//   bazel run //tools:embed -- --model=runs/store/<key>/model --output=embeddings.safetensors <sentences.txt
//
// Reads a sentence per line; line ends, a byte order mark and blanks at a line's end are no text. Writes tensors
// `embeddings` [N, H] and, with --hidden_states, of each sentence alone its last hidden states, `hidden.<n>`
// [positions, H].

#include <gflags/gflags.h>

#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "framework/base/command_line/command_line.h"
#include "framework/base/file.h"
#include "framework/base/input/line_reader.h"
#include "framework/base/paths/output_file.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/base/try_torch.h"
#include "framework/batch/step_batch.h"
#include "framework/eval/sentences/sentence_embeddings.h"
#include "framework/eval/sentences/sentence_pooling.h"
#include "framework/eval/sentences/sentence_reading.h"
#include "framework/model/files/hugging_face.h"
#include "framework/model/files/safetensors.h"
#include "framework/text/sequences/encode_sequence.h"
#include "framework/text/tokenizer.h"

DEFINE_string(model, "", "Hugging Face model folder");
DEFINE_string(output, "", "safetensors file to write");
DEFINE_int32(length, 0, "positions; longer sentences are cut; default: as the model folder says, else 128");
DEFINE_string(prompt, "", "text put before each sentence; default: as the model folder says, else none");
DEFINE_bool(lower_case, false, "lower-case sentences first; default: as the model folder says, else not");
DEFINE_string(pooling, "", "mean, first, max, weighted_mean or last; default: as the model folder says, else mean");
DEFINE_bool(hidden_states, false, "write each sentence's last hidden states too");

namespace retort {
namespace {

constexpr char kUsage[] =
    "embeddings of sentences, one per line of standard input\n\n"
    "  embed --model=FOLDER --output=embeddings.safetensors <sentences.txt\n"
    "      how sentences are read and pooled say flags, else the model folder; the program prints which";

using Sentences = std::vector<std::vector<int32_t>>;
using Tensors = std::vector<std::pair<std::string, at::Tensor>>;

bool IsGiven(const char* flag) { return !gflags::GetCommandLineFlagInfoOrDie(flag).is_default; }

// Prints where a choice comes from.
void Say(const char* flag, const std::string& value, const std::string& file) {
  std::cout << flag << ": " << value << ", "
            << (IsGiven(flag)  ? absl::StrCat("as --", flag, " says")
                : file.empty() ? "since the folder says nothing"
                               : absl::StrCat("as ", file, " says"))
            << "\n";
}

// As the flags say, or as the folder says; prints which, of prompt and case where there is anything to say.
absl::StatusOr<SentenceReading> ChooseReading(const EncoderConfig& config) {
  FolderReading said;
  if (!IsGiven("length") || !IsGiven("prompt") || !IsGiven("lower_case")) {
    absl::StatusOr<FolderReading> read = ReadFolderReading(FLAGS_model);
    if (!read.ok()) {
      return absl::Status(read.status().code(),
                          absl::StrCat(read.status().message(),
                                       "; --length, --prompt and --lower_case together say what to do instead"));
    }
    said = *std::move(read);
  }
  SentenceReading& reading = said.reading;
  if (IsGiven("length")) reading.length = FLAGS_length;
  if (IsGiven("prompt")) reading.prompt = FLAGS_prompt;
  if (IsGiven("lower_case")) reading.lower_case = FLAGS_lower_case;
  if (reading.length > config.longest_sequence()) {
    const std::string place = IsGiven("length") || said.length_file.empty()
                                  ? "--length"
                                  : absl::StrCat("--length, which ", said.length_file, " says");
    return absl::InvalidArgumentError(absl::StrCat(place, ": want at most the model's ", config.longest_sequence(),
                                                   " positions, got ", reading.length));
  }
  Say("length", absl::StrCat(reading.length), said.length_file);
  if (!reading.prompt.empty()) Say("prompt", absl::StrCat("\"", reading.prompt, "\""), said.prompt_file);
  if (reading.lower_case) Say("lower_case", "true", said.lower_case_file);
  return reading;
}

absl::StatusOr<Sentences> ReadSentences(const Tokenizer& tokenizer, const SentenceReading& reading) {
  SequenceOptions options;
  options.truncation = Truncation::kOnlyFirst;
  options.max_length = reading.length;
  Sentences sentences;
  LineReader lines = LineReader::OfStandardInput();
  std::string line;
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const bool more, lines.Next(&line));
    if (!more) break;
    absl::StatusOr<EncodedSequence> encoded =
        EncodeSequence(tokenizer, TextOfSentence(LineText(line), reading), std::nullopt, options);
    if (!encoded.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("line ", sentences.size() + 1, ": ", encoded.status().message()));
    }
    if (encoded->ids.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", sentences.size() + 1, ": want a sentence of at least one piece, got none"));
    }
    sentences.push_back(std::move(encoded->ids));
  }
  if (sentences.empty()) return absl::InvalidArgumentError("standard input: want a sentence per line, got none");
  return sentences;
}

void AddHiddenStates(const EvaluatedModel& model, const Sentences& sentences, Tensors* tensors) {
  const int last = model.encoder->config().depth();
  Capture capture;
  capture.hidden.insert(last);
  for (const std::vector<int32_t>& ids : sentences) {
    StepBatch step;
    step.sequences.push_back({0, ids, std::vector<int32_t>(ids.size(), kNoLabel)});
    const Batch batch = step.Slice(0, 1, at::kCPU);
    const ModelOutputs outputs = model.encoder->Forward(*model.parameters, batch, capture, std::nullopt);
    tensors->emplace_back(absl::StrCat("hidden.", tensors->size() - 1), outputs.hidden.at(last).select(0, 0));
  }
}

// As the flag says, or as the folder says; prints which.
absl::StatusOr<SentencePooling> ChoosePooling() {
  if (!FLAGS_pooling.empty()) {
    absl::StatusOr<SentencePooling> chosen = ParseSentencePooling(FLAGS_pooling);
    if (!chosen.ok()) return absl::InvalidArgumentError(absl::StrCat("--pooling: ", chosen.status().message()));
    Say("pooling", FLAGS_pooling, "");
    return chosen;
  }
  const absl::StatusOr<FolderPooling> said = ReadFolderPooling(FLAGS_model);
  if (!said.ok()) {
    return absl::Status(said.status().code(),
                        absl::StrCat(said.status().message(), "; --pooling says what to do instead, such as mean"));
  }
  Say("pooling", SentencePoolingName(said->pooling), said->file);
  return said->pooling;
}

// Errors: a file in the way that is no earlier output of this program.
absl::Status CheckOutput() {
  RETORT_RETURN_IF_ERROR(CheckNotNamedPacked(FLAGS_output, "--output"));
  if (!Exists(FLAGS_output)) return absl::OkStatus();
  const auto earlier = SafetensorsFile::Open(FLAGS_output);
  if (earlier.ok() && (*earlier)->entries().count("embeddings") > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--output: want a new file or one of embeddings, got ", FLAGS_output,
                                                 ", which holds something else"));
}

absl::Status Run() {
  RETORT_RETURN_IF_ERROR(EnterUserDirectory());
  if (FLAGS_model.empty()) return absl::InvalidArgumentError("--model: want a model folder, got none");
  if (IsGiven("length") && FLAGS_length < 1) {
    return absl::InvalidArgumentError(absl::StrCat("--length: want > 0, got ", FLAGS_length));
  }
  if (FLAGS_output.empty()) return absl::InvalidArgumentError("--output: want a file to write, got none");
  RETORT_RETURN_IF_ERROR(CheckOutput());
  RETORT_ASSIGN_OR_RETURN(const LoadedModel loaded, LoadModel(FLAGS_model));
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer, LoadTokenizerOf(loaded.config, FLAGS_model));
  RETORT_ASSIGN_OR_RETURN(const SentenceReading reading, ChooseReading(loaded.config));
  RETORT_ASSIGN_OR_RETURN(const SentencePooling pooling, ChoosePooling());
  RETORT_ASSIGN_OR_RETURN(const Sentences sentences, ReadSentences(*tokenizer, reading));
  const at::NoGradGuard no_grad;
  const Encoder encoder(loaded.config);
  const EvaluatedModel model{&encoder, &loaded.parameters};
  Tensors tensors;
  tensors.emplace_back("embeddings", SentenceEmbeddings(model, sentences, tokenizer->special_ids().pad, at::kCPU,
                                                        /*chunk_sentences=*/32, pooling));
  if (FLAGS_hidden_states) AddHiddenStates(model, sentences, &tensors);
  return WriteSafetensors(FLAGS_output, tensors, {});
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  retort::StartProgram(argv[0]);
  if (const std::optional<int> code = retort::TakeFlags({"embed", retort::kUsage, "tools/embed/"}, &argc, argv))
    return *code;
  return retort::ExitCode(retort::TryTorch("embed", retort::Run));
}
