#include "framework/augment/masked/masked_words.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/topk.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/base/try_torch.h"

namespace retort {
namespace {

// Positions of a batch: enough for products of matrices, few enough for a processor's cache or a device's memory.
int64_t MostPositions(c10::Device device) { return device.is_cpu() ? 1024 : 32768; }

}  // namespace

absl::StatusOr<MaskedWordModel> MaskedWordModel::Create(const Encoder& encoder, const ParameterSet& parameters,
                                                        const Tokenizer& tokenizer, c10::Device device) {
  if (FindHead(encoder.config(), HeadKind::kVocabulary) == nullptr) {
    return absl::InvalidArgumentError("want a model with a vocabulary head, which predicts words, got one without");
  }
  if (encoder.config().causal()) {
    return absl::InvalidArgumentError(
        "want a masked language model, which reads both sides of a word, got a causal one");
  }
  if (tokenizer.special_ids().mask == kNoId) {
    return absl::InvalidArgumentError("want a tokenizer with a piece for masked tokens ([MASK]), got one without");
  }
  return MaskedWordModel(&encoder, &parameters, &tokenizer, device);
}

int64_t MaskedWordModel::Length(const WordedText& text) const {
  constexpr int64_t kSpecialPieces = 3;  // [CLS], [SEP], [SEP]
  const int64_t whole = 2 * static_cast<int64_t>(text.ids.size()) + kSpecialPieces;
  return std::min(whole, encoder_->config().longest_sequence());
}

StepSequence MaskedWordModel::Question(const WordedText& text, int64_t piece) const {
  const SpecialIds& special = tokenizer_->special_ids();
  const int64_t place = piece + 1, first_segment = static_cast<int64_t>(text.ids.size()) + 2;
  StepSequence question;
  question.ids = {special.cls};
  question.ids.insert(question.ids.end(), text.ids.begin(), text.ids.end());
  question.ids[place] = special.mask;
  question.ids.push_back(special.sep);
  question.ids.insert(question.ids.end(), text.ids.begin(), text.ids.end());
  question.ids.push_back(special.sep);
  question.ids.resize(Length(text));
  question.labels.assign(question.ids.size(), static_cast<int32_t>(kNoLabel));
  question.labels[place] = 0;  // Only the place of a label is looked at.
  if (encoder_->config().token_types > 1) {
    question.token_types.assign(question.ids.size(), 0);
    for (size_t i = first_segment; i < question.ids.size(); ++i) question.token_types[i] = 1;
  }
  return question;
}

at::Tensor MaskedWordModel::Likely(const Batch& questions, int count) const {
  Capture capture;
  capture.logits.insert({HeadKind::kVocabulary, RowSet::kLabelled});
  capture.read_rows_only = true;
  const at::Tensor hidden =
      encoder_->Forward(*parameters_, questions, capture, std::nullopt).hidden.at(encoder_->config().depth());
  const at::Tensor rows = hidden.reshape({-1, hidden.size(-1)}).index_select(0, questions.labelled_rows);
  const at::Tensor logits = encoder_->head(HeadKind::kVocabulary).Logits(*parameters_, rows);
  const int64_t pieces = tokenizer_->vocabulary_size();  // Rows behind them pad a model.
  return std::get<1>(at::topk(logits.narrow(1, 0, pieces), std::min<int64_t>(count, pieces), 1)).to(at::kCPU);
}

absl::StatusOr<std::vector<std::vector<int32_t>>> MaskedWordModel::Answers(const StepBatch& questions,
                                                                           int count) const {
  const int64_t size = static_cast<int64_t>(questions.sequences.size());
  const auto ask = [&]() -> absl::StatusOr<at::Tensor> { return Likely(questions.Slice(0, size, device_), count); };
  RETORT_ASSIGN_OR_RETURN(const at::Tensor ids, TryTorch("asking the model for words", ask));
  const auto id = ids.accessor<int64_t, 2>();
  std::vector<std::vector<int32_t>> answers(size);
  for (int64_t i = 0; i < size; ++i) {
    for (int64_t k = 0; k < ids.size(1); ++k) answers[i].push_back(static_cast<int32_t>(id[i][k]));
  }
  return answers;
}

std::vector<size_t> MaskedWordModel::ReadablePlaces(absl::Span<const WordedText> texts,
                                                    absl::Span<const MaskedPlace> places) const {
  std::vector<size_t> readable;
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i].piece + 1 < encoder_->config().longest_sequence()) readable.push_back(i);
  }
  const auto length = [&](size_t i) { return Length(texts[places[i].text]); };
  std::stable_sort(readable.begin(), readable.end(), [&](size_t a, size_t b) { return length(a) > length(b); });
  return readable;
}

absl::StatusOr<std::vector<std::vector<int32_t>>> MaskedWordModel::LikelyPieces(absl::Span<const WordedText> texts,
                                                                                absl::Span<const MaskedPlace> places,
                                                                                int count) const {
  at::NoGradGuard no_grad;
  const std::vector<size_t> order = ReadablePlaces(texts, places);
  std::vector<std::vector<int32_t>> likely(places.size());
  for (size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    const int64_t longest = Length(texts[places[order[begin]].text]);
    end = std::min<size_t>(order.size(), begin + std::max<int64_t>(1, MostPositions(device_) / longest));
    StepBatch questions;
    questions.pad_id = tokenizer_->special_ids().pad;
    for (size_t i = begin; i < end; ++i) {
      const MaskedPlace& place = places[order[i]];
      questions.sequences.push_back(Question(texts[place.text], place.piece));
    }
    RETORT_ASSIGN_OR_RETURN(auto answers, Answers(questions, count));
    for (size_t i = begin; i < end; ++i) likely[order[i]] = std::move(answers[i - begin]);
  }
  return likely;
}

}  // namespace retort
