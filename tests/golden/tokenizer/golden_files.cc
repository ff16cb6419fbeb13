#include "tests/golden/tokenizer/golden_files.h"

#include <fstream>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "framework/text/bpe/byte_bpe_tokenizer.h"
#include "framework/text/wordpiece/wordpiece_tokenizer.h"
#include "glog/logging.h"
#include "xxhash.h"

namespace retort {
namespace {

template <typename T>
std::unique_ptr<Tokenizer> Checked(absl::StatusOr<std::unique_ptr<T>> tokenizer) {
  CHECK(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

std::unique_ptr<Tokenizer> WordPiece(const std::string& file, bool lower_case) {
  WordPieceOptions options;
  options.lower_case = lower_case;
  return Checked(WordPieceTokenizer::Load("data/vocab/" + file, options));
}

std::unique_ptr<Tokenizer> ByteBpe(const std::string& folder, bool add_prefix_space) {
  ByteBpeOptions options;
  options.add_prefix_space = add_prefix_space;
  return Checked(
      ByteBpeTokenizer::Load("data/vocab/" + folder + "/vocab.json", "data/vocab/" + folder + "/merges.txt", options));
}

}  // namespace

nlohmann::json ReadGolden(const std::string& name) {
  std::ifstream file("tests/golden/tokenizer/" + name);
  nlohmann::json json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  CHECK(!json.is_discarded()) << name;
  return json;
}

std::unique_ptr<Tokenizer> GoldenTokenizer(const std::string& name) {
  if (name == "multilingual") return WordPiece("bert-base-multilingual-cased-vocab.txt", false);
  if (name == "uncased" || name == "cased") return WordPiece("bert-base-uncased-vocab.txt", name == "uncased");
  if (name == "gpt2") return ByteBpe("gpt2", false);
  CHECK(name == "roberta" || name == "roberta_prefix") << name;
  return ByteBpe("roberta", name == "roberta_prefix");
}

std::string HashOfIds(absl::Span<const int32_t> ids) {
  return absl::StrFormat("%016x", XXH3_64bits(ids.data(), ids.size() * sizeof(int32_t)));
}

}  // namespace retort
