// Words and their candidates, against what TinyBERT's own code finds with the same model and word vectors
// (make_goldens.py).

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/augment/augmenter.h"
#include "framework/augment/word_vectors.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/testing/matchers.h"
#include "framework/text/tokenizer.h"
#include "glog/logging.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using testing::IsOk;
using Json = nlohmann::json;

constexpr char kModel[] = "data/teachers/mini";
constexpr char kVectors[] = "data/embeddings/glove.6B.50d.subset.txt.xz";
constexpr int64_t kWords = 100000;

Json Goldens() {
  std::ifstream file("tests/golden/augmentation/goldens.json");
  Json json = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  CHECK(!json.is_discarded()) << "goldens.json";
  return json;
}

std::vector<std::string> CandidatesIn(const Json& golden, size_t word) {
  const auto found = golden.at("candidates").find(std::to_string(word));
  return found == golden.at("candidates").end() ? std::vector<std::string>() : found->get<std::vector<std::string>>();
}

TEST(AugmentationGoldenTest, CandidatesAreThoseOfTheAuthorsCode) {
  const absl::StatusOr<LoadedModel> model = LoadModel(kModel);
  ASSERT_THAT(model, IsOk());
  const auto tokenizer = LoadTokenizerOf(model->config, kModel);
  ASSERT_THAT(tokenizer, IsOk());
  const absl::StatusOr<WordVectors> vectors = WordVectors::Read(kVectors, kWords);
  ASSERT_THAT(vectors, IsOk());
  const Encoder encoder(model->config);
  const auto augmenter = Augmenter::Create(encoder, model->parameters, **tokenizer, &*vectors, {}, at::kCPU);
  ASSERT_THAT(augmenter, IsOk());

  const Json goldens = Goldens();
  std::vector<std::string> texts;
  for (const Json& golden : goldens) texts.push_back(golden.at("text").get<std::string>());
  const auto candidates = augmenter->Candidates(texts);
  ASSERT_THAT(candidates, IsOk());
  int replaceable = 0;
  for (size_t t = 0; t < texts.size(); ++t) {
    const std::vector<WordCandidates>& words = candidates->at(t);
    const auto expected = goldens[t].at("words").get<std::vector<std::string>>();
    ASSERT_EQ(words.size(), expected.size()) << texts[t];
    for (size_t w = 0; w < words.size(); ++w) {
      EXPECT_EQ(words[w].word, expected[w]) << texts[t];
      EXPECT_EQ(words[w].candidates, CandidatesIn(goldens[t], w)) << texts[t] << "\n" << words[w].word;
      replaceable += words[w].candidates.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(replaceable, 300);
}

}  // namespace
}  // namespace retort
