#include "framework/model/files/unread/unread_model.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/base/file.h"
#include "framework/base/paths/folder.h"
#include "framework/base/paths/missing_path.h"
#include "framework/base/paths/shell_command.h"
#include "framework/base/status_macros.h"
#include "framework/model/family/family.h"
#include "framework/model/files/hugging_face_config.h"

namespace retort {
namespace {

constexpr char kConfig[] = "config.json";
constexpr char kWeights[] = "model.safetensors";
constexpr char kPickle[] = "pytorch_model.bin";

// Copies the tensors of pickles, whatever they are, into one file: no class of transformers could add a head to them.
// Those of a training run hold them one level further down.
constexpr char kCopyPickles[] =
    "import sys, torch; from safetensors.torch import save_file; w = {}; "
    "inner = lambda d: next((d[k] for k in (\"state_dict\", \"model\") if isinstance(d.get(k), dict)), d); "
    "[w.update(inner(torch.load(f, map_location=\"cpu\", weights_only=True))) for f in sys.argv[1:-1]]; "
    "w = {k: v.clone().contiguous() for k, v in w.items() if torch.is_tensor(v)}; "
    "w or sys.exit(\"no tensors in \" + sys.argv[1]); "
    "save_file(w, sys.argv[-1], {\"format\": \"pt\"})";

// What a loader leaves as it is stays NaN.
constexpr char kFillWithNan[] = "[p.data.fill_(float(\"nan\")) for p in m.parameters()]; ";
constexpr char kCheckForNan[] = "bad = [k for k, p in m.named_parameters() if p.isnan().any()]; ";

constexpr char kWithTransformers4[] =
    "from version 5 on transformers does not read them either; convert it once where "
    "transformers 4 is installed (pip install 'transformers<5' torch ";

// Ends the program if `bad` is not empty.
std::string ExitIfBad(absl::string_view way_out) {
  return absl::StrCat("bad and sys.exit(\"no weights for \" + \", \".join(bad) + \"; ", way_out, "\"); ");
}

// The last name that `fits`, longer ones behind shorter ones: that of the largest number. Empty: there is none.
template <typename Fits>
std::string FindLast(const std::vector<std::string>& names, Fits fits) {
  std::string last;
  for (const std::string& name : names) {
    if (fits(name) && std::make_pair(name.size(), name) > std::make_pair(last.size(), last)) last = name;
  }
  return last;
}

std::string FindEnding(const std::vector<std::string>& names, absl::string_view ending) {
  return FindLast(names, [&](const std::string& name) { return absl::EndsWith(name, ending); });
}

// "bert_model.ckpt.index" or "model.ckpt-20000.index".
std::string FindCheckpoint(const std::vector<std::string>& names) {
  return FindLast(names, [](const std::string& name) {
    return absl::StrContains(name, ".ckpt") && absl::EndsWith(name, ".index");
  });
}

bool Contains(const std::vector<std::string>& names, const char* name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> PicklesOf(const std::vector<std::string>& names) {
  if (Contains(names, kPickle)) return {kPickle};
  std::vector<std::string> shards;
  for (const std::string& name : names) {
    if (absl::StartsWith(name, "pytorch_model") && absl::EndsWith(name, ".bin")) shards.push_back(name);
  }
  return shards;
}

// The class of transformers that a folder's weights are of: the one that config.json names, or the encoder's alone.
absl::StatusOr<std::string> ClassOf(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/", kConfig);
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  RETORT_ASSIGN_OR_RETURN(const HuggingFaceConfig config, ParseHuggingFaceConfig(text, path));
  if (config.architectures.empty()) return FindFamily(config.encoder.family)->encoder_class;
  return std::string(absl::StripPrefix(absl::StripPrefix(config.architectures.front(), "TF"), "Flax"));
}

absl::Status Foreign(const std::string& path, absl::string_view what, absl::string_view packages,
                     const std::string& command) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": ", what, " are not read, and ", kWithTransformers4, packages, ") with: ", command));
}

// The classes of TensorFlow draw what a file lacks and say so, those of PyTorch do not hear of it.
absl::Status TensorFlowWeights(const std::string& folder, const std::string& file) {
  const std::string code = absl::StrCat(
      "import sys, transformers as t; c, d = sys.argv[1:]; "
      "m, i = getattr(t, \"TF\" + c).from_pretrained(d, output_loading_info=True); bad = list(i[\"missing_keys\"]); ",
      ExitIfBad("for the encoder alone name its class, such as BertModel, in the command"),
      "getattr(t, c).from_pretrained(d, from_tf=True).save_pretrained(d)");
  RETORT_ASSIGN_OR_RETURN(const std::string name, ClassOf(folder));
  return Foreign(absl::StrCat(folder, "/", file), "weights of TensorFlow", "tensorflow tf-keras",
                 PythonCommand(code, {name, folder}));
}

absl::Status FlaxWeights(const std::string& folder, const std::string& file) {
  const std::string code = absl::StrCat(
      "import sys, transformers as t; "
      "from transformers.modeling_flax_pytorch_utils import load_flax_checkpoint_in_pytorch_model as load; "
      "c, d, f = sys.argv[1:]; m = getattr(t, c)(t.AutoConfig.from_pretrained(d)); ",
      kFillWithNan, "m = load(m, f); ", kCheckForNan,
      ExitIfBad("for the encoder alone name its class, such as BertModel, in the command"), "m.save_pretrained(d)");
  RETORT_ASSIGN_OR_RETURN(const std::string name, ClassOf(folder));
  const std::string path = absl::StrCat(folder, "/", file);
  return Foreign(path, "weights of Flax", "flax", PythonCommand(code, {name, folder, path}));
}

// How transformers 4 reads an original checkpoint, in Python: of the file `f`, which holds `h`, and the model `m`.
struct Original {
  const char* family;
  const char* config;
  const char* model;
  const char* encoder;
  const char* target;  // of the loader
};
constexpr Original kBert = {"bert", "t.BertConfig.from_json_file(f)", "BertForPreTraining", "m.bert", "m"};
constexpr Original kGpt2 = {"gpt2", "t.GPT2Config.from_json_file(f)", "GPT2LMHeadModel", "m.transformer",
                            "m.transformer"};
constexpr Original kOpenAiGpt2 = {
    "gpt2",
    "t.GPT2Config(vocab_size=h[\"n_vocab\"], n_positions=h[\"n_ctx\"], n_embd=h[\"n_embd\"], n_head=h[\"n_head\"], "
    "n_layer=h[\"n_layer\"])",
    "GPT2LMHeadModel", "m.transformer", "m.transformer"};

std::string ReadOriginal(const Original& kind) {
  return absl::StrCat("import json, sys, transformers as t; from transformers.models.", kind.family, ".modeling_",
                      kind.family, " import load_tf_weights_in_", kind.family, " as load; i, f, d = sys.argv[1:4]; ",
                      "h = json.load(open(f)); m = t.", kind.model, "(", kind.config, "); ", kFillWithNan, "load(",
                      kind.target, ", m.config, i[:-6]); m = ", kind.encoder, " if sys.argv[4:] else m; ", kCheckForNan,
                      ExitIfBad("add the word encoder to the command for the encoder alone"), "m.save_pretrained(d)");
}

// The file that says a checkpoint's sizes; empty: none does.
std::string ConfigOf(const std::vector<std::string>& names) {
  for (const char* name : {"hparams.json", "bert_config.json", kConfig}) {
    if (Contains(names, name)) return name;
  }
  return FindLast(names, [](const std::string& name) {
    return absl::EndsWith(name, kConfig) && name != "tokenizer_config.json" && name != "generation_config.json";
  });
}

absl::Status OriginalCheckpoint(const std::string& folder, const std::string& index,
                                const std::vector<std::string>& names) {
  const auto path = [&](const std::string& name) { return absl::StrCat(folder, "/", name); };
  const std::string config = ConfigOf(names);
  if (config.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path(index),
        ": checkpoints of TensorFlow are not read; to convert it, put the file that says its sizes beside ",
        "it: BERT's bert_config.json or GPT-2's hparams.json"));
  }
  const auto read = ParseHuggingFaceConfig(ReadFile(path(config)).value_or(""), config);
  const bool open_ai = config == "hparams.json", gpt2 = read.ok() && read->encoder.family == "gpt2";
  const std::string code = ReadOriginal(open_ai ? kOpenAiGpt2 : gpt2 ? kGpt2 : kBert);
  const char* const what = open_ai
                               ? "checkpoints of TensorFlow (and a tokenizer's encoder.json and vocab.bpe until they "
                                 "are called vocab.json and merges.txt)"
                               : "checkpoints of TensorFlow";
  return Foreign(path(index), what, "tensorflow tf-keras", PythonCommand(code, {path(index), path(config), folder}));
}

absl::Status PickledWeights(const std::string& folder, const std::vector<std::string>& pickles) {
  std::vector<std::string> arguments;
  for (const std::string& name : pickles) arguments.push_back(absl::StrCat(folder, "/", name));
  const std::string first = arguments.front();
  arguments.push_back(absl::StrCat(folder, "/", kWeights));
  return absl::InvalidArgumentError(absl::StrCat(
      first, ": pickles are not read, since they can run code; where PyTorch is installed (pip install torch numpy ",
      "safetensors), convert ", pickles.size() == 1 ? "it" : "all of them",
      " once with: ", PythonCommand(kCopyPickles, arguments)));
}

}  // namespace

absl::Status ExplainNoConfig(const std::string& folder, const absl::Status& missing) {
  std::error_code error;
  if (std::filesystem::is_regular_file(folder, error)) {
    const std::string parent = std::filesystem::path(folder).parent_path().string();
    return absl::Status(missing.code(),
                        absl::StrCat(missing.message(), "; want a model folder, got a file: its folder is ",
                                     parent.empty() ? "." : parent));
  }
  const std::vector<std::string> names = NamesIn(folder).value_or(std::vector<std::string>());
  const std::string index = FindCheckpoint(names);
  if (!index.empty()) return OriginalCheckpoint(folder, index, names);
  return ExplainMissing(folder, missing);
}

absl::Status ExplainNoWeights(const std::string& folder) {
  const auto path = [&](const std::string& name) { return absl::StrCat(folder, "/", name); };
  const std::vector<std::string> names = NamesIn(folder).value_or(std::vector<std::string>());
  if (const std::vector<std::string> pickles = PicklesOf(names); !pickles.empty()) {
    return PickledWeights(folder, pickles);
  }
  if (const std::string file = FindEnding(names, ".h5"); !file.empty()) return TensorFlowWeights(folder, file);
  if (const std::string index = FindCheckpoint(names); !index.empty()) return OriginalCheckpoint(folder, index, names);
  if (const std::string file = FindEnding(names, ".msgpack"); !file.empty()) return FlaxWeights(folder, file);
  if (const std::string file = FindEnding(names, "adapter_model.safetensors"); !file.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path(file),
        ": want a whole model, got an adapter alone; merge it into its model once, with merge_and_unload() "
        "and save_pretrained() of the library peft"));
  }
  return absl::NotFoundError(absl::StrCat(path(kWeights), ": No such file or directory"));
}

}  // namespace retort
