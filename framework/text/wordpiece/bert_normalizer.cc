#include "framework/text/wordpiece/bert_normalizer.h"

#include <unicode/bytestream.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/base/status_macros.h"
#include "framework/text/unicode/unicode_classes.h"
#include "glog/logging.h"

namespace retort {
namespace {

// ICU counts in 32 bits, and a character may become several.
constexpr size_t kMostBytes = size_t{256} << 20;

const icu::Normalizer2* WholeForm(UnicodeForm form) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* whole = form == UnicodeForm::kNfd    ? icu::Normalizer2::getNFDInstance(error)
                                  : form == UnicodeForm::kNfc  ? icu::Normalizer2::getNFCInstance(error)
                                  : form == UnicodeForm::kNfkd ? icu::Normalizer2::getNFKDInstance(error)
                                                               : icu::Normalizer2::getNFKCInstance(error);
  CHECK(U_SUCCESS(error)) << u_errorName(error);
  return whole;
}

// The library's tables are of Unicode 9: the order of marks that came later, among themselves and others, stays as it
// is. Null for no form.
std::unique_ptr<const icu::Normalizer2> MakeForm(UnicodeForm form) {
  if (form == UnicodeForm::kNone) return nullptr;
  static const icu::UnicodeSet* const kUnicode9 = [] {
    UErrorCode set_error = U_ZERO_ERROR;
    auto* set = new icu::UnicodeSet(u"[[:age=9.0:][:^assigned:]]", set_error);
    CHECK(U_SUCCESS(set_error)) << u_errorName(set_error);
    set->freeze();
    return set;
  }();
  return std::make_unique<icu::FilteredNormalizer2>(*WholeForm(form), *kUnicode9);
}

// Clean-up and CJK spacing.
absl::StatusOr<icu::UnicodeString> Clean(absl::string_view text, size_t offset, const BertNormalizerOptions& options) {
  icu::UnicodeString cleaned;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const int64_t size = static_cast<int64_t>(text.size());
  for (int64_t next = 0; next < size;) {
    const int64_t begin = next;
    UChar32 c;
    U8_NEXT(bytes, next, size, c);
    if (c < 0) {
      return absl::InvalidArgumentError(
          absl::StrFormat("byte %d: want UTF-8, got 0x%02x", offset + begin, bytes[begin]));
    }
    if (options.clean_text && IsRemoved(c)) continue;
    if (options.clean_text && IsSpace(c)) {
      cleaned.append(u' ');
    } else if (options.handle_chinese_chars && IsCjkIdeograph(c)) {
      cleaned.append(u' ').append(c).append(u' ');
    } else {
      cleaned.append(c);
    }
  }
  return cleaned;
}

// Capitals of Unicode 16 and 17, which an older ICU does not know.
struct YoungCapitals {
  UChar32 first;
  UChar32 last;
  UChar32 lower;  // of the first
};
constexpr YoungCapitals kYoungCapitals[] = {
    {0x1C89, 0x1C89, 0x1C8A},    {0xA7CB, 0xA7CB, 0x0264},   {0xA7CC, 0xA7CC, 0xA7CD}, {0xA7CE, 0xA7CE, 0xA7CF},
    {0xA7D2, 0xA7D2, 0xA7D3},    {0xA7D4, 0xA7D4, 0xA7D5},   {0xA7DA, 0xA7DA, 0xA7DB}, {0xA7DC, 0xA7DC, 0x019B},
    {0x10D50, 0x10D65, 0x10D70}, {0x16EA0, 0x16EB8, 0x16EBB}};

UChar32 ToLower(UChar32 c) {
  for (const YoungCapitals& capitals : kYoungCapitals) {
    if (capitals.first <= c && c <= capitals.last) return capitals.lower + (c - capitals.first);
  }
  return u_tolower(c);
}

icu::UnicodeString LowerCase(const icu::UnicodeString& text) {
  constexpr UChar32 kCapitalIWithDot = 0x130;
  icu::UnicodeString lower;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (c == kCapitalIWithDot) {
      lower.append(u'i').append(UChar32{0x307});
    } else {
      lower.append(ToLower(c));
    }
  }
  return lower;
}

icu::UnicodeString InForm(const icu::Normalizer2& form, const icu::UnicodeString& text) {
  UErrorCode error = U_ZERO_ERROR;
  icu::UnicodeString formed = form.normalize(text, error);
  CHECK(U_SUCCESS(error)) << u_errorName(error);
  return formed;
}

icu::UnicodeString Strip(const icu::UnicodeString& text, bool left, bool right) {
  int32_t begin = 0, end = text.length();
  while (left && begin < end && IsWhiteSpace(text.char32At(begin))) begin = text.moveIndex32(begin, 1);
  while (right && end > begin && IsWhiteSpace(text.char32At(end - 1))) end = text.moveIndex32(end, -1);
  return icu::UnicodeString(text, begin, end - begin);
}

icu::UnicodeString Without(bool (*dropped)(char32_t), const icu::UnicodeString& text) {
  icu::UnicodeString left;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (!dropped(c)) left.append(c);
  }
  return left;
}

void AppendSplit(const icu::UnicodeString& text, std::vector<std::string>* words) {
  icu::UnicodeString word;
  const auto flush = [&] {
    if (!word.isEmpty()) word.toUTF8String(words->emplace_back());
    word.remove();
  };
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    const bool punctuation = IsPunctuation(c);
    if (punctuation || IsWhiteSpace(c)) flush();
    if (punctuation) {
      word.append(c);
      flush();
    } else if (!IsWhiteSpace(c)) {
      word.append(c);
    }
  }
  flush();
}

}  // namespace

BertNormalizer::BertNormalizer(std::vector<BertNormalizerOptions> sequence)
    : sequence_(std::move(sequence)), decomposition_(MakeForm(UnicodeForm::kNfd)) {
  if (sequence_.empty()) sequence_.push_back({false, false, false, false});
  for (const BertNormalizerOptions& step : sequence_) forms_.push_back(MakeForm(step.form));
}

absl::StatusOr<icu::UnicodeString> BertNormalizer::RunSteps(absl::string_view text, size_t offset) const {
  if (text.size() > kMostBytes) {
    return absl::InvalidArgumentError(absl::StrCat("want texts of at most ", kMostBytes, " bytes, got ", text.size()));
  }
  icu::UnicodeString normalized;
  std::string between;
  for (size_t i = 0; i < sequence_.size(); ++i) {
    const BertNormalizerOptions& options = sequence_[i];
    if (i > 0) {
      between.clear();
      text = normalized.toUTF8String(between);
      offset = 0;
    }
    RETORT_ASSIGN_OR_RETURN(normalized, Clean(text, offset, options));
    if (options.strip_accents) normalized = Without(IsNonSpacingMark, InForm(*decomposition_, normalized));
    if (options.lower_case) normalized = LowerCase(normalized);
    if (forms_[i] != nullptr) normalized = InForm(*forms_[i], normalized);
    if (options.strip_marks) normalized = Without(IsMark, normalized);
    if (options.strip_left || options.strip_right) {
      normalized = Strip(normalized, options.strip_left, options.strip_right);
    }
  }
  return normalized;
}

absl::StatusOr<std::string> BertNormalizer::Normalize(absl::string_view text, size_t offset) const {
  RETORT_ASSIGN_OR_RETURN(const icu::UnicodeString normalized, RunSteps(text, offset));
  std::string result;
  normalized.toUTF8String(result);
  return result;
}

void BertNormalizer::AppendWordsOfNormalized(absl::string_view text, std::vector<std::string>* words) {
  AppendSplit(icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size()))), words);
}

absl::Status BertNormalizer::AppendWords(absl::string_view text, size_t offset, std::vector<std::string>* words) const {
  RETORT_ASSIGN_OR_RETURN(const icu::UnicodeString normalized, RunSteps(text, offset));
  AppendSplit(normalized, words);
  return absl::OkStatus();
}

}  // namespace retort
