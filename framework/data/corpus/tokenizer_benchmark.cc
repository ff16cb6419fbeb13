// Bytes of text per second, single thread, on the shipped texts.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "framework/data/corpus/corpus_reader.h"
#include "framework/text/files/load_tokenizer.h"
#include "glog/logging.h"

namespace retort {
namespace {

std::vector<std::string> Documents(const std::string& path, DocumentBoundary boundary) {
  auto reader = CorpusReader::Open(path, boundary);
  CHECK(reader.ok()) << reader.status();
  std::vector<std::string> documents;
  Document document;
  while ((*reader)->Next(&document).value()) documents.push_back(document.text);
  return documents;
}

void Encode(benchmark::State& state, const std::string& vocabulary, const std::string& path, bool with_scratch) {
  auto tokenizer = LoadTokenizer("data/vocab/" + vocabulary);
  CHECK(tokenizer.ok()) << tokenizer.status();
  const std::vector<std::string> documents = Documents(path, DocumentBoundary::kLine);
  const auto scratch = (*tokenizer)->NewScratch();
  std::vector<int32_t> ids;
  int64_t bytes = 0, tokens = 0;
  for (auto _ : state) {
    for (const std::string& document : documents) {
      ids.clear();
      CHECK((*tokenizer)->Encode(document, with_scratch ? scratch.get() : nullptr, &ids).ok());
      bytes += document.size();
      tokens += ids.size();
    }
  }
  state.SetBytesProcessed(bytes);
  state.SetItemsProcessed(tokens);
}

constexpr char kNovels[] = "data/corpora/novels/novels_1890_1927.txt.xz";
constexpr char kWiki[] = "data/corpora/wiki/wiki_qed_paragraphs.txt.xz";

constexpr char kUncased[] = "bert-base-uncased-vocab.txt";
constexpr char kGpt2[] = "gpt2/vocab.json";
constexpr char kRoberta[] = "roberta/vocab.json";

BENCHMARK_CAPTURE(Encode, WordPieceNovels, kUncased, kNovels, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Encode, WordPieceWiki, kUncased, kWiki, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Encode, WordPieceWikiWithoutScratch, kUncased, kWiki, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Encode, Gpt2Novels, kGpt2, kNovels, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Encode, Gpt2Wiki, kGpt2, kWiki, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Encode, Gpt2WikiWithoutScratch, kGpt2, kWiki, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Encode, RobertaWiki, kRoberta, kWiki, true)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace retort
