// Prints what a masked-LM model puts in place of [MASK] (RoBERTa: <mask>).
//
//   bazel run //tools:fill_mask -- --model=data/teachers/mini "the capital of france is [MASK] ."

#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/softmax.h"
#include "ATen/ops/topk.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/base/command_line/command_line.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/base/try_torch.h"
#include "framework/batch/step_batch.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/text/sequences/encode_sequence.h"
#include "framework/text/tokenizer.h"
#include "gflags/gflags.h"

DEFINE_string(model, "data/teachers/mini", "Hugging Face model folder with a masked-LM head");
DEFINE_int32(top, 5, "pieces to print for each [MASK]");

namespace retort {
namespace {

constexpr char kUsage[] =
    "prints what a masked-LM model puts in the place of [MASK] (RoBERTa: <mask>)\n\n"
    "  fill_mask --model=data/teachers/mini \"the capital of france is [MASK] .\"";

// The sentence as a batch of one, with a label at each [MASK]: those are the rows that are read.
absl::StatusOr<Batch> MakeBatch(const std::string& sentence, const Tokenizer& tokenizer, int64_t max_positions) {
  RETORT_ASSIGN_OR_RETURN(const EncodedSequence encoded, EncodeSequence(tokenizer, sentence, std::nullopt, {}));
  if (static_cast<int64_t>(encoded.ids.size()) > max_positions) {
    return absl::InvalidArgumentError(
        absl::StrCat("want at most ", max_positions, " pieces, got ", encoded.ids.size()));
  }
  StepBatch step;
  step.pad_id = tokenizer.special_ids().pad;
  StepSequence& sequence = step.sequences.emplace_back();
  sequence.ids = encoded.ids;
  for (int32_t id : encoded.ids) {
    sequence.labels.push_back(id == tokenizer.special_ids().mask ? 0 : static_cast<int32_t>(kNoLabel));
  }
  return step.Slice(0, 1, c10::Device(at::kCPU));
}

// The probabilities of all rows of the embeddings at each [MASK], [n, V]; those beyond the vocabulary pad a model.
at::Tensor Probabilities(const LoadedModel& model, const Batch& batch) {
  const Encoder encoder(model.config);
  Capture capture;
  capture.logits.insert({HeadKind::kVocabulary, RowSet::kLabelled});
  capture.read_rows_only = true;
  const at::Tensor hidden =
      encoder.Forward(model.parameters, batch, capture, std::nullopt).hidden.at(model.config.depth());
  const at::Tensor rows = hidden.reshape({-1, hidden.size(-1)}).index_select(0, batch.labelled_rows);
  return at::softmax(encoder.head(HeadKind::kVocabulary).Logits(model.parameters, rows), -1);
}

absl::Status Run(const std::vector<std::string>& sentences) {
  if (sentences.empty()) return absl::InvalidArgumentError("want sentences as arguments, got none; see --help");
  RETORT_RETURN_IF_ERROR(EnterUserDirectory());
  at::NoGradGuard no_grad;
  RETORT_ASSIGN_OR_RETURN(const LoadedModel model, LoadModel(FLAGS_model));
  if (FindHead(model.config, HeadKind::kVocabulary) == nullptr)
    return absl::InvalidArgumentError(absl::StrCat(FLAGS_model, ": has no masked-LM head"));
  RETORT_ASSIGN_OR_RETURN(const auto tokenizer, LoadTokenizerOf(model.config, FLAGS_model));
  if (tokenizer->special_ids().mask == kNoId) {
    return absl::InvalidArgumentError(absl::StrCat(FLAGS_model, ": has no piece for masked tokens"));
  }
  const int pieces = tokenizer->vocabulary_size();
  if (FLAGS_top < 1 || FLAGS_top > pieces) {
    return absl::InvalidArgumentError(absl::StrCat("--top: want within 1..", pieces, ", got ", FLAGS_top));
  }
  for (const std::string& sentence : sentences) {
    RETORT_ASSIGN_OR_RETURN(const Batch batch, MakeBatch(sentence, *tokenizer, model.config.longest_sequence()));
    std::cout << sentence << "\n";
    const auto [values, ids] = at::topk(Probabilities(model, batch).narrow(1, 0, pieces), FLAGS_top, 1);
    for (int64_t row = 0; row < ids.size(0); ++row) {
      for (int64_t i = 0; i < ids.size(1); ++i) {
        std::cout << absl::StrFormat("  %-14s %4.1f %%\n", tokenizer->Decode({ids[row][i].item<int32_t>()}),
                                     100 * values[row][i].item<double>());
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  retort::StartProgram(argv[0]);
  if (const std::optional<int> code =
          retort::TakeFlags({"fill_mask", retort::kUsage, "tools/fill_mask/", /*takes_arguments=*/true}, &argc, argv))
    return *code;
  return retort::ExitCode(
      retort::TryTorch("fill_mask", [&] { return retort::Run(std::vector<std::string>(argv + 1, argv + argc)); }));
}
