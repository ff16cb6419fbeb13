// Checks a Hugging Face model folder, lists its tensors, and writes it anew.
//
//   bazel run //tools:convert -- --model=FOLDER                                      check and list
//   bazel run //tools:convert -- --model=FOLDER --output=FOLDER [what to change]     check and write
//
// --help has examples.

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "framework/base/command_line/command_line.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/base/try_torch.h"
#include "framework/config/text/parse.h"
#include "framework/model/files/hugging_face.h"
#include "framework/model/files/output_folder.h"
#include "framework/model/files/weight_files.h"
#include "framework/registry/plugin_catalogue.h"
#include "framework/text/files/tokenizer_files.h"
#include "gflags/gflags.h"
#include "tools/convert/extract.h"
#include "xxhash.h"

DEFINE_string(model, "", "model folder to read");
DEFINE_string(output, "", "model folder to write; without one, the tensors are listed");
DEFINE_bool(overwrite, false, "replace a model that is in the output folder, and remove files of it that are not read");
DEFINE_string(dtype, "", "float32, float16 or bfloat16; default: that of the model's word embeddings");
DEFINE_string(max_shard_size, "", "most bytes of a weights file, as 5MB or 2GiB; default: all weights in one file");
DEFINE_string(part, "all", "all, or encoder: without the language-model head");
DEFINE_string(family, "", "family of the student: bert, distilbert, mobilebert, roberta or gpt2; default: the model's");
DEFINE_int32(layers, 0, "layers of the student; default: the model's");
DEFINE_string(extract, "layer_copy { mapping { alternate {} } }",
              "with --family or --layers: what the student's weights come from, as a student's init in an experiment");
DEFINE_bool(vocab_transform, true,
            "with --family or --layers: the student takes over the head's dense layer and LayerNorm, too");
DEFINE_uint64(seed, 1, "with --family or --layers: seed of weights that the model does not have");

namespace retort {
namespace {

constexpr char kUsage[] =
    "checks a Hugging Face model folder, lists its tensors, and writes it anew\n\n"
    "  convert --model=FOLDER\n"
    "      checks the folder; lists each tensor's name, type, shape and hash (xxh64 of its bytes)\n"
    "  convert --model=FOLDER --output=FOLDER --dtype=bfloat16\n"
    "      writes it in another type; into its own folder, too, but over another model with --overwrite alone\n"
    "  convert --model=FOLDER --output=FOLDER --max_shard_size=500MB\n"
    "      cuts the weights into files; without the flag they are merged into one\n"
    "  convert --model=FOLDER --output=FOLDER --part=encoder\n"
    "      leaves out the language-model head\n"
    "  convert --model=FOLDER --output=FOLDER --layers=6 --family=distilbert\n"
    "      extracts DistilBERT's student: layers 0, 2, 4, 7, 9, 11 of 12\n"
    "  convert --model=FOLDER --output=FOLDER --layers=3 --extract='layer_copy { mapping { top {} } }'\n"
    "      extracts a student of the last three layers";

// "5MB" as bytes.
absl::StatusOr<uint64_t> ParseBytes(const std::string& text) {
  static const auto* const units = new std::map<std::string, uint64_t>{
      {"B", 1},
      {"KB", 1000},
      {"MB", 1000 * 1000},
      {"GB", 1000 * 1000 * 1000},
      {"KIB", 1ull << 10},
      {"MIB", 1ull << 20},
      {"GIB", 1ull << 30},
  };
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto unit = units->find(absl::AsciiStrToUpper(text.substr(digits)));
  uint32_t count = 0;
  if (absl::SimpleAtoi(text.substr(0, digits), &count) && count > 0 && unit != units->end()) {
    return count * unit->second;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--max_shard_size: want a number with B, KB, MB, GB, KiB, MiB or GiB behind it, got \"", text, "\""));
}

absl::StatusOr<c10::ScalarType> ParseDtype(const std::string& name) {
  static const auto* const known = new std::map<std::string, c10::ScalarType>{
      {"float32", at::kFloat}, {"float16", at::kHalf}, {"bfloat16", at::kBFloat16}};
  const auto found = known->find(name);
  if (found != known->end()) return found->second;
  return absl::InvalidArgumentError(absl::StrCat("--dtype: want float32, float16 or bfloat16, got \"", name, "\""));
}

absl::Status List(const LoadedModel& model) {
  RETORT_ASSIGN_OR_RETURN(const WeightFiles files, WeightFiles::Open(FLAGS_model));
  size_t longest = 0;
  for (const auto& [name, entry] : files.entries()) longest = std::max(longest, name.size());
  for (const auto& [name, entry] : files.entries()) {
    RETORT_ASSIGN_OR_RETURN(const std::string bytes, entry.file->ReadBytes(name));
    std::cout << absl::StrFormat("%-*s  %-4s  %016x  [%s]\n", longest, name, SafetensorsTypeName(entry.tensor.dtype),
                                 XXH64(bytes.data(), bytes.size(), 0), absl::StrJoin(entry.tensor.shape, ", "));
  }
  if (!model.left_aside.empty()) std::cout << "left aside: " << absl::StrJoin(model.left_aside, ", ") << "\n";
  std::cout << EncoderConfigText(model.config) << "\n"
            << files.entries().size() << " tensors, " << model.parameters.parameter_count() << " parameters"
            << (FindHead(model.config, HeadKind::kVocabulary) != nullptr ? ", with" : ", without")
            << " a language-model head\n";
  return absl::OkStatus();
}

absl::StatusOr<LoadedModel> Extract(const LoadedModel& model) {
  ExtractOptions options;
  if (!FLAGS_family.empty()) options.architecture.set_family(FLAGS_family);
  if (FLAGS_layers != 0) options.architecture.set_layers(FLAGS_layers);
  options.vocab_transform = FLAGS_vocab_transform;
  options.seed = FLAGS_seed;
  RETORT_RETURN_IF_ERROR(ParseText(FLAGS_extract, "--extract", PluginCatalogue::Global(), &options.init));
  return ExtractStudent(model, options);
}

// Flags that change what is written, and were given.
std::string WritingFlags() {
  std::vector<std::string> given;
  for (const char* name :
       {"dtype", "max_shard_size", "part", "family", "layers", "extract", "vocab_transform", "seed"}) {
    if (!gflags::GetCommandLineFlagInfoOrDie(name).is_default) given.push_back(absl::StrCat("--", name));
  }
  return absl::StrJoin(given, ", ");
}

absl::Status CheckFlags() {
  if (FLAGS_model.empty()) return absl::InvalidArgumentError("--model: want a model folder, got none; see --help");
  if (FLAGS_part != "all" && FLAGS_part != "encoder") {
    return absl::InvalidArgumentError(absl::StrCat("--part: want all or encoder, got \"", FLAGS_part, "\""));
  }
  if (FLAGS_layers < 0) return absl::InvalidArgumentError(absl::StrCat("--layers: want >= 0, got ", FLAGS_layers));
  if (FLAGS_output.empty() && !WritingFlags().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--output: want a folder to write for ", WritingFlags(), ", got none"));
  }
  const bool extracts = !FLAGS_family.empty() || FLAGS_layers != 0;
  for (const char* name : {"extract", "vocab_transform", "seed"}) {
    if (extracts || gflags::GetCommandLineFlagInfoOrDie(name).is_default) continue;
    return absl::InvalidArgumentError(absl::StrCat("--", name, ": want --layers or --family beside it, got neither"));
  }
  return absl::OkStatus();
}

// The tokenizer's files, completed for the model; as they are where nobody here can read them, which is said.
absl::StatusOr<TokenizerFiles> ReadTokenizer(const LoadedModel& model) {
  if (!model.tokenizer_path.empty()) {
    absl::StatusOr<TokenizerFiles> files = ReadTokenizerFiles(FLAGS_model);
    if (files.ok()) files = CompleteTokenizerFiles(*std::move(files), model.config.longest_sequence(), FLAGS_model);
    if (files.ok()) return files;
    std::cout << "the tokenizer's files are copied as they are: " << files.status().message() << "\n";
  }
  return CopyTokenizerFiles(FLAGS_model);
}

absl::Status Write(LoadedModel model) {
  SaveOptions options;
  options.tokenizer_as_it_is = true;
  options.dtype = model.stored_dtype;
  if (!FLAGS_dtype.empty()) {
    RETORT_ASSIGN_OR_RETURN(options.dtype, ParseDtype(FLAGS_dtype));
  }
  if (!FLAGS_max_shard_size.empty()) {
    RETORT_ASSIGN_OR_RETURN(options.max_file_bytes, ParseBytes(FLAGS_max_shard_size));
  }
  if (!FLAGS_family.empty() || FLAGS_layers != 0) {
    RETORT_ASSIGN_OR_RETURN(model, Extract(model));
  }
  if (FLAGS_part == "encoder") model.config.heads.clear();
  RETORT_ASSIGN_OR_RETURN(const TokenizerFiles tokenizer, ReadTokenizer(model));
  RETORT_RETURN_IF_ERROR(SaveModel(FLAGS_output, model.config, model.parameters, tokenizer, options));
  std::cout << FLAGS_output << ": " << EncoderConfigText(model.config) << "\n";
  return absl::OkStatus();
}

absl::Status Run() {
  RETORT_RETURN_IF_ERROR(EnterUserDirectory());
  RETORT_RETURN_IF_ERROR(CheckFlags());
  if (!FLAGS_output.empty()) {
    RETORT_RETURN_IF_ERROR(CheckOutputFolder(FLAGS_output, FLAGS_model, FLAGS_overwrite));
  }
  RETORT_ASSIGN_OR_RETURN(LoadedModel model, LoadModel(FLAGS_model));
  return FLAGS_output.empty() ? List(model) : Write(std::move(model));
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  retort::StartProgram(argv[0]);
  if (const std::optional<int> code = retort::TakeFlags({"convert", retort::kUsage, "tools/convert/"}, &argc, argv))
    return *code;
  return retort::ExitCode(retort::TryTorch("convert", retort::Run));
}
