// Bytes as a tokenizer.json: an error or a tokenizer that encodes and decodes, within bounded memory.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/sequences/encode_sequence.h"
#include "framework/text/tokenizer.h"
#include "framework/text/tokenizer_json/tokenizer_json.h"
#include "glog/logging.h"
#include "tests/fuzz/fuzzer.h"

namespace retort::fuzz {

bool Accepts(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<std::unique_ptr<Tokenizer>> tokenizer = ParseTokenizerJson(text, "fuzz");
  if (!tokenizer.ok()) {
    CHECK(!tokenizer.status().message().empty());
    return false;
  }
  const std::unique_ptr<Tokenizer::Scratch> scratch = (*tokenizer)->NewScratch();
  constexpr absl::string_view kText = "Caf\u00e9 aab 's  12 \u4e2d<mask> [MASK]!\n";
  for (const absl::string_view encoded : {kText, text.substr(0, 1000)}) {
    const auto sequence = EncodeSequence(**tokenizer, encoded, encoded, {}, scratch.get());
    if (!sequence.ok()) continue;
    CHECK_EQ(sequence->ids.size(), sequence->types.size());
    for (const int32_t id : sequence->ids) CHECK(id >= 0 && id < (*tokenizer)->vocabulary_size()) << id;
    (*tokenizer)->Decode(sequence->ids);
    (*tokenizer)->Decode(sequence->ids, {/*skip_special=*/true, /*clean_up=*/true});
  }
  return true;
}

}  // namespace retort::fuzz
