#include "framework/sweep/inputs/inputs.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/augment/word_vectors.h"
#include "framework/base/status_macros.h"
#include "framework/config/reflection.h"
#include "framework/data/corpus/unpacked_file.h"
#include "framework/data/examples/labelled_sequences.h"
#include "framework/model/files/padding.h"
#include "framework/sweep/key/key.h"
#include "framework/text/files/load_tokenizer.h"

namespace retort {

absl::StatusOr<const ModelInput*> Inputs::Model(const std::string& folder) {
  std::unique_ptr<ModelInput>& input = models_[folder];
  if (input == nullptr) {
    RETORT_ASSIGN_OR_RETURN(LoadedModel model, LoadModelWithoutPadding(folder));
    const at::Tensor& flat = model.parameters.flat();
    const std::string weights =
        HashText({static_cast<const char*>(flat.const_data_ptr()), static_cast<size_t>(flat.nbytes())});
    input = std::make_unique<ModelInput>();
    input->content_hash = absl::StrCat(EncoderConfigText(model.config), " ", weights);
    input->model = std::move(model);
  }
  return input.get();
}

absl::StatusOr<const VocabularyInput*> Inputs::Vocabulary(const std::string& path) {
  std::unique_ptr<VocabularyInput>& input = vocabularies_[path];
  if (input == nullptr) {
    auto read = std::make_unique<VocabularyInput>();
    RETORT_ASSIGN_OR_RETURN(read->files, ReadTokenizerFiles(path));
    RETORT_ASSIGN_OR_RETURN(read->tokenizer, LoadTokenizer(path));
    // What is wrong with the files that students are written with shows before anything is trained.
    RETORT_RETURN_IF_ERROR(CompleteTokenizerFiles(read->files, /*longest_sequence=*/1, path).status());
    input = std::move(read);
  }
  return input.get();
}

absl::StatusOr<std::vector<std::string>> Inputs::Classes(const Data& data) {
  RETORT_ASSIGN_OR_RETURN(const auto plugin, TrainingDataRegistry::Global().Create(data.plugin(), {}));
  return plugin->Classes(&data_);
}

absl::StatusOr<std::vector<std::string>> Inputs::Classes(const Evaluation& evaluation) {
  RETORT_ASSIGN_OR_RETURN(const auto plugin, EvaluatorRegistry::Global().Create(evaluation.plugin(), {}));
  return plugin->Classes(&data_);
}

absl::StatusOr<std::string> Inputs::FileContent(const std::string& path) {
  std::string& content = contents_[path];
  if (content.empty()) {
    RETORT_ASSIGN_OR_RETURN(const FileHash hash, HashFile(path));
    content = absl::StrCat(absl::Hex(hash.high, absl::kZeroPad16), absl::Hex(hash.low, absl::kZeroPad16));
  }
  return content;
}

absl::StatusOr<std::string> Inputs::WordVectorsContent(const std::string& path, int64_t words) {
  if (readable_vectors_.count({path, words}) == 0) {
    RETORT_RETURN_IF_ERROR(WordVectors::Check(path, words));
    readable_vectors_.emplace(path, words);
  }
  return FileContent(path);
}

absl::StatusOr<std::shared_ptr<const TaskExamples>> Inputs::TrainingExamples(const Data& data) {
  RETORT_ASSIGN_OR_RETURN(const auto plugin, TrainingDataRegistry::Global().Create(data.plugin(), {}));
  return plugin->TrainingExamples(&data_);
}

absl::StatusOr<uint64_t> Inputs::TrainingExamplesHash(const Data& data) {
  const auto hash = [&]() -> absl::StatusOr<std::shared_ptr<const uint64_t>> {
    RETORT_ASSIGN_OR_RETURN(const std::shared_ptr<const TaskExamples> examples, TrainingExamples(data));
    return std::make_shared<const uint64_t>(HashExamples(*examples));
  };
  RETORT_ASSIGN_OR_RETURN(const std::shared_ptr<const uint64_t> found,
                          data_.Get<uint64_t>(DeterministicBytes(data) + "\nhash of what is trained on", hash));
  return *found;
}

absl::StatusOr<std::shared_ptr<const StepSource>> Inputs::Source(const Data& data, const BatchSpec& batch,
                                                                 const VocabularyInput& vocabulary, uint64_t data_seed,
                                                                 const AugmentedSplit* augmented) {
  const Tokenizer& tokenizer = *vocabulary.tokenizer;
  const auto open = [&]() -> absl::StatusOr<std::shared_ptr<const StepSource>> {
    RETORT_ASSIGN_OR_RETURN(const auto plugin, TrainingDataRegistry::Global().Create(data.plugin(), {}));
    return plugin->Open({tokenizer, batch, data_seed, &data_, augmented});
  };
  if (augmented != nullptr && augmented->examples != nullptr) return open();
  const uint64_t split = augmented == nullptr ? 0 : augmented->content_hash;
  const std::string name = absl::StrCat(DeterministicBytes(data), "\n", DeterministicBytes(batch), "\n", data_seed, " ",
                                        tokenizer.Fingerprint(), " ", split);
  return data_.Get<StepSource>(name, open);
}

absl::StatusOr<std::shared_ptr<const HeldOutExamples>> Inputs::Examples(const Evaluation& evaluation,
                                                                        const VocabularyInput& vocabulary) {
  const Tokenizer& tokenizer = *vocabulary.tokenizer;
  const std::string name = absl::StrCat(DeterministicBytes(evaluation), " ", tokenizer.Fingerprint());
  return data_.Get<HeldOutExamples>(name, [&]() -> absl::StatusOr<std::shared_ptr<const HeldOutExamples>> {
    RETORT_ASSIGN_OR_RETURN(const auto plugin, EvaluatorRegistry::Global().Create(evaluation.plugin(), {}));
    return plugin->Open({tokenizer, &data_});
  });
}

}  // namespace retort
