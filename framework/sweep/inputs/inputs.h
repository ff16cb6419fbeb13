#ifndef RETORT_FRAMEWORK_SWEEP_INPUTS_INPUTS_H_
#define RETORT_FRAMEWORK_SWEEP_INPUTS_INPUTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/config/sweep.pb.h"
#include "framework/data/data_cache.h"
#include "framework/data/step_source.h"
#include "framework/data/training_data.h"
#include "framework/eval/evaluator.h"
#include "framework/model/files/hugging_face.h"
#include "framework/text/files/tokenizer_files.h"
#include "framework/text/tokenizer.h"

namespace retort {

// A model folder that was read, and what its weights hash to.
struct ModelInput {
  LoadedModel model;
  std::string content_hash;
};

// A tokenizer that was read.
struct VocabularyInput {
  std::unique_ptr<Tokenizer> tokenizer;
  TokenizerFiles files;  // Students are written with them.
};

// The files that a sweep reads, each of them once. Paths are as the configuration has them. Not thread-safe. Pointers
// stay valid as long as the object.
class Inputs {
 public:
  // Token stores are kept below `cache`; `threads` tokenize.
  Inputs(std::string cache, int threads) : data_(std::move(cache), threads) {}

  // Without rows beyond its tokenizer's pieces (framework/model/files/padding.h).
  absl::StatusOr<const ModelInput*> Model(const std::string& folder);
  // `path` is what LoadTokenizer takes: a folder, or one of the files of a tokenizer.
  absl::StatusOr<const VocabularyInput*> Vocabulary(const std::string& path);

  // The classes that labels of the data, or of what is evaluated, tell. Errors: those of the plugins.
  absl::StatusOr<std::vector<std::string>> Classes(const Data& data);
  absl::StatusOr<std::vector<std::string>> Classes(const Evaluation& evaluation);

  // What the file holds, as hexadecimal digits. Errors: those of files.
  absl::StatusOr<std::string> FileContent(const std::string& path);

  // FileContent of word vectors whose first `words` can be read. Errors: those of WordVectors::Read.
  absl::StatusOr<std::string> WordVectorsContent(const std::string& path, int64_t words);

  // The examples that this data trains on, as texts. Errors: those of TrainingData.
  absl::StatusOr<std::shared_ptr<const TaskExamples>> TrainingExamples(const Data& data);
  // HashExamples of them, computed once.
  absl::StatusOr<uint64_t> TrainingExamplesHash(const Data& data);

  // The steps of this data with this batch and `data_seed`; of the augmented split, if it is not null, in which case
  // they are kept only as long as it has no examples. Errors: those of TrainingData.
  absl::StatusOr<std::shared_ptr<const StepSource>> Source(const Data& data, const BatchSpec& batch,
                                                           const VocabularyInput& vocabulary, uint64_t data_seed,
                                                           const AugmentedSplit* augmented = nullptr);

  // What this evaluation scores models on. Errors: those of Evaluator.
  absl::StatusOr<std::shared_ptr<const HeldOutExamples>> Examples(const Evaluation& evaluation,
                                                                  const VocabularyInput& vocabulary);

 private:
  DataCache data_;
  std::map<std::string, std::unique_ptr<ModelInput>> models_;
  std::map<std::string, std::unique_ptr<VocabularyInput>> vocabularies_;
  std::map<std::string, std::string> contents_;                 // Of files, by path.
  std::set<std::pair<std::string, int64_t>> readable_vectors_;  // By path and words.
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_INPUTS_INPUTS_H_
