#include "framework/augment/masked/test_word_model.h"

#include <utility>

#include "ATen/ops/zeros.h"
#include "framework/init/initializer.h"
#include "framework/testing/fixtures.h"
#include "glog/logging.h"

namespace retort::testing {
namespace {

const std::vector<std::string>& Pieces() {
  static const auto* const kPieces =
      new std::vector<std::string>{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "film",
                                   "plot",  "play",  "##ing", "##s",   "the",    "a",    "."};
  return *kPieces;
}

WordModel ZeroWordModel() {
  EncoderConfig config = SmallEncoder(2);
  config.vocabulary_size = static_cast<int64_t>(Pieces().size());
  return {Encoder(config), ParameterSet(EncoderParameterSpecs(config), at::kFloat, at::kCPU)};
}

}  // namespace

std::unique_ptr<WordPieceTokenizer> WordTokenizer(const WordPieceOptions& options) {
  auto tokenizer = WordPieceTokenizer::Create(Vocabulary(Pieces()), options);
  CHECK(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

WordModel RandomWordModel(uint64_t seed) {
  WordModel model = ZeroWordModel();
  InitializeRandomNormal(seed, /*range=*/0.5, /*pad_token_id=*/0, &model.parameters);
  return model;
}

WordModel ConstantWordModel(const std::vector<std::string>& likeliest) {
  WordModel model = ZeroWordModel();
  const Vocabulary vocabulary(Pieces());
  at::Tensor bias = at::zeros({vocabulary.size()});
  for (size_t i = 0; i < likeliest.size(); ++i) {
    bias[*vocabulary.Id(likeliest[i])].fill_(static_cast<double>(likeliest.size() - i));
  }
  // Without any weights, all logits are those of the bias.
  const Head head = model.encoder.head(HeadKind::kVocabulary);
  CHECK(model.parameters.Set(head.bias(), bias).ok());
  return model;
}

}  // namespace retort::testing
