#include "framework/text/sequences/encode_sequence.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

// The lengths that two texts keep of `most` ids, where they have more.
std::pair<size_t, size_t> LongestFirst(size_t first, size_t second, size_t most) {
  const bool swapped = first > second;
  if (swapped) std::swap(first, second);
  second = first > most ? first : std::max(first, most - first);
  if (first + second > most) {
    first = most / 2;
    second = first + most % 2;
  }
  if (swapped) std::swap(first, second);
  return {first, second};
}

absl::Status TruncateOne(absl::string_view name, size_t too_many, std::vector<int32_t>* ids) {
  if (ids->size() <= too_many) {
    return absl::InvalidArgumentError(
        absl::StrCat("truncation: want a ", name, " text of more than ", too_many, " ids, got ", ids->size()));
  }
  ids->resize(ids->size() - too_many);
  return absl::OkStatus();
}

absl::Status Truncate(Truncation truncation, size_t most, std::vector<int32_t>* first, std::vector<int32_t>* second) {
  if (most == 0) {
    first->clear();
    if (second != nullptr) second->clear();
    return absl::OkStatus();
  }
  const size_t size = first->size() + (second == nullptr ? 0 : second->size());
  if (size <= most) return absl::OkStatus();
  switch (truncation) {
    case Truncation::kNone:
      break;
    case Truncation::kLongestFirst:
      if (second == nullptr) {
        first->resize(most);
      } else {
        const auto [of_first, of_second] = LongestFirst(first->size(), second->size(), most);
        first->resize(of_first);
        second->resize(of_second);
      }
      break;
    case Truncation::kOnlyFirst:
      return TruncateOne("first", size - most, first);
    case Truncation::kOnlySecond:
      if (second == nullptr) return absl::InvalidArgumentError("truncation: want a second text, got one text");
      return TruncateOne("second", size - most, second);
  }
  return absl::OkStatus();
}

void Append(absl::Span<const int32_t> ids, int32_t type, EncodedSequence* sequence) {
  sequence->ids.insert(sequence->ids.end(), ids.begin(), ids.end());
  sequence->types.insert(sequence->types.end(), ids.size(), type);
}

// `types` are the ids'; all have `otherwise` if it is empty.
void AppendSpecial(const std::vector<int32_t>& ids, const std::vector<int32_t>& types, int32_t otherwise,
                   EncodedSequence* sequence) {
  for (size_t i = 0; i < ids.size(); ++i) Append({ids[i]}, types.empty() ? otherwise : types[i], sequence);
}

}  // namespace

absl::StatusOr<EncodedSequence> EncodeSequence(const Tokenizer& tokenizer, absl::string_view first,
                                               std::optional<absl::string_view> second, const SequenceOptions& options,
                                               Tokenizer::Scratch* scratch) {
  std::vector<int32_t> first_ids, second_ids;
  RETORT_RETURN_IF_ERROR(tokenizer.Encode(first, scratch, &first_ids));
  if (second.has_value()) RETORT_RETURN_IF_ERROR(tokenizer.Encode(*second, scratch, &second_ids));
  const SequenceTemplate ids = options.special_ids ? tokenizer.sequence_template() : SequenceTemplate();
  const int special =
      static_cast<int>(ids.before.size() + ids.behind.size() + (second.has_value() ? ids.between.size() : 0));
  if (options.truncation != Truncation::kNone) {
    if (options.max_length < special) {
      return absl::InvalidArgumentError(
          absl::StrCat("max_length: want at least the ", special, " special ids, got ", options.max_length));
    }
    RETORT_RETURN_IF_ERROR(Truncate(options.truncation, static_cast<size_t>(options.max_length - special), &first_ids,
                                    second.has_value() ? &second_ids : nullptr));
  }
  EncodedSequence sequence;
  Append(ids.before, 0, &sequence);
  Append(first_ids, 0, &sequence);
  const int32_t second_type = tokenizer.sequence_template().second_type;
  if (second.has_value()) {
    AppendSpecial(ids.between, ids.between_types, 0, &sequence);
    Append(second_ids, second_type, &sequence);
    AppendSpecial(ids.behind, ids.behind_types, second_type, &sequence);
  } else {
    Append(ids.behind, 0, &sequence);
  }
  return sequence;
}

}  // namespace retort
