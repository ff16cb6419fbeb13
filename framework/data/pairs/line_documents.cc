#include "framework/data/pairs/line_documents.h"

#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "framework/base/status_macros.h"
#include "framework/data/corpus/corpus_folder.h"
#include "framework/data/tokens/token_store_builder.h"
#include "glog/logging.h"
#include "xxhash.h"

namespace retort {

absl::StatusOr<std::shared_ptr<const LineDocuments>> LineDocuments::Create(std::shared_ptr<const TokenStore> store,
                                                                           const LineDocumentsOptions& options) {
  CHECK_NE(options.line_end, kNoId);
  CHECK_LE(store->documents(), int64_t{std::numeric_limits<uint32_t>::max()});
  std::shared_ptr<LineDocuments> documents(new LineDocuments(std::move(store), options));
  const TokenStore& all = *documents->store_;
  for (int64_t document = 0; document < all.documents(); ++document) {
    if (SplitOf(all.TextHash(document), options.select_share, options.report_share) == options.split) {
      documents->AddDocument(document);
    }
  }
  if (documents->size() == 0) {
    return absl::InvalidArgumentError(absl::StrCat("corpus ", options.corpus, ", split ", SplitName(options.split),
                                                   ": want at least one document, got none of the corpus's ",
                                                   all.documents()));
  }
  documents->content_hash_ = documents->HashContent();
  return std::shared_ptr<const LineDocuments>(std::move(documents));
}

void LineDocuments::AddDocument(int64_t document) {
  CHECK_LE(store_->Length(document), int64_t{std::numeric_limits<uint32_t>::max()});
  std::vector<int32_t> ids(store_->Length(document));
  store_->Copy(document, 0, absl::MakeSpan(ids));
  uint32_t begin = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] != options_.line_end) continue;
    const auto end = static_cast<uint32_t>(i);
    if (end > begin) lines_.push_back({begin, end - begin});
    begin = end + 1;
  }
  if (lines_.size() == first_lines_.back()) return;
  documents_.push_back(static_cast<uint32_t>(document));
  first_lines_.push_back(lines_.size());
}

void LineDocuments::AppendLine(int64_t document, int64_t line, std::vector<int32_t>* ids) const {
  CHECK(0 <= line && line < LinesOf(document)) << line << " of " << LinesOf(document) << " in document " << document;
  const Line& at = lines_[first_lines_[document] + line];
  ids->resize(ids->size() + at.length);
  store_->Copy(documents_[document], at.begin, absl::MakeSpan(*ids).last(at.length));
}

uint64_t LineDocuments::HashContent() const {
  return XXH3_64bits_withSeed(documents_.data(), documents_.size() * sizeof(uint32_t), store_->content_hash());
}

std::vector<int64_t> PieceCounts(const LineDocuments& documents, int64_t vocabulary_size) {
  std::vector<int64_t> counts(vocabulary_size, 0);
  std::vector<int32_t> ids;
  for (int64_t document = 0; document < documents.size(); ++document) {
    for (int64_t line = 0; line < documents.LinesOf(document); ++line) {
      ids.clear();
      documents.AppendLine(document, line, &ids);
      for (const int32_t id : ids) ++counts.at(id);
    }
  }
  return counts;
}

absl::StatusOr<std::shared_ptr<const LineDocuments>> OpenLineDocuments(const std::string& corpus, Split split,
                                                                       const Tokenizer& tokenizer, DataCache* cache) {
  RETORT_ASSIGN_OR_RETURN(const CorpusFolder folder, LoadCorpusFolder(corpus));
  LineDocumentsOptions options;
  options.corpus = corpus;
  options.split = split;
  options.select_share = folder.select_share;
  options.report_share = folder.report_share;
  options.line_end = tokenizer.special_ids().sep;
  const std::string name = absl::StrCat("lines ", tokenizer.Fingerprint(), "\n", corpus);
  using Store = std::shared_ptr<const TokenStore>;
  RETORT_ASSIGN_OR_RETURN(const Store store, cache->Get<TokenStore>(name, [&]() -> absl::StatusOr<Store> {
    RETORT_ASSIGN_OR_RETURN(Store built, BuildOrOpenTokenStore(folder.spec, tokenizer, cache->threads(),
                                                               cache->folder(), options.line_end));
    return built;
  }));
  return cache->Get<LineDocuments>(absl::StrCat(SplitName(split), " ", name),
                                   [&] { return LineDocuments::Create(store, options); });
}

}  // namespace retort
