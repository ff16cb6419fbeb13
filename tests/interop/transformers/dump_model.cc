// Reads a model folder and writes what it computes for sequences of all lengths from random pieces, as
// WriteModelOutputs does, for models_test.py:
//
//   dump_model <model folder> <output folder>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/base/philox.h"
#include "framework/base/status_macros.h"
#include "framework/batch/step_batch.h"
#include "framework/model/files/hugging_face.h"
#include "glog/logging.h"
#include "tests/interop/transformers/model_outputs.h"

namespace retort {
namespace {

constexpr int64_t kLengths[] = {128, 64, 17, 3};

// Pieces in no order, not [PAD]; every fourth position is labelled with another piece, and the sequences with a
// class, a score and a span.
Batch RandomBatch(const EncoderConfig& config) {
  StepBatch step;
  step.pad_id = static_cast<int32_t>(config.pad_token_id);
  for (int64_t length : kLengths) {
    StepSequence sequence;
    for (int64_t s = 0; s < std::min(length, config.longest_sequence()); ++s) {
      const PhiloxCounter draws = Philox4x32({static_cast<uint32_t>(length), static_cast<uint32_t>(s), 0, 0}, {0, 0});
      const int64_t piece = draws[0] % (config.vocabulary_size - 1);
      const int64_t label = draws[1] % config.vocabulary_size;
      sequence.ids.push_back(static_cast<int32_t>(piece < config.pad_token_id ? piece : piece + 1));
      sequence.labels.push_back(static_cast<int32_t>(s % 4 == 1 ? label : kNoLabel));
    }
    const HeadSpec* classes = FindHead(config, HeadKind::kClasses);
    if (classes != nullptr) sequence.class_label = length % config.outputs(*classes);
    sequence.score = static_cast<float>(length) / 100;
    sequence.span = {length % 2, length % 3 + 1};
    step.sequences.push_back(std::move(sequence));
  }
  return step.Slice(0, static_cast<int64_t>(step.sequences.size()), at::kCPU);
}

absl::Status Dump(const std::string& model_folder, const std::string& folder) {
  RETORT_ASSIGN_OR_RETURN(LoadedModel model, LoadModel(model_folder));
  return WriteModelOutputs(folder, model.config, RandomBatch(model.config), &model.parameters);
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  google::InitGoogleLogging(argv[0]);
  CHECK_EQ(argc, 3) << "want a model folder and the folder to write to";
  const absl::Status status = retort::Dump(argv[1], argv[2]);
  if (status.ok()) return 0;
  LOG(ERROR) << status;
  return 1;
}
