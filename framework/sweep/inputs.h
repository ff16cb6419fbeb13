#ifndef RETORT_FRAMEWORK_SWEEP_INPUTS_H_
#define RETORT_FRAMEWORK_SWEEP_INPUTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "absl/status/statusor.h"
#include "framework/config/sweep.pb.h"
#include "framework/data/corpus_folder.h"
#include "framework/data/lm_kind.h"
#include "framework/data/lm_source.h"
#include "framework/data/sentence_pairs.h"
#include "framework/data/sequence_set.h"
#include "framework/data/token_store.h"
#include "framework/model/hugging_face.h"
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

// Which sequences of a corpus: those of one split, cut for one kind of language model.
struct SequenceSpec {
  LmKind kind = LmKind::kMasked;
  std::string corpus;
  Split split = Split::kTrain;
  int64_t length = 0;
  int64_t min_length = 0;
};

// The training sequences that a stage's data names; defaults are filled.
SequenceSpec TrainingSequences(const Data& data);

// The files that a sweep reads, each of them once. Paths are as the configuration has them. Not thread-safe. Pointers
// stay valid as long as the object.
class Inputs {
 public:
  // Token stores are kept below `cache`; `threads` tokenize.
  Inputs(std::string cache, int threads) : cache_(std::move(cache)), threads_(threads) {}

  absl::StatusOr<const ModelInput*> Model(const std::string& folder);
  // `path` is what LoadTokenizer takes: a folder, or one of the files of a tokenizer.
  absl::StatusOr<const VocabularyInput*> Vocabulary(const std::string& path);

  // Errors: those of corpora and of SequenceSet, for example a split that no document falls into.
  absl::StatusOr<std::shared_ptr<const SequenceSet>> Sequences(const SequenceSpec& spec,
                                                               const VocabularyInput& vocabulary);

  absl::StatusOr<const TokenizedPairs*> Pairs(const SentenceSimilarityEvaluation& evaluation,
                                              const VocabularyInput& vocabulary);

  // The training data of a stage with `data_seed`.
  absl::StatusOr<const LmSource*> Source(const Stage& stage, const VocabularyInput& vocabulary, uint64_t data_seed);

 private:
  struct CorpusInput {
    CorpusFolder folder;
    std::shared_ptr<const TokenStore> store;
  };
  absl::StatusOr<const CorpusInput*> Corpus(const std::string& corpus, const VocabularyInput& vocabulary);

  const std::string cache_;
  const int threads_;
  std::map<std::string, std::unique_ptr<ModelInput>> models_;
  std::map<std::string, std::unique_ptr<VocabularyInput>> vocabularies_;
  std::map<std::pair<std::string, uint64_t>, std::unique_ptr<CorpusInput>> corpora_;
  std::map<std::tuple<LmKind, std::string, Split, int64_t, int64_t, uint64_t>, std::shared_ptr<const SequenceSet>>
      sequences_;
  std::map<std::pair<std::string, uint64_t>, std::unique_ptr<TokenizedPairs>> pairs_;
  std::map<std::string, std::unique_ptr<LmSource>> sources_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_INPUTS_H_
