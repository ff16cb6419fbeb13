#ifndef RETORT_FRAMEWORK_DATA_CORPUS_CORPUS_H_
#define RETORT_FRAMEWORK_DATA_CORPUS_CORPUS_H_

#include <string>
#include <vector>

#include "framework/data/corpus/corpus_reader.h"

namespace retort {

struct TextFile {
  std::string path;
  DocumentBoundary boundary = DocumentBoundary::kBlankLine;
  UnpackLimit limit = {};
};

// The text files that make up a corpus, in order.
struct CorpusSpec {
  std::string name;  // for messages: the folder, or the files as the user gave them
  std::vector<TextFile> files;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_CORPUS_CORPUS_H_
