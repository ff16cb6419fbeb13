#include "tests/golden/tokenizer/golden_files.h"

#include <fstream>
#include <utility>

#include "glog/logging.h"

namespace retort {

nlohmann::json ReadGolden(const std::string& name) {
  std::ifstream file("tests/golden/tokenizer/" + name);
  nlohmann::json json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  CHECK(!json.is_discarded()) << name;
  return json;
}

std::unique_ptr<WordPieceTokenizer> GoldenTokenizer(bool uncased) {
  WordPieceOptions options;
  options.lower_case = uncased;
  auto tokenizer = WordPieceTokenizer::Load("data/vocab/bert-base-uncased-vocab.txt", options);
  CHECK(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

}  // namespace retort
