#include "tools/convert/extract.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/equal.h"
#include "absl/strings/str_cat.h"
#include "framework/config/text/parse.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/model/files/weight_files.h"
#include "framework/registry/plugin_catalogue.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;
using testing::RandomTensor;

// The teacher's layers that Hugging Face's extract_distilbert.py and extract.py take, counted from 0, whatever its
// depth.
constexpr int kExtracted[] = {0, 2, 4, 7, 9, 11};

constexpr char kAlternate[] = "layer_copy { mapping { alternate {} } }";

EncoderConfig Config(const std::string& family, int64_t layers) {
  EncoderConfig config = testing::SmallModel(family, layers);
  if (family == "bert") config.pooler = true;
  if (family == "roberta") {
    config.token_types = 1;
    config.pad_token_id = 1;
    config.position_offset = 2;
  }
  return config;
}

LoadedModel Teacher(const EncoderConfig& config) {
  LoadedModel teacher;
  teacher.config = config;
  teacher.parameters = ParameterSet(EncoderParameterSpecs(config), at::kFloat, c10::Device(at::kCPU));
  uint64_t seed = 0;
  for (const ParameterSpec& spec : teacher.parameters.specs()) {
    teacher.parameters.Get(spec.name).copy_(RandomTensor(spec.shape, ++seed));
  }
  return teacher;
}

ExtractOptions Options(int layers, const std::string& init = kAlternate, const std::string& family = "") {
  ExtractOptions options;
  options.architecture.set_layers(layers);
  if (!family.empty()) options.architecture.set_family(family);
  EXPECT_THAT(ParseText(init, "init", PluginCatalogue::Global(), &options.init), IsOk());
  return options;
}

// The files that a model is written to.
WeightFiles Written(const LoadedModel& model, const std::string& name) {
  const std::string folder = ::testing::TempDir() + "/extract_" + name;
  EXPECT_THAT(SaveModel(folder, model.config, model.parameters, {}), IsOk());
  return *WeightFiles::Open(folder);
}

using Names = std::vector<std::pair<std::string, std::string>>;  // Of the student, of the teacher.

// Names of the six extracted layers' tensors.
void AddLayers(const std::string& student, const std::string& teacher, const Names& modules, Names* names) {
  for (int layer = 0; layer < 6; ++layer) {
    for (const auto& [to, from] : modules) {
      for (const char* leaf : {".weight", ".bias"}) {
        names->emplace_back(absl::StrCat(student, layer, ".", to, leaf),
                            absl::StrCat(teacher, kExtracted[layer], ".", from, leaf));
      }
    }
  }
}

// That the student's tensors are these, each with the teacher's bytes.
void ExpectCopied(const WeightFiles& student, const WeightFiles& teacher, const Names& names) {
  EXPECT_EQ(student.entries().size(), names.size());
  for (const auto& [to, from] : names) {
    ASSERT_EQ(student.entries().count(to), 1u) << to;
    ASSERT_EQ(teacher.entries().count(from), 1u) << from;
    const auto got = student.entries().at(to).file->ReadBytes(to);
    ASSERT_THAT(got, IsOk());
    EXPECT_EQ(*got, teacher.entries().at(from).file->ReadBytes(from).value()) << to;
  }
}

TEST(ExtractStudent, DistilbertOfBert) {
  const LoadedModel teacher = Teacher(Config("bert", 12));
  const auto student = ExtractStudent(teacher, Options(6, kAlternate, "distilbert"));
  ASSERT_THAT(student, IsOk());
  EXPECT_EQ(student->config.family, "distilbert");
  Names names;
  for (const char* tensor :
       {"word_embeddings.weight", "position_embeddings.weight", "LayerNorm.weight", "LayerNorm.bias"}) {
    names.emplace_back(absl::StrCat("distilbert.embeddings.", tensor), absl::StrCat("bert.embeddings.", tensor));
  }
  AddLayers("distilbert.transformer.layer.", "bert.encoder.layer.",
            {{"attention.q_lin", "attention.self.query"},
             {"attention.k_lin", "attention.self.key"},
             {"attention.v_lin", "attention.self.value"},
             {"attention.out_lin", "attention.output.dense"},
             {"sa_layer_norm", "attention.output.LayerNorm"},
             {"ffn.lin1", "intermediate.dense"},
             {"ffn.lin2", "output.dense"},
             {"output_layer_norm", "output.LayerNorm"}},
            &names);
  names.emplace_back("vocab_projector.bias", "cls.predictions.bias");  // Its weight is tied.
  for (const char* leaf : {"weight", "bias"}) {
    names.emplace_back(absl::StrCat("vocab_transform.", leaf), absl::StrCat("cls.predictions.transform.dense.", leaf));
    names.emplace_back(absl::StrCat("vocab_layer_norm.", leaf),
                       absl::StrCat("cls.predictions.transform.LayerNorm.", leaf));
  }
  ExpectCopied(Written(*student, "distilbert"), Written(teacher, "bert"), names);
}

// extract.py takes the same six layers of roberta-large, which has 24.
TEST(ExtractStudent, Roberta) {
  const std::string first_half =
      "layer_copy { mapping { explicit { pair { student: 1 teacher: 1 } pair { student: 2 teacher: 3 } "
      "pair { student: 3 teacher: 5 } pair { student: 4 teacher: 8 } pair { student: 5 teacher: 10 } "
      "pair { student: 6 teacher: 12 } } } }";
  for (const auto& [layers, init] : {std::pair(12, std::string(kAlternate)), std::pair(24, first_half)}) {
    const LoadedModel teacher = Teacher(Config("roberta", layers));
    const auto student = ExtractStudent(teacher, Options(6, init));
    ASSERT_THAT(student, IsOk());
    Names names;
    for (const char* tensor : {"word_embeddings.weight", "position_embeddings.weight", "token_type_embeddings.weight",
                               "LayerNorm.weight", "LayerNorm.bias"}) {
      names.emplace_back(absl::StrCat("roberta.embeddings.", tensor), absl::StrCat("roberta.embeddings.", tensor));
    }
    Names modules;
    for (const char* module :
         {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
          "attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm"}) {
      modules.emplace_back(module, module);
    }
    AddLayers("roberta.encoder.layer.", "roberta.encoder.layer.", modules, &names);
    for (const char* tensor : {"bias", "dense.weight", "dense.bias", "layer_norm.weight", "layer_norm.bias"}) {
      names.emplace_back(absl::StrCat("lm_head.", tensor), absl::StrCat("lm_head.", tensor));
    }
    ExpectCopied(Written(*student, "distilroberta"), Written(teacher, "roberta"), names);
  }
}

TEST(ExtractStudent, Gpt2) {
  const LoadedModel teacher = Teacher(Config("gpt2", 12));
  const auto student = ExtractStudent(teacher, Options(6));
  ASSERT_THAT(student, IsOk());
  Names names, modules;
  for (const char* tensor : {"wte.weight", "wpe.weight", "ln_f.weight", "ln_f.bias"}) {
    names.emplace_back(absl::StrCat("transformer.", tensor), absl::StrCat("transformer.", tensor));
  }
  for (const char* module : {"ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj"}) {
    modules.emplace_back(module, module);
  }
  AddLayers("transformer.h.", "transformer.h.", modules, &names);
  ExpectCopied(Written(*student, "distilgpt2"), Written(teacher, "gpt2"), names);
}

TEST(ExtractStudent, DrawsTheTransformWhereItIsNotTakenOver) {
  const LoadedModel teacher = Teacher(Config("bert", 12));
  ExtractOptions options = Options(6, kAlternate, "distilbert");
  const auto with = ExtractStudent(teacher, options);
  options.vocab_transform = false;
  const auto without = ExtractStudent(teacher, options);
  options.seed = 2;
  const auto another = ExtractStudent(teacher, options);
  ASSERT_THAT(without, IsOk());
  for (const ParameterSpec& spec : with->parameters.specs()) {
    const bool drawn = spec.name == "head.vocabulary.transform.weight" ||
                       spec.name == "head.vocabulary.transform.bias" || spec.name == "head.vocabulary.norm.scale" ||
                       spec.name == "head.vocabulary.norm.shift";
    EXPECT_EQ(at::equal(with->parameters.Get(spec.name), without->parameters.Get(spec.name)), !drawn) << spec.name;
    EXPECT_EQ(at::equal(another->parameters.Get(spec.name), without->parameters.Get(spec.name)),
              spec.name != "head.vocabulary.transform.weight")
        << spec.name;
  }
  EXPECT_EQ(without->parameters.Get("head.vocabulary.transform.bias").abs().max().item<float>(), 0);
  EXPECT_EQ((without->parameters.Get("head.vocabulary.norm.scale") - 1).abs().max().item<float>(), 0);
}

TEST(ExtractStudent, KeepsWhatItIsNotTold) {
  EncoderConfig config = Config("bert", 4);
  config.heads.clear();
  const LoadedModel teacher = Teacher(config);
  const auto student = ExtractStudent(teacher, Options(2, "layer_copy { mapping { top {} } }"));
  ASSERT_THAT(student, IsOk());
  config.layers.resize(2);
  EXPECT_EQ(student->config, config);
  EXPECT_TRUE(at::equal(student->parameters.Get("layer.1.attention.query.weight"),
                        teacher.parameters.Get("layer.3.attention.query.weight")));
  EXPECT_TRUE(at::equal(student->parameters.Get("pooler.weight"), teacher.parameters.Get("pooler.weight")));
}

TEST(ExtractStudent, NamesWhatDoesNotFit) {
  const LoadedModel teacher = Teacher(Config("bert", 4));
  EXPECT_THAT(ExtractStudent(teacher, Options(5)),
              IsInvalidArgument("want a student of at most the teacher's 4 layers"));
  EXPECT_THAT(ExtractStudent(teacher, Options(2, kAlternate, "gpt2")),
              IsInvalidArgument("layer_copy: want a student that computes as the model whose weights it gets, of "
                                "family bert, got one of family gpt2"));
  EXPECT_THAT(ExtractStudent(teacher, Options(2, "layer_copy {}")), IsInvalidArgument("want a mapping, got none"));
}

}  // namespace
}  // namespace retort
