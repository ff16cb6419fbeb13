#include "framework/sweep/inputs.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/config/reflection.h"
#include "framework/data/corpus_folder.h"
#include "framework/data/token_store_builder.h"
#include "framework/sweep/key.h"
#include "framework/text/files/load_tokenizer.h"

namespace retort {
SequenceSpec TrainingSequences(const Data& data) {
  if (data.has_causal_lm()) {
    return {LmKind::kCausal, data.causal_lm().corpus(), Split::kTrain, data.causal_lm().length(), 0};
  }
  const MaskedLmData& masked_lm = data.masked_lm();
  return {LmKind::kMasked, masked_lm.corpus(), Split::kTrain, masked_lm.length(), masked_lm.min_length()};
}

absl::StatusOr<const ModelInput*> Inputs::Model(const std::string& folder) {
  std::unique_ptr<ModelInput>& input = models_[folder];
  if (input == nullptr) {
    RETORT_ASSIGN_OR_RETURN(LoadedModel model, LoadModel(folder));
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
    input = std::move(read);
  }
  return input.get();
}

absl::StatusOr<const Inputs::CorpusInput*> Inputs::Corpus(const std::string& corpus,
                                                          const VocabularyInput& vocabulary) {
  std::unique_ptr<CorpusInput>& input = corpora_[{corpus, vocabulary.tokenizer->Fingerprint()}];
  if (input == nullptr) {
    auto read = std::make_unique<CorpusInput>();
    RETORT_ASSIGN_OR_RETURN(read->folder, LoadCorpusFolder(corpus));
    RETORT_ASSIGN_OR_RETURN(read->store,
                            BuildOrOpenTokenStore(read->folder.spec, *vocabulary.tokenizer, threads_, cache_));
    input = std::move(read);
  }
  return input.get();
}

absl::StatusOr<std::shared_ptr<const SequenceSet>> Inputs::Sequences(const SequenceSpec& spec,
                                                                     const VocabularyInput& vocabulary) {
  RETORT_ASSIGN_OR_RETURN(const CorpusInput* input, Corpus(spec.corpus, vocabulary));
  auto& set = sequences_[{spec.kind, spec.corpus, spec.split, spec.length, spec.min_length,
                          vocabulary.tokenizer->Fingerprint()}];
  if (set == nullptr) {
    SequenceSetOptions options;
    options.kind = spec.kind;
    options.corpus = spec.corpus;
    options.split = spec.split;
    options.select_share = input->folder.select_share;
    options.report_share = input->folder.report_share;
    options.length = static_cast<int>(spec.length);
    options.min_length = static_cast<int>(spec.min_length);
    options.special_ids = vocabulary.tokenizer->special_ids();
    RETORT_ASSIGN_OR_RETURN(set, SequenceSet::Create(input->store, options));
  }
  return set;
}

absl::StatusOr<const TokenizedPairs*> Inputs::Pairs(const SentenceSimilarityEvaluation& evaluation,
                                                    const VocabularyInput& vocabulary) {
  std::unique_ptr<TokenizedPairs>& pairs =
      pairs_[{DeterministicBytes(evaluation), vocabulary.tokenizer->Fingerprint()}];
  if (pairs == nullptr) {
    RETORT_ASSIGN_OR_RETURN(TokenizedPairs read, TokenizePairs({evaluation.pairs().begin(), evaluation.pairs().end()},
                                                               *vocabulary.tokenizer, evaluation.length()));
    pairs = std::make_unique<TokenizedPairs>(std::move(read));
  }
  return pairs.get();
}

absl::StatusOr<const LmSource*> Inputs::Source(const Stage& stage, const VocabularyInput& vocabulary,
                                               uint64_t data_seed) {
  const std::string key = absl::StrCat(DeterministicBytes(stage.data()), "\n", DeterministicBytes(stage.batch()), "\n",
                                       data_seed, " ", vocabulary.tokenizer->Fingerprint());
  std::unique_ptr<LmSource>& source = sources_[key];
  if (source == nullptr) {
    RETORT_ASSIGN_OR_RETURN(auto sequences, Sequences(TrainingSequences(stage.data()), vocabulary));
    RETORT_ASSIGN_OR_RETURN(
        source, LmSource::Create(stage.data(), stage.batch(), std::move(sequences), *vocabulary.tokenizer, data_seed));
  }
  return source.get();
}

}  // namespace retort
