#include "framework/config/text/sound_text.h"

#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/base/input/container.h"
#include "framework/base/input/line_reader.h"
#include "framework/base/status_macros.h"
#include "framework/config/reflection.h"
#include "framework/text/unicode/utf8.h"

namespace retort {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Counts what is open over the lines of a text.
class Depth {
 public:
  // The place in the line where more than kDeepestText are open, if there is one.
  std::optional<size_t> Add(absl::string_view line) {
    char quote = 0;  // Strings end with their line.
    for (size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (quote != 0) {
        if (c == '\\') ++i;
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '#') {
        return std::nullopt;
      } else if (c == '{' || c == '[' || c == '<') {
        if (++open_ > kDeepestText) return i;
      } else if ((c == '}' || c == ']' || c == '>') && open_ > 0) {
        --open_;
      }
    }
    return std::nullopt;
  }

 private:
  int open_ = 0;
};

}  // namespace

absl::StatusOr<std::string> SoundText(absl::string_view text, absl::string_view filename) {
  if (const absl::Status plain = CheckPlain(text); !plain.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(filename, ": ", plain.message()));
  }
  LineReader lines(WithoutByteOrderMark(text));
  std::string sound, line;
  sound.reserve(text.size());
  Depth depth;
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const bool more, lines.Next(&line));
    if (!more) return sound;
    const auto error = [&](size_t place, absl::string_view what) {
      return absl::InvalidArgumentError(absl::StrCat(filename, ":", lines.number(), ":", place + 1, ": ", what));
    };
    if (const std::optional<size_t> bad = FindInvalidUtf8(line)) {
      return error(*bad, absl::StrFormat("want UTF-8, got 0x%02x", static_cast<uint8_t>(line[*bad])));
    }
    if (const std::optional<size_t> deep = depth.Add(line)) {
      return error(*deep, absl::StrCat("want at most ", kDeepestText, " messages inside of each other, got more"));
    }
    absl::StrAppend(&sound, lines.number() > 1 ? "\n" : "", line);
  }
}

absl::Status CheckStrings(const Message& message, const std::string& path) {
  const auto* reflection = message.GetReflection();
  for (const FieldDescriptor* field : SetFields(message)) {
    const std::string place = JoinPath(path, field->name());
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->message_type() != nullptr) {
        RETORT_RETURN_IF_ERROR(CheckStrings(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                                                 : reflection->GetMessage(message, field),
                                            place));
      } else if (field->type() == FieldDescriptor::TYPE_STRING) {
        const std::string value = field->is_repeated() ? reflection->GetRepeatedString(message, field, i)
                                                       : reflection->GetString(message, field);
        const std::optional<size_t> bad = FindInvalidUtf8(value);
        if (!bad.has_value()) continue;
        return absl::InvalidArgumentError(
            absl::StrFormat("%s: want UTF-8, got 0x%02x", place, static_cast<uint8_t>(value[*bad])));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace retort
