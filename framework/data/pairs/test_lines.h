#ifndef RETORT_FRAMEWORK_DATA_PAIRS_TEST_LINES_H_
#define RETORT_FRAMEWORK_DATA_PAIRS_TEST_LINES_H_

#include <memory>
#include <string>
#include <vector>

#include "framework/data/pairs/line_documents.h"

namespace retort::testing {

// Writes a corpus folder of these documents, whose lines are parted by newlines, none of them held out unless a share
// says so, and gives its path. CHECK-fails on errors.
std::string WriteLineCorpus(const std::vector<std::string>& documents, double report_share = 0);

// All these documents by LetterTokenizer (framework/data/sequences/test_store.h).
std::shared_ptr<const LineDocuments> LinesOf(const std::vector<std::string>& documents);

// `count` documents, at most 26, of so many lines: all letters of a document are one, which no other document has, and
// a line has 2 to 4 of them.
std::vector<std::string> OneLetterDocuments(int count, int lines);

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_DATA_PAIRS_TEST_LINES_H_
