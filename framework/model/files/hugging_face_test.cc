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
#include "framework/model/files/safetensors.h"
#include "framework/model/files/test_model_folder.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::AllOf;
using testing::Bert;
using testing::Distilbert;
using testing::ExpectSame;
using testing::Find;
using ::testing::HasSubstr;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::LoadChanged;
using testing::LoadWith;
using testing::LoadWithOption;
using testing::Pieces;
using testing::RandomParameters;
using testing::RandomTensor;
using testing::Remove;
using testing::Rename;
using testing::Saved;
using testing::StatusIs;
using testing::StoredIn;
using testing::Tensors;

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
  const TokenizerFiles bytes = {
      {"vocab.json", "{\"a\": 0}"},
      {"merges.txt", ""},
      {"special_tokens_map.json", "{ }"},
      {"tokenizer_config.json", R"({"tokenizer_class":"GPT2Tokenizer",  "model_max_length":4})"}};
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
  EXPECT_THAT(LoadWith("\"bert\"", "\"t5\""), says(R"(model_type: want one of "bert", "distilbert", )"));
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

std::string Contents(const std::string& folder) {
  std::string contents;
  for (const char* name : {"config.json", "model.safetensors", "vocab.txt", "tokenizer_config.json"}) {
    absl::StrAppend(&contents, name, "\n", ReadFile(absl::StrCat(folder, "/", name)).value_or("none"), "\n");
  }
  return contents;
}

TEST(HuggingFace, WritesNothingBeforeAllIsChecked) {
  const std::string folder = Saved(Bert(true));
  const std::string before = Contents(folder);
  const TokenizerFiles unknown = {{"vocab.txt", "x\n"},
                                  {"tokenizer_config.json", R"({"tokenizer_class":"MPNetTokenizer"})"}};
  const auto save = [&](const std::string& where, const SaveOptions& options) {
    return SaveModel(where, Bert(false), RandomParameters(Bert(false)), unknown, options);
  };
  EXPECT_THAT(save(folder, {}), IsInvalidArgument("tokenizer_class: want BertTokenizer"));
  EXPECT_EQ(Contents(folder), before);
  EXPECT_THAT(save(folder + "/new", {}), IsInvalidArgument("tokenizer_class: want BertTokenizer"));
  EXPECT_FALSE(std::filesystem::exists(folder + "/new"));
  SaveOptions as_it_is;
  as_it_is.tokenizer_as_it_is = true;
  EXPECT_THAT(save(folder + "/new", as_it_is), IsOk());
  EXPECT_EQ(*ReadFile(folder + "/new/tokenizer_config.json"), unknown.at("tokenizer_config.json"));
}

TEST(HuggingFace, ChecksAFolderWithoutReadingIt) {
  const std::string folder = Saved(Bert(false));
  EXPECT_THAT(CheckModelFolder(folder), IsOk());
  std::filesystem::rename(folder + "/model.safetensors", folder + "/pytorch_model.bin");
  EXPECT_THAT(CheckModelFolder(folder), IsInvalidArgument("pytorch_model.bin: pickles are not read"));
  EXPECT_THAT(CheckModelFolder("google/bert"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("hf download 'google/bert'")));
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
