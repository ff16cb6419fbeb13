// Makes a model with a smaller vocabulary out of a Hugging Face model folder.
//
//   bazel run //tools:cut_model -- --model=<folder> --vocabulary=<vocab.txt> --corpus=data/corpora/wiki
//   --output=<folder>
//
// Vocabularies are made by //tools:cut_vocabulary. Frequencies of pieces are those of the corpora's train split.

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "framework/base/command_line/command_line.h"
#include "framework/base/file.h"
#include "framework/base/paths/folder.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/base/temporary_folder.h"
#include "framework/base/try_torch.h"
#include "framework/data/corpus/corpus_folder.h"
#include "framework/data/sequences/sequence_set.h"
#include "framework/data/tokens/token_store_builder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/model/files/output_folder.h"
#include "framework/text/files/load_tokenizer.h"
#include "framework/text/files/tokenizer_files.h"
#include "framework/text/unicode/text_file.h"
#include "gflags/gflags.h"
#include "tools/cut_model/cut_model.h"
#include "tools/cut_model/kept_tokenizer.h"

DEFINE_string(model, "", "Hugging Face model folder to cut");
DEFINE_string(corpus, "data/corpora/wiki", "corpus folders whose train split is counted, parted by commas");
DEFINE_string(vocabulary, "", "vocab.txt whose pieces are kept, in its order");
DEFINE_string(output, "", "model folder to write, float32");
DEFINE_bool(overwrite, false, "replace a model that is in the output folder");
DEFINE_uint64(seed, 1, "seed of a new masked-LM head");

namespace retort {
namespace {

constexpr char kUsage[] =
    "makes a model with a smaller vocabulary out of a Hugging Face model folder\n\n"
    "  cut_model --model=FOLDER --vocabulary=vocab.txt --corpus=data/corpora/wiki --output=FOLDER\n"
    "      cut_vocabulary makes such a vocabulary";

// Adds how often the tokenizer's pieces occur in the train split of a corpus.
absl::Status AddCounts(const std::string& corpus, const Tokenizer& tokenizer, const std::string& cache,
                       std::vector<int64_t>* counts) {
  RETORT_ASSIGN_OR_RETURN(const CorpusFolder folder, LoadCorpusFolder(corpus));
  RETORT_ASSIGN_OR_RETURN(
      auto store,
      BuildOrOpenTokenStore(folder.spec, tokenizer, static_cast<int>(std::thread::hardware_concurrency()), cache));
  SequenceSetOptions options;
  options.corpus = corpus;
  options.select_share = folder.select_share;
  options.report_share = folder.report_share;
  options.special_ids = tokenizer.special_ids();
  RETORT_ASSIGN_OR_RETURN(const auto sequences, SequenceSet::Create(std::move(store), options));
  const std::vector<int64_t> more = PieceCounts(*sequences, tokenizer.vocabulary_size());
  for (size_t i = 0; i < more.size(); ++i) (*counts)[i] += more[i];
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int64_t>> CountAll(const Tokenizer& tokenizer, const std::string& cache) {
  std::vector<int64_t> counts(tokenizer.vocabulary_size());
  for (absl::string_view corpus : absl::StrSplit(FLAGS_corpus, ',')) {
    RETORT_RETURN_IF_ERROR(AddCounts(std::string(corpus), tokenizer, cache, &counts));
  }
  return counts;
}

// Errors: a folder that holds a model, be it the one to cut.
absl::Status CheckOutput() {
  if (IsSamePath(FLAGS_model, FLAGS_output)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--output: want another folder than --model, which is left as it is, got ", FLAGS_output));
  }
  return CheckOutputFolder(FLAGS_output, FLAGS_model, FLAGS_overwrite);
}

absl::Status Run() {
  RETORT_RETURN_IF_ERROR(EnterUserDirectory());
  if (FLAGS_model.empty() || FLAGS_vocabulary.empty() || FLAGS_output.empty()) {
    return absl::InvalidArgumentError("want --model, --vocabulary and --output");
  }
  RETORT_RETURN_IF_ERROR(CheckOutput());
  RETORT_ASSIGN_OR_RETURN(const LoadedModel model, LoadModel(FLAGS_model));
  RETORT_ASSIGN_OR_RETURN(const auto whole, LoadTokenizer(FLAGS_model));
  RETORT_ASSIGN_OR_RETURN(TokenizerFiles files, ReadTokenizerFiles(FLAGS_model));
  RETORT_ASSIGN_OR_RETURN(const std::string pieces, ReadFile(FLAGS_vocabulary));
  RETORT_RETURN_IF_ERROR(CheckTextFile(pieces, FLAGS_vocabulary));
  RETORT_ASSIGN_OR_RETURN(files, TokenizerOfKeptPieces(files, pieces, FLAGS_model));
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer, MakeTokenizer(files, FLAGS_vocabulary));
  RETORT_ASSIGN_OR_RETURN(const auto cache, TemporaryFolder::Create());
  RETORT_ASSIGN_OR_RETURN(const std::vector<int64_t> counts, CountAll(*tokenizer, cache->path()));
  RETORT_ASSIGN_OR_RETURN(const LoadedModel cut,
                          CutModel(model, whole->vocabulary(), tokenizer->vocabulary(), counts, FLAGS_seed));
  RETORT_RETURN_IF_ERROR(SaveModel(FLAGS_output, cut.config, cut.parameters, files));
  std::cout << FLAGS_output << ": " << cut.config.vocabulary_size << " pieces, " << cut.parameters.parameter_count()
            << " parameters\n";
  return absl::OkStatus();
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  retort::StartProgram(argv[0]);
  if (const std::optional<int> code = retort::TakeFlags({"cut_model", retort::kUsage, "tools/cut_model/"}, &argc, argv))
    return *code;
  return retort::ExitCode(retort::TryTorch("cut_model", retort::Run));
}
