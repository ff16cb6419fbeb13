// Reads a model folder and writes the logits of sequences of all lengths from random pieces, for check.py:
//
//   dump_logits <model folder> <outputs.safetensors>
//
// The file holds ids [B, S], valid [B, S] and logits [B, S, V].

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/philox.h"
#include "framework/base/status_macros.h"
#include "framework/batch/step_batch.h"
#include "framework/model/encoder.h"
#include "framework/model/hugging_face.h"
#include "framework/model/safetensors.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr int64_t kLengths[] = {128, 64, 17, 3};

// Pieces in no order, not [PAD].
Batch RandomBatch(const EncoderConfig& config) {
  StepBatch step;
  step.pad_id = static_cast<int32_t>(config.pad_token_id);
  for (int64_t length : kLengths) {
    StepSequence sequence;
    for (int64_t s = 0; s < std::min(length, config.max_positions); ++s) {
      const uint32_t draw = Philox4x32({static_cast<uint32_t>(length), static_cast<uint32_t>(s), 0, 0}, {0, 0})[0];
      const int64_t piece = draw % (config.vocabulary_size - 1);
      sequence.ids.push_back(static_cast<int32_t>(piece < config.pad_token_id ? piece : piece + 1));
      sequence.labels.push_back(static_cast<int32_t>(kNoLabel));
    }
    step.sequences.push_back(std::move(sequence));
  }
  return step.Slice(0, static_cast<int64_t>(step.sequences.size()), at::kCPU);
}

absl::Status Dump(const std::string& folder, const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(const LoadedModel model, LoadModel(folder));
  if (!model.config.language_model_head)
    return absl::InvalidArgumentError(absl::StrCat(folder, ": there is no masked-LM head"));
  const Encoder encoder(model.config);
  const Batch batch = RandomBatch(model.config);
  Capture capture;
  capture.vocabulary_rows = {RowSet::kReal};
  const at::Tensor last =
      encoder.Forward(model.parameters, batch, capture, std::nullopt).hidden.at(static_cast<int>(model.config.layers));
  return WriteSafetensors(
      path, {{"ids", batch.ids}, {"valid", batch.valid}, {"logits", encoder.Logits(model.parameters, last)}}, {});
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  google::InitGoogleLogging(argv[0]);
  CHECK_EQ(argc, 3) << "want a model folder and the file to write";
  const absl::Status status = retort::Dump(argv[1], argv[2]);
  CHECK(status.ok()) << status;
}
