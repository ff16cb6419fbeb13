#include "framework/text/strict_json.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

constexpr int kMaxDepth = 32;
constexpr int64_t kMaxValues = 2'000'000;

// Looks at brackets and commas only, so that nothing large is built of what is
// refused. What is not JSON at all is the parser's to find.
absl::Status CheckSize(absl::string_view text, absl::string_view where) {
  int depth = 0;
  int64_t values = 1;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      in_string = !in_string;
    } else if (in_string) {
      if (c == '\\') ++i;
    } else if (c == '[' || c == '{') {
      ++depth;
      ++values;
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == ',') {
      ++values;
    }
    if (depth > kMaxDepth) {
      return absl::InvalidArgumentError(absl::StrCat(where, ": byte ", i, ": want nesting of at most ", kMaxDepth));
    }
    if (values > kMaxValues) {
      return absl::InvalidArgumentError(absl::StrCat(where, ": byte ", i, ": want at most ", kMaxValues, " values"));
    }
  }
  return absl::OkStatus();
}

// Builds the value by nlohmann's own builder, and stops at a repeated name or
// at the first error.
class StrictBuilder : public nlohmann::detail::json_sax_dom_parser<nlohmann::json> {
  using Base = nlohmann::detail::json_sax_dom_parser<nlohmann::json>;

 public:
  explicit StrictBuilder(nlohmann::json* root) : Base(*root, /*allow_exceptions_=*/false) {}

  bool start_object(std::size_t size) {
    names_.emplace_back();
    return Base::start_object(size);
  }
  bool end_object() {
    names_.pop_back();
    return Base::end_object();
  }
  bool key(std::string& name) {
    if (!names_.back().insert(name).second) {
      problem_ = absl::StrCat("want each name once, got \"", name.substr(0, 100), "\" twice in an object");
      return false;
    }
    return Base::key(name);
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    problem_ = absl::StrCat("want JSON, got something else before byte ", position);
    return false;
  }

  const std::string& problem() const { return problem_; }

 private:
  std::vector<absl::flat_hash_set<std::string>> names_;  // of the objects that are open
  std::string problem_;
};

}  // namespace

absl::StatusOr<nlohmann::json> ParseStrictJson(absl::string_view text, absl::string_view where) {
  RETORT_RETURN_IF_ERROR(CheckSize(text, where));
  nlohmann::json root;
  StrictBuilder builder(&root);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": ", builder.problem()));
  }
  return root;
}

}  // namespace retort
