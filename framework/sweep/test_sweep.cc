#include "framework/sweep/test_sweep.h"

#include <unistd.h>

#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "framework/base/file.h"
#include "framework/base/philox.h"
#include "framework/config/text/parse.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/model/family/family.h"
#include "framework/model/files/hugging_face.h"
#include "glog/logging.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace retort::testing {
namespace {

constexpr double kWeightRange = 0.3;
constexpr int kWords = 8, kLetters = 3;

constexpr char kSweep[] = R"(
  name: "tiny"
  experiment {
    teacher { checkpoint: "$/teacher" }
    student {
      architecture { layers: 1 token_types: false pooler: false }
      init { layer_copy { mapping { top {} } } }
    }
    stage {
      name: "distil"
      data { masked_lm { corpus: "$/corpus" length: 24 min_length: 4 } }
      batch { sequences: 8 }
      budget { steps: 12 }
      loss {
        name: "ce"
        weight: 5
        soft_targets { temperature: 2 }
      }
      loss {
        name: "cos"
        cosine {}
      }
      loss {
        name: "mlm"
        weight: 2
        masked_lm {}
      }
      adamw { learning_rate: 1e-3 }
    }
    stage {
      name: "evaluate"
      evaluation { masked_lm { sequences: 16 } }
    }
    @
  }
)";

constexpr char kCausalSweep[] = R"(
  name: "tiny_causal"
  experiment {
    teacher { checkpoint: "$/gpt2" }
    student {
      architecture { layers: 1 }
      init { layer_copy { mapping { top {} } } }
    }
    stage {
      name: "distil"
      data { causal_lm { corpus: "$/corpus" length: 24 } }
      batch { sequences: 8 }
      budget { steps: 12 }
      loss {
        name: "ce"
        weight: 5
        soft_targets { temperature: 2 }
      }
      loss {
        name: "cos"
        cosine {}
      }
      loss {
        name: "clm"
        weight: 2
        causal_lm {}
      }
      adamw { learning_rate: 1e-3 }
    }
    stage {
      name: "evaluate"
      evaluation { causal_lm { sequences: 16 } }
    }
  }
)";

void Write(const std::string& path, const std::string& contents) {
  const absl::Status status = AtomicWriteFile(path, contents);
  CHECK(status.ok()) << status;
}

}  // namespace

EncoderConfig TinyTeacherConfig() {
  EncoderConfig config;
  config.vocabulary_size = 57;
  config.hidden_size = 16;
  LayerSpec layer;
  layer.attention.heads = 2;
  layer.feed_forward.width = 32;
  CHECK(SetLayers(2, layer, &config).ok());
  config.max_positions = 32;
  config.heads = {HeadSpec()};
  return config;
}

std::string TinyVocabulary() {
  std::string text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  for (char letter = 'a'; letter <= 'z'; ++letter)
    absl::StrAppend(&text, std::string(1, letter), "\n##", std::string(1, letter), "\n");
  return text;
}

TokenizerFiles TinyBytePieces(const std::vector<std::string>& specials) {
  constexpr char kSpace[] = "\u0120";
  std::vector<std::string> pieces = specials;
  for (char letter = 'a'; letter <= 'z'; ++letter) pieces.emplace_back(1, letter);
  pieces.push_back(kSpace);
  TokenizerFiles files;
  for (char letter = 'a'; letter <= 'y'; ++letter) {
    pieces.push_back(absl::StrCat(kSpace, std::string(1, letter)));
    absl::StrAppend(&files["merges.txt"], kSpace, " ", std::string(1, letter), "\n");
  }
  nlohmann::json ids;
  for (size_t id = 0; id < pieces.size(); ++id) ids[pieces[id]] = id;
  files["vocab.json"] = ids.dump();
  return files;
}

void WriteTinyTeacher(const std::string& folder, uint64_t seed, const EncoderConfig& config,
                      const TokenizerFiles& tokenizer) {
  ParameterSet parameters(EncoderParameterSpecs(config), at::kFloat, c10::Device(at::kCPU));
  InitializeRandomNormal(seed, kWeightRange, config.pad_token_id, &parameters);
  const absl::Status status = SaveModel(folder, config, parameters, tokenizer);
  CHECK(status.ok()) << status;
}

EncoderConfig TinyGpt2Config() {
  EncoderConfig config = TinyTeacherConfig();
  config.family = "gpt2";
  config.layer_norm_epsilon = 1e-5;
  const ModelFamily& family = *FindFamily(config.family);
  for (LayerSpec& layer : config.layers) layer.feed_forward.activation = family.activation;
  family.fix(&config);
  config.heads = {family.head(HeadKind::kVocabulary, config)};
  return config;
}

void WriteTinyGpt2(const std::string& folder, uint64_t seed) {
  WriteTinyTeacher(folder, seed, TinyGpt2Config(), TinyBytePieces({"<|endoftext|>", "1", "2", "3", "4"}));
}

EncoderConfig TinyMobilebertConfig(int64_t layers) {
  EncoderConfig config = TinyTeacherConfig();
  config.family = "mobilebert";
  config.max_positions = 512;
  LayerSpec layer = config.layers.front();
  layer.bottleneck.width = 8;
  CHECK(SetLayers(layers, layer, &config).ok());
  const ModelFamily& family = *FindFamily(config.family);
  family.fix(&config);
  config.heads = {family.head(HeadKind::kVocabulary, config)};
  return config;
}

void WriteTinyCorpus(const std::string& folder, int documents, uint64_t seed) {
  std::string text;
  for (int document = 0; document < documents; ++document) {
    for (int word = 0; word < kWords; ++word) {
      const PhiloxCounter draws = Philox4x32({static_cast<uint32_t>(document), static_cast<uint32_t>(word), 0, 0},
                                             {static_cast<uint32_t>(seed), 0});
      for (int letter = 0; letter < kLetters; ++letter) text.push_back(static_cast<char>('a' + draws[letter] % 26));
      text.push_back(' ');
    }
    text.push_back('\n');
  }
  CHECK(MakeDirectories(folder).ok());
  Write(folder + "/text.txt", text);
  Write(folder + "/corpus.textproto",
        "file { path: \"text.txt\" document: LINE }\nselect_share: 0.1\nreport_share: 0.1\n");
}

std::string StageText(const std::string& name, const std::string& fields) {
  constexpr char kFields[] = R"(
      data { masked_lm { corpus: "$/corpus" length: 24 min_length: 4 } }
      batch { sequences: 4 }
      budget { steps: 3 }
      adamw { learning_rate: 1e-3 })";
  return absl::StrCat("stage { name: \"", name, "\"", kFields, fields, "}\n");
}

TestSweep::TestSweep() {
  static std::atomic<int> made{0};
  folder_ = absl::StrCat(::testing::TempDir(), "/sweep-", ::getpid(), "-", made++);
  CHECK(MakeDirectories(folder_).ok());
  WriteTinyTeacher(teacher());
  WriteTinyCorpus(corpus());
}

std::string TestSweep::Text(const std::string& more, const std::string& stages) const {
  return absl::StrReplaceAll(absl::StrCat(absl::StrReplaceAll(kSweep, {{"@", stages}}), more), {{"$", folder_}});
}

std::string TestSweep::CausalText(const std::string& more) const {
  WriteTinyGpt2(folder_ + "/gpt2");
  return absl::StrReplaceAll(absl::StrCat(kCausalSweep, more), {{"$", folder_}});
}

ExpandedSweep TestSweep::Expanded(const std::string& text, const std::vector<std::string>& set) const {
  const absl::StatusOr<Sweep> sweep = ParseSweep(text, "test.textproto");
  CHECK(sweep.ok()) << sweep.status();
  absl::StatusOr<ExpandedSweep> expanded = Expand(*sweep, set);
  CHECK(expanded.ok()) << expanded.status();
  return *std::move(expanded);
}

absl::StatusOr<Plan> TestSweep::Make(const std::string& text, const std::vector<std::string>& set,
                                     const PlanOptions& options) {
  inputs_.push_back(std::make_unique<Inputs>(folder_ + "/tokens", /*threads=*/1));
  return MakePlan(Expanded(text, set), options, inputs_.back().get());
}

}  // namespace retort::testing
