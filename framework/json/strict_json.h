#ifndef RETORT_FRAMEWORK_JSON_STRICT_JSON_H_
#define RETORT_FRAMEWORK_JSON_STRICT_JSON_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace retort {

// What is read beyond JSON.
enum class JsonDialect {
  kPlain,
  // NaN, Infinity and -Infinity, which Python's json module writes and reads, and numbers beyond double's, such as
  // 1e999, which it takes for infinities. They come as the strings of these names: who wants a number refuses them, who
  // wants a string gets the name, and who does not look at them never knows.
  kPython,
};

// The longest text that ParseStrictJson reads: tokenizers of half a million pieces take a sixth of it.
inline constexpr size_t kLongestJson = 64 << 20;

// Parses JSON that comes from anywhere. `where` begins messages. Memory is bounded by the text's size, of which values
// take at most thirty times as much. Errors: more than kLongestJson bytes; a byte order mark, which neither Python's
// nor Rust's parser reads; what is not JSON, naming the byte; nesting of more than 32; an object with a name twice.
// A packed file is named as such. Thread-safe.
absl::StatusOr<nlohmann::json> ParseStrictJson(absl::string_view text, absl::string_view where,
                                               JsonDialect dialect = JsonDialect::kPlain);

// JSON of Python's dialect that is changed and written again: fields stay in their order, and NaN and infinities, which
// `value` has as strings that nothing else in it begins with, are written as they were.
class EditableJson {
 public:
  // Errors: those of ParseStrictJson.
  static absl::StatusOr<EditableJson> Parse(absl::string_view text, absl::string_view where);

  // Indented by two, with a line's end behind it.
  std::string Text() const;

  nlohmann::ordered_json value = nlohmann::ordered_json::object();

 private:
  std::string mark_ = "python_number_";
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_JSON_STRICT_JSON_H_
