#include "framework/model/files/hugging_face.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/zeros.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "framework/base/file.h"
#include "framework/model/encoder.h"
#include "framework/model/family/family.h"
#include "framework/model/files/safetensors.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::RandomTensor;
using testing::SmallEncoder;
using testing::StatusIs;
using Tensors = std::vector<std::pair<std::string, at::Tensor>>;

const TokenizerFiles& Pieces() {
  static const auto* const files = new TokenizerFiles{{"vocab.txt", "[PAD]\n[UNK]\n"}, {"tokenizer_config.json", "{}"}};
  return *files;
}

EncoderConfig Bert(bool pooler) {
  EncoderConfig config = SmallEncoder(2);
  config.pooler = pooler;
  return config;
}

EncoderConfig Distilbert() { return testing::SmallModel("distilbert", 2); }

ParameterSet RandomParameters(const EncoderConfig& config) {
  ParameterSet parameters(EncoderParameterSpecs(config), at::kFloat, c10::Device(at::kCPU));
  uint64_t seed = 0;
  for (const ParameterSpec& spec : parameters.specs())
    parameters.Get(spec.name).copy_(RandomTensor(spec.shape, ++seed));
  return parameters;
}

// A fresh folder with a model in it.
std::string Saved(const EncoderConfig& config) {
  const std::string folder = ::testing::TempDir() + "/hugging_face_test";
  std::filesystem::remove_all(folder);
  EXPECT_THAT(SaveModel(folder, config, RandomParameters(config), Pieces()), IsOk());
  return folder;
}

Tensors StoredIn(const std::string& folder) {
  const auto file = SafetensorsFile::Open(folder + "/model.safetensors");
  EXPECT_THAT(file, IsOk());
  Tensors tensors;
  for (const auto& [name, entry] : (*file)->entries()) tensors.emplace_back(name, *(*file)->Read(name));
  return tensors;
}

// Loads the folder after `change` was made to its tensors.
template <typename F>
absl::StatusOr<LoadedModel> LoadChanged(const std::string& folder, F change) {
  Tensors tensors = StoredIn(folder);
  change(&tensors);
  EXPECT_THAT(WriteSafetensors(folder + "/model.safetensors", tensors, {}), IsOk());
  return LoadModel(folder);
}

at::Tensor& Find(Tensors* tensors, const std::string& name) {
  for (auto& [stored, tensor] : *tensors) {
    if (stored == name) return tensor;
  }
  ADD_FAILURE() << name;
  return tensors->front().second;
}

void Rename(Tensors* tensors, const std::vector<std::pair<absl::string_view, absl::string_view>>& replacements) {
  for (auto& [name, tensor] : *tensors) name = absl::StrReplaceAll(name, replacements);
}

void Remove(Tensors* tensors, const std::string& name) {
  const size_t before = tensors->size();
  tensors->erase(std::remove_if(tensors->begin(), tensors->end(), [&](const auto& pair) { return pair.first == name; }),
                 tensors->end());
  EXPECT_EQ(tensors->size(), before - 1) << name;
}

// Loads the folder after `from` was replaced in its config.json.
absl::StatusOr<LoadedModel> LoadWith(const std::string& from, const std::string& to,
                                     const EncoderConfig& config = Bert(false)) {
  const std::string folder = Saved(config);
  std::string text = *ReadFile(folder + "/config.json");
  EXPECT_THAT(text, HasSubstr(from));
  EXPECT_THAT(AtomicWriteFile(folder + "/config.json", absl::StrReplaceAll(text, {{from, to}})), IsOk());
  return LoadModel(folder);
}

absl::StatusOr<LoadedModel> LoadWithOption(const std::string& option, const EncoderConfig& config = Bert(false)) {
  return LoadWith("\"model_type\"", absl::StrCat(option, ", \"model_type\""), config);
}

void ExpectSame(const ParameterSet& got, const ParameterSet& want) {
  ASSERT_EQ(got.specs().size(), want.specs().size());
  for (const ParameterSpec& spec : want.specs())
    EXPECT_TRUE(at::equal(got.Get(spec.name), want.Get(spec.name))) << spec.name;
}

TEST(HuggingFace, GivesBackTheBitsThatWereSaved) {
  for (const EncoderConfig& base : {Bert(false), Bert(true), Distilbert()}) {
    for (bool head : {false, true}) {
      EncoderConfig config = base;
      if (!head) config.heads.clear();
      config.hidden_dropout = 0.125;
      config.attention_dropout = 0.25;
      config.initializer_range = 0.03;
      config.pad_token_id = 3;
      const auto model = LoadModel(Saved(config));
      ASSERT_THAT(model, IsOk());
      EXPECT_TRUE(model->config == config) << EncoderConfigText(model->config);
      EXPECT_EQ(*ReadTokenizerFiles(model->tokenizer_path), Pieces());
      ExpectSame(model->parameters, RandomParameters(config));
    }
  }
}

TEST(HuggingFace, StoresHalfTypesRoundedOnce) {
  for (at::ScalarType dtype : {at::kHalf, at::kBFloat16}) {
    const ParameterSet parameters = RandomParameters(Bert(false));
    const std::string folder = Saved(Bert(false));
    ASSERT_THAT(SaveModel(folder, Bert(false), parameters, Pieces(), {dtype}), IsOk());
    const auto model = LoadModel(folder);
    ASSERT_THAT(model, IsOk());
    ExpectSame(model->parameters, parameters.To(dtype, at::kCPU).To(at::kFloat, at::kCPU));
  }
}

TEST(HuggingFace, CarriesATokenizerAsItIs) {
  const std::string folder = Saved(Bert(false));
  const TokenizerFiles bytes = {{"vocab.json", "{\"a\": 0}"}, {"merges.txt", ""}, {"special_tokens_map.json", "{ }"}};
  ASSERT_THAT(SaveModel(folder, Bert(false), RandomParameters(Bert(false)), bytes), IsOk());
  EXPECT_EQ(LoadModel(folder)->tokenizer_path, folder + "/vocab.json");
  EXPECT_EQ(*ReadTokenizerFiles(folder), bytes);
  ASSERT_THAT(SaveModel(folder, Bert(false), RandomParameters(Bert(false)), {{"vocab.txt", "a\n"}}), IsOk());
  EXPECT_THAT(*ReadFile(folder + "/tokenizer_config.json"), HasSubstr("\"model_max_length\": 16"));
}

TEST(HuggingFace, StoresNoTokenizerWithoutOne) {
  const std::string folder = ::testing::TempDir() + "/no_vocabulary";
  ASSERT_THAT(SaveModel(folder, Bert(false), RandomParameters(Bert(false)), {}), IsOk());
  EXPECT_FALSE(std::filesystem::exists(folder + "/vocab.txt"));
  EXPECT_FALSE(std::filesystem::exists(folder + "/tokenizer_config.json"));
  EXPECT_EQ(LoadModel(folder)->tokenizer_path, "");
}

// transformers has no BERT without token types.
TEST(HuggingFace, StoresABertWithoutTokenTypesWithOneOfZeros) {
  EncoderConfig config = Bert(false);
  config.token_types = 0;
  config.layer_norm_epsilon = 1e-5;  // So that it is no DistilBERT either.
  const std::string folder = Saved(config);
  EXPECT_THAT(*ReadFile(folder + "/config.json"), HasSubstr("\"type_vocab_size\": 1"));
  Tensors tensors = StoredIn(folder);
  EXPECT_TRUE(at::equal(Find(&tensors, "bert.embeddings.token_type_embeddings.weight"), at::zeros({1, 8})));
  const auto model = LoadModel(folder);
  ASSERT_THAT(model, IsOk());
  EXPECT_TRUE(model->config == config);
  ExpectSame(model->parameters, RandomParameters(config));
  config.family = "distilbert";
  EXPECT_THAT(SaveModel(folder, config, model->parameters, {}),
              IsInvalidArgument("layer_norm_epsilon: distilbert wants 1e-12, got 1e-05"));
}

TEST(HuggingFace, RefusesToSaveWhatIsNotFinite) {
  const std::string folder = ::testing::TempDir() + "/not_saved";
  ParameterSet parameters = RandomParameters(Bert(false));
  parameters.Get("layer.2.feed_forward.up.bias")[3].fill_(70000);
  EXPECT_THAT(SaveModel(folder, Bert(false), parameters, Pieces(), {at::kHalf}),
              IsInvalidArgument("layer.2.feed_forward.up.bias: want values that are finite in F16"));
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(HuggingFace, ReadsNamesWithoutTheirFamilyAndOldNames) {
  const std::string bert = Saved(Bert(true));
  auto model = LoadChanged(bert, [](Tensors* tensors) {
    Rename(tensors, {{"bert.", ""}, {"LayerNorm.weight", "LayerNorm.gamma"}, {"LayerNorm.bias", "LayerNorm.beta"}});
    tensors->emplace_back("embeddings.position_ids", at::zeros({1, 16}, at::kLong));
  });
  ASSERT_THAT(model, IsOk());
  ExpectSame(model->parameters, RandomParameters(Bert(true)));
  EXPECT_THAT(model->left_aside, ::testing::IsEmpty());

  EncoderConfig headless = Distilbert();
  headless.heads.clear();
  const std::string distilbert = Saved(headless);
  model = LoadChanged(distilbert, [](Tensors* tensors) { Rename(tensors, {{"distilbert.", ""}}); });
  ASSERT_THAT(model, IsOk());
  ExpectSame(model->parameters, RandomParameters(headless));
}

TEST(HuggingFace, ReadsTiedDecoders) {
  const auto model = LoadChanged(Saved(Bert(false)), [](Tensors* tensors) {
    tensors->emplace_back("cls.predictions.decoder.weight", Find(tensors, "bert.embeddings.word_embeddings.weight"));
    // Some files have the bias under the decoder's name alone.
    Rename(tensors, {{"cls.predictions.bias", "cls.predictions.decoder.bias"}});
  });
  ASSERT_THAT(model, IsOk());
  EXPECT_NE(FindHead(model->config, HeadKind::kVocabulary), nullptr);
  ExpectSame(model->parameters, RandomParameters(Bert(false)));

  EXPECT_THAT(LoadChanged(Saved(Distilbert()),
                          [](Tensors* tensors) {
                            const at::Tensor& word = Find(tensors, "distilbert.embeddings.word_embeddings.weight");
                            tensors->emplace_back("vocab_projector.weight", word.clone());
                          }),
              IsOk());
}

TEST(HuggingFace, RefusesDecodersThatAreNotTied) {
  EXPECT_THAT(
      LoadChanged(Saved(Bert(false)),
                  [](Tensors* tensors) {
                    tensors->emplace_back("cls.predictions.decoder.weight", RandomTensor({11, 8}, 99, at::kFloat));
                  }),
      IsInvalidArgument("tensor \"cls.predictions.decoder.weight\": want a copy of "
                        "\"bert.embeddings.word_embeddings.weight\", to which it is tied, got another"));
  EXPECT_THAT(
      LoadChanged(Saved(Bert(false)),
                  [](Tensors* tensors) { tensors->emplace_back("cls.predictions.decoder.bias", at::zeros({11})); }),
      IsInvalidArgument("tensor \"cls.predictions.decoder.bias\": want a copy of \"cls.predictions.bias\""));
}

TEST(HuggingFace, NamesTensorsThatDoNotFit) {
  const EncoderConfig config = Bert(true);
  const std::string query = "bert.encoder.layer.1.attention.self.query.weight";
  EXPECT_THAT(LoadChanged(Saved(config), [&](Tensors* tensors) { Remove(tensors, query); }),
              IsInvalidArgument(absl::StrCat("model.safetensors: want a tensor \"", query, "\", got none")));
  EXPECT_THAT(LoadChanged(Saved(config), [](Tensors* tensors) { Remove(tensors, "cls.predictions.bias"); }),
              IsInvalidArgument("want a tensor \"cls.predictions.bias\", got none"));
  EXPECT_THAT(LoadChanged(Saved(config), [](Tensors* tensors) { Remove(tensors, "bert.pooler.dense.weight"); }),
              IsInvalidArgument("want a tensor \"bert.pooler.dense.weight\", got none"));
  EXPECT_THAT(LoadChanged(Saved(config),
                          [](Tensors* tensors) {
                            tensors->emplace_back("bert.adapter.weight", at::zeros({2, 8}));
                          }),
              IsInvalidArgument("tensor \"bert.adapter.weight\": belongs to no parameter of this model"));
  EXPECT_THAT(LoadChanged(Saved(config),
                          [&](Tensors* tensors) {
                            Find(tensors, query) = at::zeros({8, 7});
                          }),
              IsInvalidArgument(absl::StrCat("tensor \"", query, "\": want shape [8, 8], got [8, 7]")));
  EXPECT_THAT(LoadChanged(Saved(config),
                          [&](Tensors* tensors) {
                            Find(tensors, query) = at::zeros({8, 8}, at::kLong);
                          }),
              IsInvalidArgument(absl::StrCat("tensor \"", query, "\": want floats, got I64")));
  EXPECT_THAT(LoadChanged(Saved(config),
                          [&](Tensors* tensors) {
                            tensors->emplace_back("encoder.layer.1.attention.self.query.weight", at::zeros({8, 8}));
                          }),
              IsInvalidArgument("want one name for a parameter, got \"bert.encoder.layer.1.attention"));
}

TEST(HuggingFace, NamesTensorsThatAreNotFinite) {
  const std::string bias = "bert.encoder.layer.0.output.dense.bias";
  for (double value : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(
        LoadChanged(Saved(Bert(false)), [&](Tensors* tensors) { Find(tensors, bias)[2].fill_(value); }),
        StatusIs(absl::StatusCode::kDataLoss,
                 AllOf(HasSubstr("model.safetensors"), HasSubstr(absl::StrCat("tensor \"", bias, "\" holds NaN")))));
  }
  // Finite in the file's type only.
  EXPECT_THAT(LoadChanged(Saved(Bert(false)),
                          [&](Tensors* tensors) { Find(tensors, bias) = at::zeros({8}, at::kDouble) + 1e300; }),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(bias)));
}

TEST(HuggingFace, NamesOptionsThatAreNotSupported) {
  const auto says = [](const std::string& what) { return IsInvalidArgument("config.json: " + what); };
  EXPECT_THAT(LoadWith("\"bert\"", "\"t5\""),
              says(R"(model_type: want one of "bert", "distilbert", "gpt2", "roberta", got "t5")"));
  EXPECT_THAT(LoadWith("\"gelu\"", "\"silu\""), says(R"(hidden_act: want one of "gelu", )"));
  EXPECT_THAT(LoadWith("\"gelu\"", "\"silu\"", Distilbert()), says(R"(activation: want one of "gelu", )"));
  EXPECT_THAT(LoadWithOption(R"("position_embedding_type": "relative_key")"),
              says(R"(position_embedding_type: want "absolute", got "relative_key")"));
  EXPECT_THAT(LoadWithOption(R"("is_decoder": true)"), says("is_decoder: want false, got true"));
  EXPECT_THAT(LoadWithOption(R"("pruned_heads": {"1": [0]})"), says("pruned_heads: want none, got an object of 1"));
  EXPECT_THAT(LoadWithOption(R"("quantization_config": {"bits": 4})"), says("quantization_config: want none"));
  EXPECT_THAT(LoadWith("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false"),
              IsInvalidArgument(R"(want a tensor "cls.predictions.decoder.weight", got none)"));
  EXPECT_THAT(LoadWithOption(R"("tie_weights_": false)", Distilbert()), says("tie_weights_: want true, got false"));

  EXPECT_THAT(LoadWithOption(R"("position_embedding_type": null, "pruned_heads": {}, "use_cache": true)"), IsOk());
  EXPECT_THAT(LoadWith("\"sinusoidal_pos_embds\": false", "\"sinusoidal_pos_embds\": true", Distilbert()), IsOk());
}

TEST(HuggingFace, NamesOptionsThatAreNoSizes) {
  const auto says = [](const std::string& what) { return IsInvalidArgument("config.json: " + what); };
  const std::string size = "\"hidden_size\": 8";
  const std::string want = "hidden_size: want a whole number from 0 to 2^31 - 1, got ";
  EXPECT_THAT(LoadWith(size, "\"x\": 8"), says(want + "nothing"));
  for (const char* value : {"\"8\"", "8.5", "-8", "18446744073709551615", "4611686018427387904"}) {
    EXPECT_THAT(LoadWith(size, absl::StrCat("\"hidden_size\": ", value)), says(want + value));
  }
  EXPECT_THAT(LoadWith(size, "\"hidden_size\": 0"), says("hidden_size: want > 0, got 0"));
  EXPECT_THAT(LoadWith(size, "\"hidden_size\": 9"), says("hidden_size: want a multiple of heads (2), got 9"));
  EXPECT_THAT(LoadWith(size, "\"hidden_size\": " + std::string(5000, '[') + std::string(5000, ']')),
              IsInvalidArgument("config.json: byte "));
  EXPECT_THAT(LoadWith(size, size + ", " + size), says("want each name once, got \"hidden_size\" twice"));
  EXPECT_THAT(LoadWith("{", "["), says("want JSON, got something else before byte "));
  // Sizes that no memory holds are found before any is asked for.
  EXPECT_THAT(LoadWith(size, "\"hidden_size\": 1073741824"), IsInvalidArgument("1073741824], got ["));
  EXPECT_THAT(LoadWith("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1000000000"),
              says("layers: want 1 to 4096, got 1000000000"));
}

TEST(HuggingFace, CutsWeightsIntoFiles) {
  const std::string folder = Saved(Bert(true));
  const ParameterSet parameters = RandomParameters(Bert(true));
  ASSERT_THAT(SaveModel(folder, Bert(true), parameters, {}, {at::kFloat, /*max_file_bytes=*/1000}), IsOk());
  EXPECT_FALSE(std::filesystem::exists(folder + "/model.safetensors"));
  EXPECT_TRUE(std::filesystem::exists(folder + "/model.safetensors.index.json"));
  const auto model = LoadModel(folder);
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(model->config, Bert(true));
  ExpectSame(model->parameters, parameters);
}

TEST(HuggingFace, LeavesTheHeadOut) {
  const std::string folder = Saved(Bert(true));
  EncoderConfig headless = Bert(true);
  headless.heads.clear();
  ASSERT_THAT(SaveModel(folder, headless, RandomParameters(Bert(true)), {}, {at::kHalf}), IsOk());
  EXPECT_THAT(*ReadFile(folder + "/config.json"), HasSubstr("BertModel"));
  const auto model = LoadModel(folder);
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(model->config, headless);
  EXPECT_EQ(model->stored_dtype, at::kHalf);
}

// The heads of a model, in a folder that is written and read again.
TEST(HuggingFace, GivesBackTheHeadsOfEveryFamily) {
  for (const auto& [family, unused] : Families()) {
    for (const std::vector<HeadKind>& heads :
         {std::vector<HeadKind>{HeadKind::kClasses}, std::vector<HeadKind>{HeadKind::kSpans},
          std::vector<HeadKind>{HeadKind::kScore}, std::vector<HeadKind>{},
          std::vector<HeadKind>{HeadKind::kVocabulary, HeadKind::kClasses, HeadKind::kSpans}}) {
      EncoderConfig config = testing::SmallModel(family, 2, heads);
      if (HeadSpec* classes = FindHead(&config, HeadKind::kClasses)) {
        classes->classes = {"no", "maybe", "yes"};
        if (classes->dropout > 0) classes->dropout = 0.375;
      }
      const auto model = LoadModel(Saved(config));
      ASSERT_THAT(model, IsOk()) << family;
      EXPECT_EQ(EncoderConfigText(model->config), EncoderConfigText(config));
      ExpectSame(model->parameters, RandomParameters(config));
      EXPECT_THAT(model->left_aside, ::testing::IsEmpty());
    }
  }
}

TEST(HuggingFace, NamesTheClassesOfTransformers) {
  const std::string folder = Saved(testing::SmallModel("bert", 2, {HeadKind::kClasses}));
  const std::string config = *ReadFile(folder + "/config.json");
  EXPECT_THAT(config, HasSubstr("\"BertForSequenceClassification\""));
  EXPECT_THAT(config, HasSubstr("\"single_label_classification\""));
  EXPECT_THAT(*ReadFile(Saved(testing::SmallModel("gpt2", 2, {HeadKind::kScore})) + "/config.json"),
              AllOf(HasSubstr("\"GPT2ForSequenceClassification\""), HasSubstr("\"regression\"")));
  EXPECT_THAT(SaveModel(folder, testing::SmallModel("roberta", 2, {HeadKind::kClasses, HeadKind::kScore}), {}, {}),
              IsInvalidArgument("head.score: roberta wants no head of classes beside it, got one"));
}

// BERT's next-sentence head is no head that is known here.
TEST(HuggingFace, LeavesAsideAndSaysWhatItDoesNotKnow) {
  const auto model = LoadChanged(Saved(Bert(true)), [](Tensors* tensors) {
    tensors->emplace_back("cls.seq_relationship.weight", at::zeros({2, 8}));
    tensors->emplace_back("cls.seq_relationship.bias", at::zeros({2}));
    tensors->emplace_back("classifier.weight", at::zeros({7, 8}));
  });
  ASSERT_THAT(model, IsOk());
  ExpectSame(model->parameters, RandomParameters(Bert(true)));
  EXPECT_THAT(model->left_aside, ::testing::ElementsAre("classifier", "cls.seq_relationship"));
}

// A classifier of positions is stored under the names of one of sequences.
TEST(HuggingFace, ReadsTheHeadsOfTheClassesThatTheConfigurationNames) {
  const EncoderConfig config = testing::SmallModel("bert", 2, {HeadKind::kClasses});
  const auto tokens = LoadWith("BertForSequenceClassification", "BertForTokenClassification", config);
  ASSERT_THAT(tokens, IsOk());
  EXPECT_TRUE(tokens->config.heads.empty());
  EXPECT_THAT(tokens->left_aside, ::testing::ElementsAre("classifier"));
  const auto several = LoadWith("single_label_classification", "multi_label_classification", config);
  ASSERT_THAT(several, IsOk());
  EXPECT_THAT(several->left_aside, ::testing::ElementsAre("classifier"));
  // Without a name the tensors tell; a pooler is a part of the head.
  const auto unnamed = LoadWith("\"architectures\"", "\"unknown\"", config);
  ASSERT_THAT(unnamed, IsOk());
  EXPECT_EQ(unnamed->config, config);
  EXPECT_THAT(LoadWith("\"1\": \"LABEL_1\"", "\"1\": \"LABEL_1\", \"2\": \"LABEL_2\"", config),
              IsInvalidArgument("tensor \"classifier.weight\": want shape [3, 8], got [2, 8]"));
  EXPECT_THAT(LoadWith("\"1\": \"LABEL_1\"", "\"7\": \"LABEL_1\"", config),
              IsInvalidArgument("id2label: want an object of strings under 0, 1 and so on, got an object of 2"));
}

// Where config.json names no class, a head is there if it is whole.
TEST(HuggingFace, LeavesAsideWhatIsNoHead) {
  const std::string folder = Saved(Bert(false));
  const std::string config = *ReadFile(folder + "/config.json");
  ASSERT_THAT(AtomicWriteFile(folder + "/config.json",
                              absl::StrReplaceAll(config, {{"\"architectures\"", "\"unknown\": NaN, \"foreign\""}})),
              IsOk());
  const auto model = LoadChanged(folder, [](Tensors* tensors) {
    tensors->emplace_back("classifier.weight", at::zeros({7, 8}));
    tensors->emplace_back("fit_denses.0.weight", at::zeros({7, 8}));
  });
  ASSERT_THAT(model, IsOk());
  EXPECT_THAT(model->left_aside, ::testing::ElementsAre("classifier", "fit_denses.0"));
  EXPECT_TRUE(model->architectures.empty());
}

// Labels that nobody reads may be described in any way.
TEST(HuggingFace, ReadsLabelsOnlyForHeadsOfLabels) {
  EXPECT_THAT(LoadWithOption(R"("id2label": {"7": null}, "num_labels": -1)"), IsOk());
}

// Models are not written in float64.
TEST(HuggingFace, ReadsFloat64AsFloat32) {
  const std::string folder = Saved(Bert(false));
  const auto model = LoadChanged(folder, [](Tensors* tensors) {
    for (auto& [name, tensor] : *tensors) tensor = tensor.to(at::kDouble);
  });
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(model->stored_dtype, at::kFloat);
  ExpectSame(model->parameters, RandomParameters(Bert(false)));
}

TEST(LoadTokenizerOf, RefusesMorePiecesThanTheModelHas) {
  std::string pieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  EncoderConfig config = Bert(false);
  config.vocabulary_size = 5;
  const std::string folder = ::testing::TempDir() + "/load_tokenizer_of";
  ASSERT_THAT(SaveModel(folder, config, RandomParameters(config), {{"vocab.txt", pieces}}), IsOk());
  EXPECT_THAT(LoadTokenizerOf(config, folder), IsOk());
  config.vocabulary_size = 6;
  EXPECT_THAT(LoadTokenizerOf(config, folder), IsOk());
  config.vocabulary_size = 4;
  EXPECT_THAT(LoadTokenizerOf(config, folder),
              IsInvalidArgument(folder +
                                ": the tokenizer: want at most the 4 pieces that the model has embeddings for, got 5"));
}

TEST(HuggingFace, NamesFilesThatAreMissing) {
  const std::string folder = Saved(Bert(false));
  EXPECT_THAT(LoadModel(folder + "/none"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("none/config.json")));
  std::filesystem::rename(folder + "/model.safetensors", folder + "/pytorch_model.bin");
  EXPECT_THAT(LoadModel(folder), IsInvalidArgument("pytorch_model.bin: pickles are not read"));
  EXPECT_THAT(LoadModel(folder), IsInvalidArgument("python3 -c"));
  std::filesystem::remove(folder + "/pytorch_model.bin");
  EXPECT_THAT(LoadModel(folder), StatusIs(absl::StatusCode::kNotFound, HasSubstr("model.safetensors: No such file")));
}

}  // namespace
}  // namespace retort
