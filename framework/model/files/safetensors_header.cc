#include "framework/model/files/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

constexpr size_t kMostTensors = 1 << 16;
constexpr size_t kMostDimensions = 16;
constexpr size_t kLongestString = 1 << 20;
constexpr size_t kLongestQuote = 60;

struct TypeName {
  c10::ScalarType dtype;
  const char* name;
};
constexpr TypeName kTypes[] = {
    {at::kDouble, "F64"}, {at::kFloat, "F32"}, {at::kHalf, "F16"}, {at::kBFloat16, "BF16"}, {at::kLong, "I64"},
    {at::kInt, "I32"},    {at::kShort, "I16"}, {at::kChar, "I8"},  {at::kByte, "U8"},       {at::kBool, "BOOL"},
};

std::string Quote(absl::string_view text) {
  const bool cut = text.size() > kLongestQuote;
  return absl::StrCat("\"", absl::Utf8SafeCEscape(text.substr(0, kLongestQuote)), cut ? "...\"" : "\"");
}

// The parser collects a string as a whole before it hands it over.
bool HasStringOver(absl::string_view text, size_t longest) {
  bool within = false;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (within && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      within = !within;
      begin = i;
    }
    if (within && i - begin > longest) return true;
  }
  return false;
}

// Takes the header's parts in the order of the text and stops at the first that is wrong.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit HeaderReader(uint64_t data_bytes) : data_bytes_(data_bytes) {}

  const std::string& error() const { return error_; }
  SafetensorsHeader& header() { return header_; }

  bool null() override { return Unexpected("null"); }
  bool boolean(bool value) override { return Unexpected(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return Unexpected(absl::StrCat(value)); }
  bool number_float(number_float_t value, const string_t&) override { return Unexpected(absl::StrCat(value)); }
  bool binary(binary_t&) override { return Unexpected("bytes"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ == Place::kShape) {
      if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return Unexpected(absl::StrCat(value));
      if (entry_.shape.size() == kMostDimensions) return Fail("shape: want at most 16 dimensions, got more");
      entry_.shape.push_back(static_cast<int64_t>(value));
      return true;
    }
    if (place_ == Place::kOffsets) {
      if (offsets_.size() == 2) return Fail("data_offsets: want two offsets, got more");
      offsets_.push_back(value);
      return true;
    }
    return Unexpected(absl::StrCat(value));
  }

  bool string(string_t& value) override {
    if (place_ == Place::kMetadata) return AddMetadata(value);
    if (place_ != Place::kTensor || field_ != "dtype") return Unexpected(Quote(value));
    const auto type =
        std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeName& known) { return value == known.name; });
    if (type == std::end(kTypes)) {
      return Fail(
          absl::StrCat("dtype: want one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL, got ", Quote(value)));
    }
    entry_.dtype = type->dtype;
    return true;
  }

  bool start_object(size_t) override {
    if (place_ == Place::kStart) return Enter(Place::kTop);
    if (place_ != Place::kTop) return Unexpected("an object");
    return Enter(name_ == "__metadata__" ? Place::kMetadata : Place::kTensor);
  }

  bool key(string_t& key) override {
    if (place_ == Place::kTop) return AddName(key);
    field_ = key;
    if (place_ == Place::kTensor && key != "dtype" && key != "shape" && key != "data_offsets") {
      return Fail(absl::StrCat("want dtype, shape and data_offsets, got ", Quote(key)));
    }
    return fields_.insert(key).second || Fail(absl::StrCat("want ", Quote(key), " once, got it twice"));
  }

  bool end_object() override {
    const bool sound = place_ != Place::kTensor || AddEntry();
    place_ = place_ == Place::kTop ? Place::kEnd : Place::kTop;
    fields_.clear();
    return sound;
  }

  bool start_array(size_t) override {
    if (place_ == Place::kTensor && field_ == "shape") return Enter(Place::kShape);
    if (place_ == Place::kTensor && field_ == "data_offsets") return Enter(Place::kOffsets);
    return Unexpected("an array");
  }

  bool end_array() override { return Enter(Place::kTensor); }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    error_ = absl::StrCat("the header is no JSON from byte ", position, " on");
    return false;
  }

 private:
  enum class Place { kStart, kTop, kMetadata, kTensor, kShape, kOffsets, kEnd };

  bool Enter(Place place) {
    place_ = place;
    return true;
  }

  bool Fail(const std::string& what) {
    const bool in_entry = place_ != Place::kStart && place_ != Place::kTop;
    error_ = !in_entry                 ? what
             : name_ == "__metadata__" ? absl::StrCat("__metadata__: ", what)
                                       : absl::StrCat("tensor ", Quote(name_), ": ", what);
    return false;
  }

  bool Unexpected(const std::string& got) {
    switch (place_) {
      case Place::kStart:
      case Place::kEnd:
        return Fail(absl::StrCat("the header: want a JSON object, got ", got));
      case Place::kTop:
        return Fail(absl::StrCat(Quote(name_), ": want an object, got ", got));
      case Place::kMetadata:
        return Fail(absl::StrCat(Quote(field_), ": want a string, got ", got));
      case Place::kShape:
        return Fail(absl::StrCat("shape: want sizes of at least 0 that a file can have, got ", got));
      case Place::kOffsets:
        return Fail(absl::StrCat("data_offsets: want offsets of at least 0, got ", got));
      case Place::kTensor:
        break;
    }
    return Fail(absl::StrCat(field_, ": want ", field_ == "dtype" ? "a string" : "an array", ", got ", got));
  }

  bool AddName(const std::string& name) {
    name_ = name;
    entry_ = {};
    offsets_.clear();
    if (header_.entries.size() == kMostTensors) return Fail("want at most 65536 tensors, got more");
    const bool twice = name == "__metadata__" ? std::exchange(metadata_seen_, true) : header_.entries.count(name) > 0;
    return !twice || Fail(absl::StrCat("want ", Quote(name), " once, got it twice"));
  }

  bool AddMetadata(const std::string& value) {
    header_.metadata[field_] = value;
    return true;
  }

  bool AddEntry() {
    for (const char* field : {"dtype", "shape", "data_offsets"}) {
      if (fields_.count(field) == 0) return Fail(absl::StrCat(field, ": want it, got none"));
    }
    if (offsets_.size() != 2) return Fail(absl::StrCat("data_offsets: want two offsets, got ", offsets_.size()));
    if (offsets_[0] > offsets_[1] || offsets_[1] > data_bytes_) {
      return Fail(absl::StrCat("data_offsets: want them ascending and within the file's ", data_bytes_,
                               " bytes of data, got ", offsets_[0], " and ", offsets_[1]));
    }
    // An extent of 0 must not hide the overflow of the others: libtorch multiplies them too.
    uint64_t bytes = c10::elementSize(entry_.dtype);
    bool empty = false;
    for (int64_t extent : entry_.shape) {
      empty = empty || extent == 0;
      if (extent > 0 && (__builtin_mul_overflow(bytes, static_cast<uint64_t>(extent), &bytes) ||
                         bytes > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))) {
        return Fail(absl::StrCat("shape: want sizes of at least 0 that a file can have, got [",
                                 absl::StrJoin(entry_.shape, ", "), "]"));
      }
    }
    entry_.begin = offsets_[0];
    entry_.bytes = offsets_[1] - offsets_[0];
    if (entry_.bytes != (empty ? 0 : bytes)) {
      return Fail(absl::StrCat("data_offsets: want the ", empty ? 0 : bytes, " bytes that its shape [",
                               absl::StrJoin(entry_.shape, ", "), "] takes, got ", entry_.bytes));
    }
    header_.entries.emplace(name_, std::move(entry_));
    return true;
  }

  const uint64_t data_bytes_;
  Place place_ = Place::kStart;
  std::string name_, field_, error_;
  std::set<std::string> fields_;  // Seen in the object at hand.
  bool metadata_seen_ = false;
  SafetensorsEntry entry_;
  std::vector<uint64_t> offsets_;
  SafetensorsHeader header_;
};

absl::Status CheckNoGaps(const SafetensorsHeader& header, uint64_t data_bytes) {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const auto& [name, entry] : header.entries) ranges.emplace_back(entry.begin, entry.begin + entry.bytes);
  std::sort(ranges.begin(), ranges.end());
  uint64_t next = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin != next) {
      return absl::DataLossError(absl::StrCat(begin < next ? "tensors overlap" : "there is a gap before the tensor",
                                              " at byte ", begin, " of the data"));
    }
    next = end;
  }
  if (next == data_bytes) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("want ", next, " bytes of data as the header says, got ", data_bytes));
}

}  // namespace

const char* SafetensorsTypeName(c10::ScalarType dtype) {
  for (const TypeName& type : kTypes) {
    if (type.dtype == dtype) return type.name;
  }
  return nullptr;
}

absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(absl::string_view text, uint64_t data_bytes) {
  if (HasStringOver(text, kLongestString)) return absl::DataLossError("the header has a string of over 1 MiB");
  // The parser skips a byte order mark, which the format's own reader refuses.
  if (absl::StartsWith(text, "\xef\xbb\xbf")) return absl::DataLossError("the header begins with a byte order mark");
  // The parser takes NUL for the end of the text.
  if (absl::StrContains(text, '\0')) return absl::DataLossError("the header is no JSON: it has a NUL");
  HeaderReader reader(data_bytes);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &reader)) return absl::DataLossError(reader.error());
  RETORT_RETURN_IF_ERROR(CheckNoGaps(reader.header(), data_bytes));
  return std::move(reader.header());
}

}  // namespace retort
