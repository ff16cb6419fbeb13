// Ids of lines of text, for comparison with other tokenizers:
//
//   bazel run //tools:encode_lines -- --tokenizer=FOLDER_OR_FILE <texts.jsonl >ids.txt
//
// Reads a JSON string per line and writes the line's ids, parted by spaces, or "error: ..." for what is not a text.
// --time says instead how fast --threads threads encode all lines, also per second of CPU time, and what the ids hash
// to.

#include <gflags/gflags.h>

#include <algorithm>
#include <ctime>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "framework/base/command_line/command_line.h"
#include "framework/base/input/catch_exceptions.h"
#include "framework/base/input/line_reader.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/text/files/load_tokenizer.h"
#include "nlohmann/json.hpp"
#include "xxhash.h"

DEFINE_string(tokenizer, "", "A model folder, or its tokenizer.json, vocab.txt or vocab.json.");
DEFINE_bool(time, false, "Print the speed instead of the ids.");
DEFINE_int32(threads, 1, "With --time: threads that share the lines.");
DEFINE_int32(rounds, 5, "With --time: the best of so many rounds counts.");

namespace retort {
namespace {

constexpr char kUsage[] =
    "ids of texts, a JSON string per line of standard input, for comparison with other tokenizers\n\n"
    "  encode_lines --tokenizer=FOLDER <texts.jsonl >ids.txt\n"
    "  encode_lines --tokenizer=FOLDER --time --threads=2 <texts.jsonl\n"
    "      how fast, instead of the ids";

absl::StatusOr<std::string> ParseLine(const std::string& line) {
  const nlohmann::json text = nlohmann::json::parse(LineText(line), nullptr, /*allow_exceptions=*/false);
  if (!text.is_string()) return absl::InvalidArgumentError("want a JSON string, got something else");
  return text.get<std::string>();
}

std::string EncodeLine(const std::string& line, const Tokenizer& tokenizer, Tokenizer::Scratch* scratch,
                       std::vector<int32_t>* ids) {
  const absl::StatusOr<std::string> text = ParseLine(line);
  if (!text.ok()) return absl::StrCat("error: ", text.status().message());
  ids->clear();
  const absl::Status status = tokenizer.Encode(*text, scratch, ids);
  return status.ok() ? absl::StrJoin(*ids, " ") : absl::StrCat("error: ", status.message());
}

absl::Status EncodeAll(const Tokenizer& tokenizer) {
  const auto scratch = tokenizer.NewScratch();
  std::vector<int32_t> ids;
  LineReader lines = LineReader::OfStandardInput();
  std::string line;
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const bool more, lines.Next(&line));
    if (!more) return absl::OkStatus();
    std::cout << EncodeLine(line, tokenizer, scratch.get(), &ids) << "\n";
  }
}

absl::StatusOr<std::vector<std::string>> ReadTexts() {
  std::vector<std::string> texts;
  LineReader lines = LineReader::OfStandardInput();
  std::string line;
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const bool more, lines.Next(&line));
    if (!more) return texts;
    absl::StatusOr<std::string> text = ParseLine(line);
    if (!text.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("line ", texts.size() + 1, ": ", text.status().message()));
    }
    texts.push_back(*std::move(text));
  }
}

// A thread's share: consecutive texts of about as many bytes as the others'.
struct Share {
  size_t begin = 0, end = 0;
  std::vector<int32_t> ids;
  absl::Status status;
};

std::vector<Share> Shares(const std::vector<std::string>& texts, int64_t bytes, int count) {
  std::vector<Share> shares(count);
  int64_t before = 0;
  for (size_t text = 0, share = 0; text < texts.size(); ++text) {
    before += static_cast<int64_t>(texts[text].size());
    shares[share].end = text + 1;
    if (share + 1 < shares.size() && before * count >= bytes * static_cast<int64_t>(share + 1)) {
      shares[++share].begin = text + 1;
      shares[share].end = text + 1;
    }
  }
  return shares;
}

void EncodeShare(const std::vector<std::string>& texts, const Tokenizer& tokenizer, Tokenizer::Scratch* scratch,
                 Share* share) {
  share->status = CatchExceptions("encoding", [&]() -> absl::Status {
    share->ids.clear();
    for (size_t text = share->begin; text < share->end; ++text) {
      RETORT_RETURN_IF_ERROR(tokenizer.Encode(texts[text], scratch, &share->ids));
    }
    return absl::OkStatus();
  });
}

absl::Status TimeAll(const Tokenizer& tokenizer) {
  RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> texts, ReadTexts());
  int64_t bytes = 0;
  for (const std::string& text : texts) bytes += static_cast<int64_t>(text.size());
  std::vector<Share> shares = Shares(texts, bytes, FLAGS_threads);
  std::vector<std::unique_ptr<Tokenizer::Scratch>> scratches;
  for (int i = 0; i < FLAGS_threads; ++i) scratches.push_back(tokenizer.NewScratch());
  double best = 0, best_of_cpu = 0;
  for (int round = 0; round < FLAGS_rounds; ++round) {
    const absl::Time start = absl::Now();
    const std::clock_t cpu_start = std::clock();
    std::vector<std::thread> threads;
    for (int i = 0; i < FLAGS_threads; ++i) {
      threads.emplace_back([&, i] { EncodeShare(texts, tokenizer, scratches[i].get(), &shares[i]); });
    }
    for (std::thread& thread : threads) thread.join();
    const double cpu_seconds = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
    best = std::max(best, static_cast<double>(bytes) / 1e6 / absl::ToDoubleSeconds(absl::Now() - start));
    best_of_cpu = std::max(best_of_cpu, static_cast<double>(bytes) / 1e6 / cpu_seconds);
  }
  std::vector<int32_t> ids;
  for (const Share& share : shares) {
    RETORT_RETURN_IF_ERROR(share.status);
    ids.insert(ids.end(), share.ids.begin(), share.ids.end());
  }
  std::cout << absl::StrFormat("%.2f MB/s %.2f MB/cpu-second %d ids %016x\n", best, best_of_cpu, ids.size(),
                               XXH3_64bits(ids.data(), ids.size() * sizeof(int32_t)));
  return absl::OkStatus();
}

absl::Status Run() {
  RETORT_RETURN_IF_ERROR(EnterUserDirectory());
  if (FLAGS_tokenizer.empty()) return absl::InvalidArgumentError("--tokenizer: want a folder or file, got none");
  RETORT_RETURN_IF_ERROR(CheckThreads(FLAGS_threads, /*least=*/1));
  if (FLAGS_rounds < 1) return absl::InvalidArgumentError(absl::StrCat("--rounds: want >= 1, got ", FLAGS_rounds));
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer, LoadTokenizer(FLAGS_tokenizer));
  std::ios::sync_with_stdio(false);
  if (FLAGS_time) return TimeAll(*tokenizer);
  return EncodeAll(*tokenizer);
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  retort::StartProgram(argv[0]);
  if (const std::optional<int> code =
          retort::TakeFlags({"encode_lines", retort::kUsage, "tools/encode_lines/"}, &argc, argv))
    return *code;
  return retort::ExitCode(retort::Run());
}
