#ifndef RETORT_FRAMEWORK_MODEL_FILES_TEST_MODEL_FOLDER_H_
#define RETORT_FRAMEWORK_MODEL_FILES_TEST_MODEL_FOLDER_H_

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "ATen/ops/equal.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "framework/base/file.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/model/files/safetensors.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// Model folders that tests write, change and read again.

namespace retort::testing {

using Tensors = std::vector<std::pair<std::string, at::Tensor>>;

inline const TokenizerFiles& Pieces() {
  static const auto* const files = new TokenizerFiles{
      {"vocab.txt", "[PAD]\n[UNK]\n"},
      {"tokenizer_config.json", R"({"tokenizer_class":"BertTokenizer", "do_lower_case":false, "model_max_length":4})"}};
  return *files;
}

inline EncoderConfig Bert(bool pooler) {
  EncoderConfig config = SmallEncoder(2);
  config.pooler = pooler;
  return config;
}

inline EncoderConfig Distilbert() { return SmallModel("distilbert", 2); }

inline ParameterSet RandomParameters(const EncoderConfig& config) {
  ParameterSet parameters(EncoderParameterSpecs(config), at::kFloat, c10::Device(at::kCPU));
  uint64_t seed = 0;
  for (const ParameterSpec& spec : parameters.specs())
    parameters.Get(spec.name).copy_(RandomTensor(spec.shape, ++seed));
  return parameters;
}

// A fresh folder with a model in it.
inline std::string Saved(const EncoderConfig& config) {
  const std::string folder = ::testing::TempDir() + "/hugging_face_test";
  std::filesystem::remove_all(folder);
  EXPECT_THAT(SaveModel(folder, config, RandomParameters(config), Pieces()), IsOk());
  return folder;
}

inline Tensors StoredIn(const std::string& folder) {
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

inline at::Tensor& Find(Tensors* tensors, const std::string& name) {
  for (auto& [stored, tensor] : *tensors) {
    if (stored == name) return tensor;
  }
  ADD_FAILURE() << name;
  return tensors->front().second;
}

inline void Rename(Tensors* tensors, const std::vector<std::pair<absl::string_view, absl::string_view>>& replacements) {
  for (auto& [name, tensor] : *tensors) name = absl::StrReplaceAll(name, replacements);
}

inline void Remove(Tensors* tensors, const std::string& name) {
  const size_t before = tensors->size();
  tensors->erase(std::remove_if(tensors->begin(), tensors->end(), [&](const auto& pair) { return pair.first == name; }),
                 tensors->end());
  EXPECT_EQ(tensors->size(), before - 1) << name;
}

// Loads the folder after `from` was replaced in its config.json.
inline absl::StatusOr<LoadedModel> LoadWith(const std::string& from, const std::string& to,
                                            const EncoderConfig& config = Bert(false)) {
  const std::string folder = Saved(config);
  std::string text = *ReadFile(folder + "/config.json");
  EXPECT_THAT(text, ::testing::HasSubstr(from));
  EXPECT_THAT(AtomicWriteFile(folder + "/config.json", absl::StrReplaceAll(text, {{from, to}})), IsOk());
  return LoadModel(folder);
}

inline absl::StatusOr<LoadedModel> LoadWithOption(const std::string& option,
                                                  const EncoderConfig& config = Bert(false)) {
  return LoadWith("\"model_type\"", absl::StrCat(option, ", \"model_type\""), config);
}

inline void ExpectSame(const ParameterSet& got, const ParameterSet& want) {
  ASSERT_EQ(got.specs().size(), want.specs().size());
  for (const ParameterSpec& spec : want.specs())
    EXPECT_TRUE(at::equal(got.Get(spec.name), want.Get(spec.name))) << spec.name;
}

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_MODEL_FILES_TEST_MODEL_FOLDER_H_
