#ifndef RETORT_FRAMEWORK_DATA_CORPUS_CORPUS_FOLDER_H_
#define RETORT_FRAMEWORK_DATA_CORPUS_CORPUS_FOLDER_H_

#include <string>

#include "absl/status/statusor.h"
#include "framework/data/corpus/corpus.h"

namespace retort {

// A corpus with the shares of its documents that are held out.
struct CorpusFolder {
  CorpusSpec spec;  // Its name is the folder, with which each path begins.
  double select_share = 0.02;
  double report_share = 0.02;
};

// Reads the folder's corpus.textproto (framework/config/corpus.proto). Texts themselves are not read, only looked for.
//
// Errors: NotFound if the folder, its corpus.textproto or one of the files is not there; InvalidArgument for text that
// does not parse (file:line:column), no files, a file without a path, shares outside of [0, 1) or of a sum of 1 or
// more.
absl::StatusOr<CorpusFolder> LoadCorpusFolder(const std::string& folder);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_CORPUS_CORPUS_FOLDER_H_
