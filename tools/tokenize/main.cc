// Turns texts into a token store:
//
//   bazel run //tools:tokenize -- --corpus=data/corpora/wiki --output=wiki.store
//   bazel run //tools:tokenize -- --document=LINE --output=mine.store a.txt b.txt.xz
//
// A sweep does the same by itself and keeps the store in its cache; this is for looking at a corpus and for timing.

#include <gflags/gflags.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "framework/base/command_line/command_line.h"
#include "framework/base/paths/output_file.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/data/corpus/corpus.h"
#include "framework/data/corpus/corpus_folder.h"
#include "framework/data/tokens/token_store.h"
#include "framework/data/tokens/token_store_builder.h"
#include "framework/text/files/load_tokenizer.h"
#include "framework/text/files/tokenizer_files.h"

DEFINE_string(corpus, "", "A folder with a corpus.textproto. Without one, the texts are the arguments.");
DEFINE_string(document, "BLANK_LINE",
              "What a document is in texts given as arguments: BLANK_LINE (parted by blank lines), LINE or FILE.");
DEFINE_string(tokenizer, "data/vocab/bert-base-uncased-vocab.txt",
              "A model folder, or its tokenizer.json, vocab.txt or vocab.json.");
DEFINE_int64(
    most_bytes, 0,
    "Bytes of text that a packed file given as an argument may hold. 0: 100 times its packed bytes, and at least "
    "64 MiB.");
DEFINE_string(output, "", "The token store to write: a new file, or one to replace. Its folder has to exist.");
DEFINE_bool(overwrite, false, "Replace a file at --output that is no token store.");
DEFINE_int32(threads, 0, "Threads that tokenize. 0: one per core.");

namespace retort {
namespace {

constexpr char kUsage[] =
    "turns texts into a token store\n\n"
    "  tokenize --corpus=data/corpora/wiki --output=wiki.store\n"
    "  tokenize --document=LINE --output=mine.store a.txt b.txt.xz";

absl::StatusOr<DocumentBoundary> ParseBoundary(const std::string& name) {
  if (name == "BLANK_LINE") return DocumentBoundary::kBlankLine;
  if (name == "LINE") return DocumentBoundary::kLine;
  if (name == "FILE") return DocumentBoundary::kFile;
  return absl::InvalidArgumentError(absl::StrCat("--document: want BLANK_LINE, LINE or FILE, got \"", name, "\""));
}

absl::StatusOr<CorpusSpec> CorpusOf(const std::vector<std::string>& files) {
  if (FLAGS_corpus.empty() == files.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("want either --corpus or texts as arguments, got ", files.empty() ? "neither" : "both"));
  }
  if (!FLAGS_corpus.empty()) {
    RETORT_ASSIGN_OR_RETURN(const CorpusFolder folder, LoadCorpusFolder(FLAGS_corpus));
    return folder.spec;
  }
  RETORT_ASSIGN_OR_RETURN(const DocumentBoundary boundary, ParseBoundary(FLAGS_document));
  CorpusSpec corpus;
  corpus.name = absl::StrJoin(files, " ");
  for (const std::string& file : files) corpus.files.push_back({file, boundary, {FLAGS_most_bytes, "--most_bytes"}});
  return corpus;
}

// Errors: a file in the way that is read, or that is no earlier output of this program.
absl::Status CheckOutput(const CorpusSpec& corpus) {
  OutputRules rules;
  rules.overwrite = FLAGS_overwrite;
  rules.own_beginning = "RETORTTK";
  rules.inputs = {FLAGS_tokenizer};
  for (const std::string& name : TokenizerFileNames()) rules.inputs.push_back(absl::StrCat(FLAGS_tokenizer, "/", name));
  if (!FLAGS_corpus.empty()) rules.inputs.push_back(FLAGS_corpus + "/corpus.textproto");
  for (const TextFile& file : corpus.files) rules.inputs.push_back(file.path);
  return CheckOutputFile(FLAGS_output, rules);
}

absl::Status Tokenize(const std::vector<std::string>& files) {
  RETORT_RETURN_IF_ERROR(EnterUserDirectory());
  if (FLAGS_output.empty()) return absl::InvalidArgumentError("--output: want a file to write, got none");
  if (FLAGS_most_bytes < 0) {
    return absl::InvalidArgumentError(absl::StrCat("--most_bytes: want >= 0, got ", FLAGS_most_bytes));
  }
  RETORT_RETURN_IF_ERROR(CheckThreads(FLAGS_threads));
  const int threads =
      FLAGS_threads > 0 ? FLAGS_threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  RETORT_ASSIGN_OR_RETURN(const CorpusSpec corpus, CorpusOf(files));
  RETORT_RETURN_IF_ERROR(CheckOutput(corpus));
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer, LoadTokenizer(FLAGS_tokenizer));
  const absl::Time start = absl::Now();
  RETORT_RETURN_IF_ERROR(BuildTokenStore(corpus, *tokenizer, threads, FLAGS_output));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<TokenStore> store, TokenStore::Open(FLAGS_output, *tokenizer));
  const double megabytes = static_cast<double>(store->text_bytes()) / 1e6;
  std::cout << absl::StrFormat("%s: %d documents, %d tokens, %.1f MB of text in %.2f s: %.1f MB/s on %d thread(s)\n",
                               FLAGS_output, store->documents(), store->tokens(), megabytes, seconds,
                               megabytes / seconds, threads);
  return absl::OkStatus();
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  retort::StartProgram(argv[0]);
  if (const std::optional<int> code =
          retort::TakeFlags({"tokenize", retort::kUsage, "tools/tokenize/", /*takes_arguments=*/true}, &argc, argv))
    return *code;
  return retort::ExitCode(retort::Tokenize(std::vector<std::string>(argv + 1, argv + argc)));
}
