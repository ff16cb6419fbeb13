#include "framework/model/files/unread_model.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/base/file.h"
#include "framework/model/family/family.h"
#include "framework/model/files/hugging_face_config.h"

namespace retort {
namespace {

constexpr char kConfig[] = "config.json";
constexpr char kWeights[] = "model.safetensors";
constexpr char kPickle[] = "pytorch_model.bin";

// Copies the tensors of pickles, whatever they are, into one file: no class of transformers could add a head to them.
constexpr char kCopyPickles[] =
    "import sys, torch; from safetensors.torch import save_file; w = {}; "
    "[w.update(torch.load(f, map_location=\"cpu\", weights_only=True)) for f in sys.argv[1:-1]]; "
    "save_file({k: v.clone().contiguous() for k, v in w.items() if torch.is_tensor(v)}, sys.argv[-1], "
    "{\"format\": \"pt\"})";

constexpr char kWithTransformers4[] =
    "from version 5 on transformers does not read them either; convert it once where "
    "transformers 4 is installed (pip install 'transformers<5' torch ";

// A word of a shell's command that stands for exactly this text.
std::string ShellQuoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

std::string PythonCommand(absl::string_view code, const std::vector<std::string>& arguments) {
  std::string command = absl::StrCat("python3 -c ", ShellQuoted(code));
  for (const std::string& argument : arguments) absl::StrAppend(&command, " ", ShellQuoted(argument));
  return command;
}

// Names of the files in a folder, in order; none if it cannot be read.
std::vector<std::string> FileNames(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The first name that ends so; empty: there is none.
std::string FindEnding(const std::vector<std::string>& names, absl::string_view ending) {
  for (const std::string& name : names) {
    if (absl::EndsWith(name, ending)) return name;
  }
  return "";
}

std::vector<std::string> PicklesOf(const std::vector<std::string>& names) {
  if (std::binary_search(names.begin(), names.end(), kPickle)) return {kPickle};
  std::vector<std::string> shards;
  for (const std::string& name : names) {
    if (absl::StartsWith(name, "pytorch_model") && absl::EndsWith(name, ".bin")) shards.push_back(name);
  }
  return shards;
}

// "bert-base-uncased" or "google-bert/bert-base-uncased", which no folder here is called.
bool LooksLikeHubName(const std::string& name) {
  const auto plain = [](char c) {
    return absl::ascii_isalnum(c) || absl::string_view("_-./").find(c) != std::string::npos;
  };
  return !name.empty() && absl::ascii_isalnum(name.front()) && absl::ascii_isalnum(name.back()) &&
         std::count(name.begin(), name.end(), '/') <= 1 && std::all_of(name.begin(), name.end(), plain);
}

// The class of transformers that a folder's weights are of: the one that config.json names, or the encoder's alone.
std::string ClassOf(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/", kConfig);
  const std::string text = ReadFile(path).value_or("");
  const std::vector<std::string> named = ArchitecturesOf(text);
  if (!named.empty()) return std::string(absl::StripPrefix(absl::StripPrefix(named.front(), "TF"), "Flax"));
  const auto config = ParseHuggingFaceConfig(text, path);
  return config.ok() ? FindFamily(config->family)->encoder_class : "AutoModel";
}

// The error for weights of another library that transformers 4 reads, where `package` is installed, with `option`.
absl::Status ForeignLibrary(const std::string& folder, const std::string& file, const char* library,
                            const char* package, const char* option) {
  const std::string code =
      absl::StrCat("import sys, transformers as t; getattr(t, sys.argv[1]).from_pretrained(sys.argv[2], ", option,
                   "=True).save_pretrained(sys.argv[2])");
  return absl::InvalidArgumentError(absl::StrCat(folder, "/", file, ": weights of ", library, " are not read, and ",
                                                 kWithTransformers4, package,
                                                 ") with: ", PythonCommand(code, {ClassOf(folder), folder})));
}

absl::Status OriginalCheckpoint(const std::string& folder, const std::string& index) {
  constexpr char kCode[] =
      "import sys; from transformers import BertConfig as C, BertForPreTraining as M; "
      "M.from_pretrained(sys.argv[1], from_tf=True, config=C.from_json_file(sys.argv[2])).save_pretrained(sys.argv[3])";
  return absl::InvalidArgumentError(absl::StrCat(
      folder, "/", index, ": checkpoints of TensorFlow are not read, and ", kWithTransformers4,
      "tensorflow tf-keras) with: ",
      PythonCommand(kCode, {absl::StrCat(folder, "/", index), absl::StrCat(folder, "/bert_config.json"), folder})));
}

}  // namespace

absl::Status ExplainNoConfig(const std::string& folder, const absl::Status& missing) {
  const auto explain = [&](const std::string& what) {
    return absl::Status(missing.code(), absl::StrCat(missing.message(), "; ", what));
  };
  std::error_code error;
  if (std::filesystem::is_regular_file(folder, error)) {
    const std::string parent = std::filesystem::path(folder).parent_path().string();
    return explain(absl::StrCat("want a model folder, got a file: its folder is ", parent.empty() ? "." : parent));
  }
  const std::vector<std::string> names = FileNames(folder);
  const std::string index = FindEnding(names, ".ckpt.index");
  if (!index.empty()) return OriginalCheckpoint(folder, index);
  if (!Exists(folder) && LooksLikeHubName(folder)) {
    return explain(absl::StrCat("models are read from folders, and there is none called ", folder,
                                "; if that is a name on the Hugging Face hub, make it one with: hf download ",
                                ShellQuoted(folder), " --local-dir ", ShellQuoted(folder)));
  }
  return missing;
}

absl::Status ExplainNoWeights(const std::string& folder) {
  const auto path = [&](const std::string& name) { return absl::StrCat(folder, "/", name); };
  const std::vector<std::string> names = FileNames(folder);
  const std::vector<std::string> pickles = PicklesOf(names);
  if (!pickles.empty()) {
    std::vector<std::string> arguments;
    for (const std::string& name : pickles) arguments.push_back(path(name));
    arguments.push_back(path(kWeights));
    return absl::InvalidArgumentError(absl::StrCat(
        path(pickles.front()), ": pickles are not read, since they can run code; convert ",
        pickles.size() == 1 ? "it" : "all of them", " once with: ", PythonCommand(kCopyPickles, arguments)));
  }
  if (const std::string file = FindEnding(names, ".h5"); !file.empty()) {
    return ForeignLibrary(folder, file, "TensorFlow", "tensorflow tf-keras", "from_tf");
  }
  if (const std::string index = FindEnding(names, ".ckpt.index"); !index.empty()) {
    return OriginalCheckpoint(folder, index);
  }
  if (const std::string file = FindEnding(names, ".msgpack"); !file.empty()) {
    return ForeignLibrary(folder, file, "Flax", "flax", "from_flax");
  }
  if (const std::string file = FindEnding(names, "adapter_model.safetensors"); !file.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path(file),
        ": want a whole model, got an adapter alone; merge it into its model once, with merge_and_unload() "
        "and save_pretrained() of the library peft"));
  }
  return absl::NotFoundError(absl::StrCat(path(kWeights), ": No such file or directory"));
}

}  // namespace retort
