#include "framework/json/strict_json.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 32;
constexpr size_t kMaxBytes = 64 << 20;

// Looks at brackets and NUL only, so that nothing large is built of what
// is refused. What is not JSON at all is the parser's to find.
absl::Status CheckOutline(absl::string_view text, absl::string_view where) {
  int depth = 0;
  if (text.size() > kMaxBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": want JSON of at most ", kMaxBytes, " bytes, got ", text.size()));
  }
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

absl::StatusOr<Json> ParseStrictJson(absl::string_view text, absl::string_view where) {
  RETORT_RETURN_IF_ERROR(CheckOutline(text, where));
  Json root;
  StrictBuilder builder(&root);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": ", builder.problem()));
  }
  return root;
}

}  // namespace retort
