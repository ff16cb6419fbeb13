#include "framework/augment/augmenter.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "framework/base/status_macros.h"
#include "framework/data/sampling/draw.h"

namespace retort {
namespace {

using TextCandidates = std::vector<WordCandidates>;

constexpr absl::string_view kInnerMark = "##";
constexpr int kMostCopies = 10'000;

// One text of an example, by the example's number among those that are augmented.
struct TextOfExample {
  int64_t example;
  bool second;
};

// What decides whether a word of a copy is replaced, and by what.
PhiloxCounter DrawWord(const AugmentationOptions& options, TextOfExample text, int64_t copy, size_t word) {
  return Draw(options.seed, DrawPurpose::kAugmentation, text.example, 2 * copy + (text.second ? 1 : 0),
              static_cast<int64_t>(word));
}

bool Replaces(const AugmentationOptions& options, const PhiloxCounter& bits) {
  return Uniform(bits) < options.probability;
}

// Marks the words that any copy replaces.
void MarkReplaced(const AugmentationOptions& options, TextOfExample text, std::vector<bool>* words) {
  for (size_t i = 0; i < words->size(); ++i) {
    for (int64_t copy = 0; copy < options.copies && !(*words)[i]; ++copy) {
      (*words)[i] = Replaces(options, DrawWord(options, text, copy, i));
    }
  }
}

// The words of a text, each replaced or not.
std::string Copy(const TextCandidates& words, const AugmentationOptions& options, TextOfExample of, int64_t copy) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::vector<std::string>& candidates = words[i].candidates;
    const std::string* word = &words[i].word;
    if (!candidates.empty()) {
      const PhiloxCounter bits = DrawWord(options, of, copy, i);
      const uint32_t choice = UniformBelow(bits[2], static_cast<uint32_t>(candidates.size()));
      if (Replaces(options, bits)) word = &candidates[choice];
    }
    absl::StrAppend(&text, i > 0 ? " " : "", *word);
  }
  return text;
}

// Adds the copies of a text of the example, whose words these are, as rows.
void AppendCopies(const TaskExample& example, TextOfExample of, const TextCandidates& words,
                  const AugmentationOptions& options, std::vector<TaskExample>* rows) {
  absl::flat_hash_set<std::string> made = {of.second ? *example.second : example.first};
  for (int64_t copy = 0; copy < options.copies; ++copy) {
    std::string text = Copy(words, options, of, copy);
    if (options.distinct && !made.insert(text).second) continue;
    TaskExample& row = rows->emplace_back(example);
    row.id = absl::StrCat(example.id, ".", (of.second ? options.copies : 0) + copy + 1);
    (of.second ? *row.second : row.first) = std::move(text);
  }
}

// Texts in words, equal ones once.
class DistinctTexts {
 public:
  explicit DistinctTexts(const WordPieceTokenizer& tokenizer) : tokenizer_(tokenizer) {}

  // Errors: those of ReadWords, beginning with `place`.
  absl::Status Add(const std::string& text, const std::string& place) {
    if (!index_.try_emplace(text, worded_.size()).second) return absl::OkStatus();
    absl::StatusOr<WordedText> worded = ReadWords(tokenizer_, text);
    if (!worded.ok()) {
      return absl::Status(worded.status().code(), absl::StrCat(place, ": ", worded.status().message()));
    }
    worded_.push_back(*std::move(worded));
    return absl::OkStatus();
  }

  const std::vector<WordedText>& worded() const { return worded_; }
  // Where a text that was added is among them.
  size_t Index(const std::string& text) const { return index_.at(text); }

 private:
  const WordPieceTokenizer& tokenizer_;
  std::vector<WordedText> worded_;
  absl::flat_hash_map<std::string, size_t> index_;
};

}  // namespace

void CheckAugmentation(const std::string& place, const AugmentationOptions& options, Problems* problems) {
  problems->Want(options.copies > 0, place + "copies", "> 0", options.copies);
  problems->Want(options.copies <= kMostCopies, place + "copies", absl::StrCat("at most ", kMostCopies),
                 options.copies);
  problems->Want(options.candidates > 0, place + "candidates", "> 0", options.candidates);
  problems->Share(place + "probability", options.probability, /*one_allowed=*/true);
}

absl::StatusOr<Augmenter> Augmenter::Create(const Encoder& encoder, const ParameterSet& parameters,
                                            const Tokenizer& tokenizer, const WordVectors* word_vectors,
                                            const AugmentationOptions& options, c10::Device device) {
  Problems problems;
  CheckAugmentation("", options, &problems);
  RETORT_RETURN_IF_ERROR(problems.ToStatus());
  const auto* word_piece = dynamic_cast<const WordPieceTokenizer*>(&tokenizer);
  if (word_piece == nullptr) {
    return absl::InvalidArgumentError("want a model with a WordPiece tokenizer, as BERT's, got another");
  }
  RETORT_ASSIGN_OR_RETURN(MaskedWordModel model, MaskedWordModel::Create(encoder, parameters, tokenizer, device));
  return Augmenter(word_piece, std::move(model), word_vectors, options);
}

std::vector<std::string> Augmenter::Words(const std::vector<int32_t>& pieces) const {
  std::vector<std::string> words;
  for (const int32_t piece : pieces) {
    const std::string& text = tokenizer_->vocabulary().Piece(piece);
    if (!text.empty() && !absl::StartsWith(text, kInnerMark)) words.push_back(text);
  }
  return words;
}

absl::StatusOr<std::vector<TextCandidates>> Augmenter::CandidatesOf(absl::Span<const WordedText> texts,
                                                                    const WantedWords& wanted) const {
  std::vector<MaskedPlace> places;
  for (size_t t = 0; t < texts.size(); ++t) {
    for (size_t w = 0; w < texts[t].words.size(); ++w) {
      const TextWord& word = texts[t].words[w];
      if (wanted[t][w] && word.replaceable && word.pieces == 1) places.push_back({static_cast<int64_t>(t), word.begin});
    }
  }
  RETORT_ASSIGN_OR_RETURN(const auto likely, model_.LikelyPieces(texts, places, options_.candidates));
  auto next = likely.begin();
  std::vector<TextCandidates> candidates;
  for (size_t t = 0; t < texts.size(); ++t) {
    TextCandidates& words = candidates.emplace_back();
    for (size_t w = 0; w < texts[t].words.size(); ++w) {
      const TextWord& word = texts[t].words[w];
      std::vector<std::string>& found = words.emplace_back(WordCandidates{word.text, {}}).candidates;
      if (!wanted[t][w] || !word.replaceable) continue;
      if (word.pieces == 1) {
        found = Words(*next++);
      } else if (word_vectors_ != nullptr) {
        found = word_vectors_->Neighbours(word.text, options_.candidates);
      }
      if (found.empty()) found = {word.text};
    }
  }
  return candidates;
}

absl::StatusOr<std::vector<TextCandidates>> Augmenter::Candidates(absl::Span<const std::string> texts) const {
  std::vector<WordedText> worded;
  WantedWords wanted;
  for (const std::string& text : texts) {
    RETORT_ASSIGN_OR_RETURN(worded.emplace_back(), ReadWords(*tokenizer_, text));
    wanted.emplace_back(worded.back().words.size(), true);
  }
  return CandidatesOf(worded, wanted);
}

absl::StatusOr<std::vector<std::vector<TaskExample>>> Augmenter::Augment(absl::Span<const TaskExample> examples,
                                                                         int64_t first) const {
  DistinctTexts texts(*tokenizer_);
  for (const TaskExample& example : examples) {
    RETORT_RETURN_IF_ERROR(texts.Add(example.first, example.place));
    if (example.second) RETORT_RETURN_IF_ERROR(texts.Add(*example.second, example.place));
  }
  WantedWords wanted;
  for (const WordedText& text : texts.worded()) wanted.emplace_back(text.words.size(), false);
  // Calls `visit` for each text of each example, with its place among the distinct ones.
  const auto for_each_text = [&](const auto& visit) {
    for (size_t i = 0; i < examples.size(); ++i) {
      const int64_t number = first + static_cast<int64_t>(i);
      visit(i, TextOfExample{number, false}, texts.Index(examples[i].first));
      if (examples[i].second) visit(i, TextOfExample{number, true}, texts.Index(*examples[i].second));
    }
  };
  for_each_text([&](size_t /*i*/, TextOfExample of, size_t text) { MarkReplaced(options_, of, &wanted[text]); });
  RETORT_ASSIGN_OR_RETURN(const std::vector<TextCandidates> candidates, CandidatesOf(texts.worded(), wanted));
  std::vector<std::vector<TaskExample>> rows;
  for (const TaskExample& example : examples) rows.emplace_back(1, example);
  for_each_text([&](size_t i, TextOfExample of, size_t text) {
    AppendCopies(examples[i], of, candidates[text], options_, &rows[i]);
  });
  return rows;
}

}  // namespace retort
