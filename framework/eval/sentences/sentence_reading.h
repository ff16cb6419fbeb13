#ifndef RETORT_FRAMEWORK_EVAL_SENTENCES_SENTENCE_READING_H_
#define RETORT_FRAMEWORK_EVAL_SENTENCES_SENTENCE_READING_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// How a sentence becomes the text that is tokenized, and what a folder of sentence-transformers says of it.

namespace retort {

struct SentenceReading {
  int length = 128;         // Positions; what is longer is cut.
  std::string prompt = {};  // Put before each sentence.
  bool lower_case = false;  // What is tokenized is lower-cased first, whatever the tokenizer does.
};

// The sentence behind its prompt, in the case that is wanted.
std::string TextOfSentence(absl::string_view sentence, const SentenceReading& reading);

// What a model folder says. Files: those that say so; empty: none does.
struct FolderReading {
  SentenceReading reading;
  std::string length_file;
  std::string prompt_file;
  std::string lower_case_file;
};

// Reads, where there is a modules.json (sentence_modules.h), max_seq_length and do_lower_case of the Transformer's
// configuration (sentence_bert_config.json or one of its older names), and the default prompt of
// config_sentence_transformers.json. Prompts that only a caller of sentence-transformers chooses are not put anywhere.
//
// Errors: InvalidArgument naming file and field for values of another type, for a default prompt that is not among the
// prompts, and for a Pooling module that leaves the default prompt's positions out; those of the files.
absl::StatusOr<FolderReading> ReadFolderReading(const std::string& folder);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SENTENCES_SENTENCE_READING_H_
