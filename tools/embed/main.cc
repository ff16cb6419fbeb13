// Embeddings of sentences: pooled last hidden states of unit length. They are pooled as --pooling or the folder says
// (modules.json of sentence-transformers), else by their mean; the program prints which.
//
//   bazel run //tools:embed -- --model=runs/store/<key>/model --output=embeddings.safetensors <sentences.txt
//
// Reads a sentence per line; line ends, a byte order mark and blanks at a line's end are no text. Writes tensors `embeddings` [N, H] and, with --hidden_states, of each sentence alone its
// last hidden states, `hidden.<n>` [positions, H].

#include <gflags/gflags.h>

#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/input/line_reader.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/base/try_torch.h"
#include "framework/batch/step_batch.h"
#include "framework/eval/sentence_embeddings.h"
#include "framework/eval/sentence_pooling.h"
#include "framework/model/files/hugging_face.h"
#include "framework/model/files/safetensors.h"
#include "framework/text/sequences/encode_sequence.h"
#include "framework/text/tokenizer.h"

DEFINE_string(model, "", "Hugging Face model folder");
DEFINE_string(output, "", "safetensors file to write");
DEFINE_int32(length, 128, "positions; longer sentences are cut");
DEFINE_string(pooling, "", "mean, first, max, weighted_mean or last; default: as the model folder says, else mean");
DEFINE_bool(hidden_states, false, "write each sentence's last hidden states too");

namespace retort {
namespace {

using Sentences = std::vector<std::vector<int32_t>>;
using Tensors = std::vector<std::pair<std::string, at::Tensor>>;

absl::StatusOr<Sentences> ReadSentences(const Tokenizer& tokenizer) {
  SequenceOptions options;
  options.truncation = Truncation::kOnlyFirst;
  options.max_length = FLAGS_length;
  Sentences sentences;
  LineReader lines = LineReader::OfStandardInput();
  std::string line;
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const bool more, lines.Next(&line));
    if (!more) break;
    absl::StatusOr<EncodedSequence> encoded =
        EncodeSequence(tokenizer, std::string(LineText(line)), std::nullopt, options);
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
    std::cout << "pooling: " << FLAGS_pooling << ", as --pooling says\n";
    return chosen;
  }
  const absl::StatusOr<FolderPooling> said = ReadFolderPooling(FLAGS_model);
  if (!said.ok()) {
    return absl::Status(said.status().code(),
                        absl::StrCat(said.status().message(), "; --pooling says what to do instead, such as mean"));
  }
  std::cout << "pooling: " << SentencePoolingName(said->pooling) << ", "
            << (said->file.empty() ? "since the folder says nothing" : absl::StrCat("as ", said->file, " says"))
            << "\n";
  return said->pooling;
}

// Errors: a file in the way that is no earlier output of this program.
absl::Status CheckOutput() {
  if (!Exists(FLAGS_output)) return absl::OkStatus();
  const auto earlier = SafetensorsFile::Open(FLAGS_output);
  if (earlier.ok() && (*earlier)->entries().count("embeddings") > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--output: want a new file or one of embeddings, got ", FLAGS_output,
                                                 ", which holds something else"));
}

absl::Status Run() {
  RETORT_RETURN_IF_ERROR(EnterUserDirectory());
  if (FLAGS_model.empty()) return absl::InvalidArgumentError("--model: want a model folder, got none");
  if (FLAGS_output.empty()) return absl::InvalidArgumentError("--output: want a file to write, got none");
  RETORT_RETURN_IF_ERROR(CheckOutput());
  RETORT_ASSIGN_OR_RETURN(const LoadedModel loaded, LoadModel(FLAGS_model));
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer, LoadTokenizerOf(loaded.config, FLAGS_model));
  RETORT_ASSIGN_OR_RETURN(const Sentences sentences, ReadSentences(*tokenizer));
  if (FLAGS_length > loaded.config.longest_sequence()) {
    return absl::InvalidArgumentError(absl::StrCat("--length: want at most the model's ",
                                                   loaded.config.longest_sequence(), " positions, got ", FLAGS_length));
  }
  RETORT_ASSIGN_OR_RETURN(const SentencePooling pooling, ChoosePooling());
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
  gflags::SetUsageMessage("embeddings of sentences: embed --model=FOLDER --output=FILE <sentences.txt");
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  return retort::ExitCode(retort::TryTorch("embed", retort::Run));
}
