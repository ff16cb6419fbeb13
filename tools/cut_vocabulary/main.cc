// Makes a smaller vocabulary for small models, of the pieces that training texts use most:
//
//   bazel run //tools:cut_vocabulary -- --size=8192 --output=vocab.txt data/corpora/wiki data/corpora/novels
//
// Only documents of the split `train` are counted, so that the vocabulary knows nothing of those held out. Prints how
// many tokens the texts have with the old and with the new vocabulary.
//
// Of a byte-pair vocabulary the first merges stay, whatever the texts; vocab.json and merges.txt go into a folder:
//
//   bazel build //data:vocabularies
//   bazel run //tools:cut_vocabulary -- --vocabulary=bazel-bin/data/vocab/gpt2/vocab.json --size=4096 --output=gpt2_4k

#include <gflags/gflags.h>

#include <algorithm>
#include <filesystem>
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
#include "framework/base/command_line/command_line.h"
#include "framework/base/file.h"
#include "framework/base/paths/output_file.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/base/temporary_folder.h"
#include "framework/data/corpus/corpus_folder.h"
#include "framework/data/tokens/token_store.h"
#include "framework/data/tokens/token_store_builder.h"
#include "framework/text/bpe/byte_pair_merges.h"
#include "framework/text/bpe/vocabulary_json.h"
#include "framework/text/vocabulary.h"
#include "framework/text/wordpiece/wordpiece_tokenizer.h"
#include "tools/cut_vocabulary/cut_byte_pairs.h"
#include "tools/cut_vocabulary/cut_vocabulary.h"

DEFINE_string(vocabulary, "data/vocab/bert-base-uncased-vocab.txt",
              "The vocab.txt to take pieces from, or a vocab.json with a merges.txt beside it.");
DEFINE_bool(lower_case, true, "Lower case without accents, for uncased vocabularies.");
DEFINE_int32(size, 8192, "Pieces of the new vocabulary: a multiple of 64.");
DEFINE_string(output, "", "The vocab.txt to write, whose folder has to exist; of a vocab.json, the folder to write.");
DEFINE_bool(overwrite, false, "Replace what is there of the output.");

namespace retort {
namespace {

constexpr char kUsage[] =
    "makes a smaller vocabulary, of the pieces that training texts use most\n\n"
    "  cut_vocabulary --size=8192 --output=vocab.txt data/corpora/wiki data/corpora/novels\n"
    "      arguments are corpus folders, whose training split is counted\n"
    "  cut_vocabulary --vocabulary=gpt2/vocab.json --size=4096 --output=gpt2_4k\n"
    "      of a byte-pair vocabulary the first merges stay, whatever the texts";

// Errors: something that is there already and would be replaced; one of the `inputs` in any case.
absl::Status CheckOutput(const std::vector<std::string>& files, const std::vector<std::string>& inputs) {
  for (const std::string& file : files) {
    RETORT_RETURN_IF_ERROR(CheckOutputFile(file, {inputs, FLAGS_overwrite, /*own_beginning=*/""}));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int64_t>> Count(const std::vector<CorpusFolder>& corpora, const Tokenizer& tokenizer,
                                           const std::string& cache) {
  std::vector<int64_t> counts(tokenizer.vocabulary_size());
  const int threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  for (const CorpusFolder& corpus : corpora) {
    RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<TokenStore> store,
                            BuildOrOpenTokenStore(corpus.spec, tokenizer, threads, cache));
    CountTrainingPieces(*store, corpus.select_share, corpus.report_share, &counts);
  }
  return counts;
}

void Report(const Tokenizer& tokenizer, const std::vector<int64_t>& counts) {
  int64_t tokens = 0;
  for (const int64_t count : counts) tokens += count;
  std::cout << absl::StrFormat("%d pieces: %d training tokens, of which %d [UNK]; %d pieces do not occur\n",
                               tokenizer.vocabulary_size(), tokens, counts[tokenizer.special_ids().unk],
                               std::count(counts.begin(), counts.end(), 0));
}

absl::Status CutBytePairFiles(size_t arguments) {
  if (arguments > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("want no corpus folders for a vocab.json, whose first merges stay, got ", arguments));
  }
  const std::string merges_path = (std::filesystem::path(FLAGS_vocabulary).parent_path() / "merges.txt").string();
  RETORT_RETURN_IF_ERROR(CheckOutput({FLAGS_output + "/vocab.json", FLAGS_output + "/merges.txt"},
                                     /*inputs=*/{FLAGS_vocabulary, merges_path}));
  RETORT_ASSIGN_OR_RETURN(const Vocabulary vocabulary, LoadVocabularyJson(FLAGS_vocabulary));
  RETORT_ASSIGN_OR_RETURN(const auto merges, BytePairMerges::LoadText(merges_path));
  RETORT_ASSIGN_OR_RETURN(const BytePairVocabulary cut, CutBytePairs(vocabulary, merges, merges_path, FLAGS_size));
  RETORT_RETURN_IF_ERROR(MakeDirectories(FLAGS_output));
  RETORT_RETURN_IF_ERROR(AtomicWriteFile(FLAGS_output + "/vocab.json", cut.VocabJson()));
  RETORT_RETURN_IF_ERROR(AtomicWriteFile(FLAGS_output + "/merges.txt", cut.MergesText()));
  std::cout << FLAGS_output << ": " << cut.pieces.size() << " pieces, " << cut.merges.size() << " merges\n";
  return absl::OkStatus();
}

absl::Status Cut(const std::vector<std::string>& folders) {
  RETORT_RETURN_IF_ERROR(EnterUserDirectory());
  if (FLAGS_output.empty()) return absl::InvalidArgumentError("--output: want a file or folder to write, got none");
  if (std::filesystem::path(FLAGS_vocabulary).extension() == ".json") return CutBytePairFiles(folders.size());
  if (std::filesystem::path(FLAGS_output).extension() == ".json") {
    return absl::InvalidArgumentError(absl::StrCat("--output: want a name for a list of pieces, got ", FLAGS_output,
                                                   ", which would be read as JSON; end it in .txt"));
  }
  if (folders.empty()) return absl::InvalidArgumentError("want corpus folders as arguments, got none");
  std::vector<CorpusFolder> corpora;
  std::vector<std::string> inputs = {FLAGS_vocabulary};
  for (const std::string& folder : folders) {
    RETORT_ASSIGN_OR_RETURN(corpora.emplace_back(), LoadCorpusFolder(folder));
    inputs.push_back(folder + "/corpus.textproto");
    for (const TextFile& file : corpora.back().spec.files) inputs.push_back(file.path);
  }
  RETORT_RETURN_IF_ERROR(CheckOutput({FLAGS_output}, inputs));
  WordPieceOptions options;
  options.lower_case = FLAGS_lower_case;
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<WordPieceTokenizer> old,
                          WordPieceTokenizer::Load(FLAGS_vocabulary, options));
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<TemporaryFolder> folder, TemporaryFolder::Create());
  const std::string& cache = folder->path();
  RETORT_ASSIGN_OR_RETURN(const std::vector<int64_t> counts, Count(corpora, *old, cache));
  RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> pieces,
                          CutVocabulary(old->vocabulary(), old->special_ids(), counts, FLAGS_size));
  Report(*old, counts);
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<WordPieceTokenizer> cut,
                          WordPieceTokenizer::Create(Vocabulary(pieces), options));
  RETORT_ASSIGN_OR_RETURN(const std::vector<int64_t> new_counts, Count(corpora, *cut, cache));
  Report(*cut, new_counts);
  return AtomicWriteFile(FLAGS_output, absl::StrCat(absl::StrJoin(pieces, "\n"), "\n"));
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  retort::StartProgram(argv[0]);
  if (const std::optional<int> code = retort::TakeFlags(
          {"cut_vocabulary", retort::kUsage, "tools/cut_vocabulary/", /*takes_arguments=*/true}, &argc, argv))
    return *code;
  return retort::ExitCode(retort::Cut(std::vector<std::string>(argv + 1, argv + argc)));
}
