#include "framework/data/sequences/open_sequences.h"

#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/data/corpus/corpus_folder.h"
#include "framework/data/tokens/token_store_builder.h"

namespace retort {
namespace {

// A corpus as ids of one tokenizer.
struct TokenizedCorpus {
  CorpusFolder folder;
  std::shared_ptr<const TokenStore> store;
};

absl::StatusOr<std::shared_ptr<const TokenizedCorpus>> OpenCorpus(const std::string& corpus, const Tokenizer& tokenizer,
                                                                  DataCache* cache) {
  return cache->Get<TokenizedCorpus>(
      absl::StrCat(corpus, "\n", tokenizer.Fingerprint()),
      [&]() -> absl::StatusOr<std::shared_ptr<const TokenizedCorpus>> {
        auto read = std::make_shared<TokenizedCorpus>();
        RETORT_ASSIGN_OR_RETURN(read->folder, LoadCorpusFolder(corpus));
        RETORT_ASSIGN_OR_RETURN(read->store,
                                BuildOrOpenTokenStore(read->folder.spec, tokenizer, cache->threads(), cache->folder()));
        return read;
      });
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SequenceSet>> OpenSequences(const SequenceSpec& spec, const Tokenizer& tokenizer,
                                                                 DataCache* cache) {
  RETORT_ASSIGN_OR_RETURN(const auto corpus, OpenCorpus(spec.corpus, tokenizer, cache));
  SequenceSetOptions options;
  options.kind = spec.kind;
  options.corpus = spec.corpus;
  options.split = spec.split;
  options.select_share = corpus->folder.select_share;
  options.report_share = corpus->folder.report_share;
  options.length = static_cast<int>(spec.length);
  options.min_length = static_cast<int>(spec.min_length);
  options.special_ids = tokenizer.special_ids();
  const std::string name = absl::StrCat(LmKindName(spec.kind), " ", SplitName(spec.split), " ", spec.length, " ",
                                        spec.min_length, " ", tokenizer.Fingerprint(), "\n", spec.corpus);
  return cache->Get<SequenceSet>(name, [&] { return SequenceSet::Create(corpus->store, options); });
}

}  // namespace retort
