#include "framework/json/strict_json.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "framework/base/input/container.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 32;
constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr absl::string_view kPythonNumbers[] = {"NaN", "Infinity", "-Infinity"};

// Looks at size, brackets and NUL only, so that nothing large is built of what is refused. What is not JSON at all is
// the parser's to find.
absl::Status CheckOutline(absl::string_view text, absl::string_view where) {
  if (text.size() > kLongestJson) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": want at most ", kLongestJson >> 20, " MiB of JSON, got ", text.size(), " bytes"));
  }
  if (const absl::Status plain = CheckPlain(text); !plain.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": ", plain.message()));
  }
  if (absl::StartsWith(text, kByteOrderMark)) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": want JSON, got a byte order mark (EF BB BF) before it"));
  }
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    // The parser takes it for the end of the text.
    if (c == '\0') {
      return absl::InvalidArgumentError(absl::StrCat(where, ": want JSON, got something else before byte ", i + 1));
    }
    if (c == '"') {
      in_string = !in_string;
    } else if (in_string) {
      if (c == '\\') ++i;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    }
    if (depth > kMaxDepth) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, ": byte ", i, ": want nesting of at most ", kMaxDepth, ", got more"));
    }
  }
  return absl::OkStatus();
}

// The number that the text begins with, as far as its characters are of one; empty: none.
absl::string_view LeadingNumber(absl::string_view text) {
  for (const absl::string_view name : kPythonNumbers) {
    if (absl::StartsWith(text, name)) return text.substr(0, name.size());
  }
  if (text[0] != '-' && !absl::ascii_isdigit(text[0])) return "";
  return text.substr(0, text.find_first_not_of("+-.0123456789Ee"));
}

// Python's name of a number that is none to JSON; empty for all others.
absl::string_view PythonName(absl::string_view number) {
  if (std::find(std::begin(kPythonNumbers), std::end(kPythonNumbers), number) != std::end(kPythonNumbers))
    return number;
  double value = 0;
  if (!absl::SimpleAtod(number, &value) || !std::isinf(value)) return "";
  return value > 0 ? "Infinity" : "-Infinity";
}

// The text with quotes, and `mark` behind the first one, around Python's numbers that are no JSON.
std::string QuotePythonNumbers(absl::string_view text, absl::string_view mark = "") {
  std::string quoted;
  bool in_string = false;
  for (size_t i = 0; i < text.size();) {
    const absl::string_view number = in_string ? "" : LeadingNumber(text.substr(i));
    if (!number.empty()) {
      const absl::string_view name = PythonName(number);
      if (name.empty()) {
        absl::StrAppend(&quoted, number);
      } else {
        absl::StrAppend(&quoted, "\"", mark, name, "\"");
      }
      i += number.size();
      continue;
    }
    if (in_string && text[i] == '\\' && i + 1 < text.size()) {
      quoted.push_back(text[i++]);
    } else if (text[i] == '"') {
      in_string = !in_string;
    }
    quoted.push_back(text[i++]);
  }
  return quoted;
}

// Builds the value, and stops at a repeated name or at the first error.
class StrictBuilder : public nlohmann::json_sax<Json> {
 public:
  explicit StrictBuilder(Json* root) : root_(root) {}

  bool null() override { return Put(nullptr); }
  bool boolean(bool value) override { return Put(value); }
  bool number_integer(number_integer_t value) override { return Put(value); }
  bool number_unsigned(number_unsigned_t value) override { return Put(value); }
  bool number_float(number_float_t value, const string_t&) override { return Put(value); }
  bool string(string_t& value) override { return Put(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_array(size_t) override { return Open(Json::array()); }
  bool start_object(size_t) override { return Open(Json::object()); }
  bool end_array() override { return Close(); }
  bool end_object() override { return Close(); }

  bool key(string_t& name) override {
    if (open_.back()->contains(name)) {
      problem_ = absl::StrCat("want each name once, got \"", name.substr(0, 100), "\" twice in an object");
      return false;
    }
    name_ = std::move(name);
    return true;
  }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    problem_ = absl::StrCat("want JSON, got something else before byte ", position);
    return false;
  }

  const std::string& problem() const { return problem_; }

 private:
  // Where the next value belongs.
  Json* Place() {
    if (open_.empty()) return root_;
    if (open_.back()->is_object()) return &(*open_.back())[name_];
    open_.back()->push_back(nullptr);
    return &open_.back()->back();
  }

  bool Put(Json value) {
    *Place() = std::move(value);
    return true;
  }
  bool Open(Json value) {
    Json* place = Place();
    *place = std::move(value);
    open_.push_back(place);
    return true;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  Json* root_;
  std::vector<Json*> open_;  // Arrays and objects; nothing moves them while they are open.
  std::string name_, problem_;
};

}  // namespace

absl::StatusOr<Json> ParseStrictJson(absl::string_view text, absl::string_view where, JsonDialect dialect) {
  if (dialect == JsonDialect::kPython && text.size() <= kLongestJson) {
    return ParseStrictJson(QuotePythonNumbers(text), where);
  }
  RETORT_RETURN_IF_ERROR(CheckOutline(text, where));
  Json root;
  StrictBuilder builder(&root);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": ", builder.problem()));
  }
  return root;
}

absl::StatusOr<EditableJson> EditableJson::Parse(absl::string_view text, absl::string_view where) {
  RETORT_RETURN_IF_ERROR(ParseStrictJson(text, where, JsonDialect::kPython).status());
  EditableJson json;
  const std::string strings = nlohmann::ordered_json::parse(QuotePythonNumbers(text)).dump();
  while (absl::StrContains(strings, json.mark_)) json.mark_ += '_';
  json.value = nlohmann::ordered_json::parse(QuotePythonNumbers(text, json.mark_));
  return json;
}

std::string EditableJson::Text() const {
  std::vector<std::pair<std::string, absl::string_view>> numbers;
  for (const absl::string_view number : kPythonNumbers) {
    numbers.emplace_back(absl::StrCat("\"", mark_, number, "\""), number);
  }
  return absl::StrReplaceAll(value.dump(2), numbers) + "\n";
}

}  // namespace retort
