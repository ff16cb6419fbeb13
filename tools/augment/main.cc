// More sentences of a task: TinyBERT's data augmentation (Jiao et al. 2020, arXiv:1909.10351, algorithm 1).
//
//   bazel run //tools:augment -- --model=FOLDER --word_vectors=FILE --input=TABLE --text=COLUMN --output=FILE.jsonl
//
// A sweep does the same by itself, in an augmentation stage. --help has more.

#include <gflags/gflags.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "framework/augment/augment_file.h"
#include "framework/augment/augmenter.h"
#include "framework/augment/word_vectors.h"
#include "framework/base/command_line/command_line.h"
#include "framework/base/device/parse_device.h"
#include "framework/base/paths/output_file.h"
#include "framework/base/problems.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/base/stop.h"
#include "framework/base/try_torch.h"
#include "framework/data/examples/task_reader.h"
#include "framework/data/task/table_file.h"
#include "framework/data/task/table_reader.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/text/tokenizer.h"
#include "tools/augment/task_copies.h"

DEFINE_string(model, "", "Hugging Face model folder with a masked-LM head, which predicts words of one piece");
DEFINE_string(word_vectors, "",
              "word vectors in GloVe's text format, plain or packed, whose neighbours replace words of several pieces; "
              "default: these words stay");
DEFINE_int64(words, 100000, "how many of the file's first word vectors are read");
DEFINE_string(input, "", "table of the task: .tsv, .csv or .jsonl, also packed (.gz, .xz, .zst)");
DEFINE_string(text, "", "column of the text, by its name or number, from 0");
DEFINE_string(text_pair, "", "column of the second text of pairs");
DEFINE_string(label, "", "column of the class, which is kept");
DEFINE_string(score, "", "column of the score, which is kept");
DEFINE_string(id, "", "column of the id; default: the number of the row, from 0");
DEFINE_int32(copies, 20, "new examples of each text");
DEFINE_string(task, "", "task of GLUE whose number of copies in the authors' code is taken instead of --copies");
DEFINE_int32(candidates, 15, "how many words may stand in the place of one");
DEFINE_double(probability, 0.4, "of replacing a word");
DEFINE_uint64(seed, 1, "of the words that are replaced, and by what");
DEFINE_bool(distinct, false, "leave out copies that are equal to the text or to an earlier copy, as the authors' code");
DEFINE_string(output, "",
              "file of JSON lines to write, for the `table` data: name it .jsonl. OUTPUT.partial grows beside it, and "
              "an interrupted run goes on from there");
DEFINE_bool(overwrite, false, "replace a file at --output");
DEFINE_string(device, "cpu", "cpu or cuda");

namespace retort {
namespace {

constexpr char kUsage[] =
    "more sentences of a task, by a masked language model and word vectors\n\n"
    "  augment --model=FOLDER --word_vectors=glove.6B.300d.txt --input=train.tsv --text=sentence --label=label \\\n"
    "      --output=augmented.jsonl\n"
    "  augment --model=FOLDER --word_vectors=glove.6B.300d.txt --input=MRPC/train.tsv --text=3 --text_pair=4 \\\n"
    "      --label=0 --task=MRPC --distinct --output=augmented.jsonl\n"
    "      as the authors' code: copies of either text beside the other as it was\n\n"
    "The file is data for an experiment: table { train: \"augmented.jsonl\" text: \"first\" label: \"label\" }";

// Prints how far the work is: on a terminal now and then, else at every tenth.
class ProgressLines {
 public:
  void operator()(int64_t done, int64_t all) {
    const absl::Time now = absl::Now();
    if (first_done_ < 0) {  // Of an earlier run, or the first block.
      first_done_ = done;
      first_ = last_ = now;
    }
    const int64_t tenths = 10 * done / all;
    const bool due = terminal_ ? now - last_ >= absl::Seconds(10) : tenths > tenths_;
    if (!due || done == first_done_) return;
    last_ = now;
    tenths_ = tenths;
    const double rate = static_cast<double>(done - first_done_) / absl::ToDoubleSeconds(now - first_);
    std::cerr << absl::StrFormat("%d of %d examples, %.1f per second, %.0f min left\n", done, all, rate,
                                 static_cast<double>(all - done) / rate / 60);
  }

 private:
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  int64_t first_done_ = -1, tenths_ = 0;
  absl::Time first_, last_;
};

absl::Status CheckFlags() {
  if (FLAGS_model.empty()) return absl::InvalidArgumentError("--model: want a model folder, got none; see --help");
  if (FLAGS_input.empty()) return absl::InvalidArgumentError("--input: want a table, got none; see --help");
  if (FLAGS_text.empty()) return absl::InvalidArgumentError("--text: want a column, got none; see --help");
  if (FLAGS_output.empty()) return absl::InvalidArgumentError("--output: want a file to write, got none");
  if (FLAGS_words < 1) return absl::InvalidArgumentError(absl::StrCat("--words: want > 0, got ", FLAGS_words));
  if (!FLAGS_label.empty() && !FLAGS_score.empty()) {
    return absl::InvalidArgumentError("--score: want either --label or --score, got both");
  }
  if (!FLAGS_task.empty() && !gflags::GetCommandLineFlagInfoOrDie("copies").is_default) {
    return absl::InvalidArgumentError("--task: want either --task or --copies, got both");
  }
  OutputRules rules;
  rules.inputs = {FLAGS_input, FLAGS_word_vectors};
  rules.overwrite = FLAGS_overwrite;
  RETORT_RETURN_IF_ERROR(CheckOutputFile(FLAGS_output, rules));
  if (TableFormatOf(FLAGS_output) == TableFormat::kJsonLines) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--output: want a name that ends in .jsonl, by which `table` data know what the lines are, got ", FLAGS_output));
}

absl::StatusOr<AugmentationOptions> OptionsOfFlags() {
  AugmentationOptions options;
  options.copies = FLAGS_copies;
  if (!FLAGS_task.empty()) {
    RETORT_ASSIGN_OR_RETURN(options.copies, CopiesOfTask(FLAGS_task));
  }
  options.candidates = FLAGS_candidates;
  options.probability = FLAGS_probability;
  options.seed = FLAGS_seed;
  options.distinct = FLAGS_distinct;
  Problems problems;
  CheckAugmentation("--", options, &problems);
  RETORT_RETURN_IF_ERROR(problems.ToStatus());
  return options;
}

absl::StatusOr<TaskExamples> ReadExamples() {
  TableFiles files;
  files.paths = {{kTrainSplit, FLAGS_input}};
  files.columns.texts = {FLAGS_text};
  if (!FLAGS_text_pair.empty()) files.columns.texts.push_back(FLAGS_text_pair);
  files.columns.label = FLAGS_label;
  files.columns.score = FLAGS_score;
  if (!FLAGS_id.empty()) files.columns.id = {FLAGS_id};
  std::vector<std::string> columns = {FLAGS_text};
  for (const std::string& column : {FLAGS_text_pair, FLAGS_label, FLAGS_score, FLAGS_id}) {
    if (!column.empty()) columns.push_back(column);
  }
  files.heading = !std::all_of(columns.begin(), columns.end(), IsColumnNumber);
  RETORT_ASSIGN_OR_RETURN(TaskExamples examples, TableReader(files).Read(kTrainSplit));
  if (!examples.examples.empty()) return examples;
  const std::string notes = examples.notes.empty() ? "" : absl::StrCat(" (", absl::StrJoin(examples.notes, "; "), ")");
  return absl::InvalidArgumentError(
      absl::StrCat("--input: want a table with rows of texts, got none in ", FLAGS_input, notes, "; see --text"));
}

absl::Status AugmentExamples(const TaskExamples& examples, const Augmenter& augmenter) {
  AugmentationHooks hooks;
  hooks.progress = ProgressLines();
  hooks.stop = StopRequested();
  const absl::Time start = absl::Now();
  RETORT_ASSIGN_OR_RETURN(const int64_t augmented, AugmentToFile(examples.examples, augmenter, FLAGS_output, hooks));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  const int64_t all = static_cast<int64_t>(examples.examples.size());
  const int64_t texts_of_each = FLAGS_text_pair.empty() ? 1 : 2;
  const std::string before = augmented < all ? absl::StrCat(" (", all - augmented, " of an earlier run)") : "";
  std::cout << absl::StrFormat("%s: %d texts of %d examples%s in %.2f s: %.2f texts/s\n", FLAGS_output,
                               texts_of_each * all, all, before, seconds,
                               static_cast<double>(texts_of_each * augmented) / seconds);
  return absl::OkStatus();
}

absl::Status Run() {
  RETORT_RETURN_IF_ERROR(EnterUserDirectory());
  RETORT_RETURN_IF_ERROR(CheckFlags());
  RETORT_ASSIGN_OR_RETURN(const c10::Device device, ParseDevice(FLAGS_device));
  RETORT_ASSIGN_OR_RETURN(const AugmentationOptions options, OptionsOfFlags());
  RETORT_ASSIGN_OR_RETURN(const TaskExamples examples, ReadExamples());
  for (const std::string& note : examples.notes) std::cout << note << "\n";
  std::optional<WordVectors> word_vectors;
  if (!FLAGS_word_vectors.empty()) {
    RETORT_ASSIGN_OR_RETURN(word_vectors, WordVectors::Read(FLAGS_word_vectors, FLAGS_words));
  }
  RETORT_ASSIGN_OR_RETURN(const LoadedModel loaded, LoadModel(FLAGS_model));
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer, LoadTokenizerOf(loaded.config, FLAGS_model));
  const Encoder encoder(loaded.config);
  const ParameterSet parameters = loaded.parameters.To(at::kFloat, device);
  const absl::StatusOr<Augmenter> augmenter =
      Augmenter::Create(encoder, parameters, *tokenizer, word_vectors ? &*word_vectors : nullptr, options, device);
  if (!augmenter.ok()) {
    return absl::Status(augmenter.status().code(), absl::StrCat(FLAGS_model, ": ", augmenter.status().message()));
  }
  return AugmentExamples(examples, *augmenter);
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  retort::StartProgram(argv[0]);
  retort::StopOnSignals();
  if (const std::optional<int> code = retort::TakeFlags({"augment", retort::kUsage, "tools/augment/"}, &argc, argv))
    return *code;
  return retort::ExitCode(retort::TryTorch("augment", retort::Run));
}
