// Bytes as a file of questions in SQuAD's layout, plain or packed: an error, or questions whose answers stand in their
// contexts and whose windows show them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "framework/batch/step_batch.h"
#include "framework/data/sequences/test_store.h"
#include "framework/data/squad/squad_reader.h"
#include "framework/data/squad/squad_windows.h"
#include "glog/logging.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/temp_folder.h"

namespace retort::fuzz {
namespace {

constexpr SquadCut kCut{/*length=*/16, /*stride=*/4, /*question_length=*/4};

void CheckQuestion(const SquadQuestion& question, const std::string& context) {
  CHECK(question.impossible == question.answers.empty()) << question.id;
  for (const SquadAnswer& answer : question.answers) {
    if (answer.begin) CHECK_EQ(context.compare(*answer.begin, answer.text.size(), answer.text), 0) << question.id;
  }
}

void CheckWindow(const SquadWindows& windows, int64_t place) {
  const SquadWindow& window = windows.windows()[place];
  const StepSequence sequence = windows.Sequence(place);
  CHECK_LE(sequence.ids.size(), static_cast<size_t>(kCut.length));
  CHECK_LE(window.context_end(), static_cast<int64_t>(sequence.ids.size()));
  if (window.pieces > 0) windows.Text(window, window.context_begin, window.context_end() - 1);
  if (window.answer.first < window.context_begin) return;  // [CLS], or none.
  CHECK(!windows.Text(window, window.answer.first, window.answer.last).empty());
}

}  // namespace

bool Accepts(const uint8_t* data, size_t size) {
  static const TempFolder folder;
  static const auto tokenizer = testing::LetterTokenizer();
  folder.Put("questions.json", data, size);
  const std::string path = folder.path() + "/questions.json";
  absl::StatusOr<Squad> squad = ReadSquad(path, {/*impossible=*/true, /*labelled=*/true});
  if (!squad.ok()) {
    CHECK(!squad.status().message().empty());
    return false;
  }
  CHECK(ReadSquad(path, {/*impossible=*/true, /*labelled=*/false}).ok());
  for (const SquadQuestion& question : squad->questions) CheckQuestion(question, squad->contexts.at(question.context));
  const absl::StatusOr<SquadWindows> windows = SquadWindows::Create(*std::move(squad), kCut, *tokenizer);
  CHECK(windows.ok()) << windows.status();
  for (int64_t place = 0; place < windows->size(); ++place) CheckWindow(*windows, place);
  return true;
}

}  // namespace retort::fuzz
