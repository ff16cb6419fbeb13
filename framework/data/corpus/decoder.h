#ifndef RETORT_FRAMEWORK_DATA_CORPUS_DECODER_H_
#define RETORT_FRAMEWORK_DATA_CORPUS_DECODER_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "framework/base/input/container.h"
#include "framework/base/input/input_file.h"
#include "framework/data/corpus/unpacked_file.h"
#include "xxhash.h"

namespace retort {

// A file's bytes, hashed as they are read.
class HashedInput {
 public:
  static absl::StatusOr<HashedInput> Open(const std::string& path);

  // As InputFile::Read.
  absl::StatusOr<size_t> Read(char* bytes, size_t most);

  // The first bytes, at most `most`, which Read will still give.
  absl::StatusOr<absl::string_view> Peek(size_t most);

  FileHash hash() const;
  const InputFile& file() const { return file_; }

 private:
  struct FreeHash {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };

  explicit HashedInput(InputFile file);

  InputFile file_;
  std::unique_ptr<XXH3_state_t, FreeHash> state_;
  std::string ahead_;  // Peeked at, and not read yet.
};

// How packed bytes become text.
class UnpackedFile::Decoder {
 public:
  explicit Decoder(HashedInput input) : input_(std::move(input)) {}
  virtual ~Decoder() = default;

  // Puts at most `most` > 0 bytes of text at `bytes`, and says how many: 0 at the end, when all of the input was read.
  // Errors: those of the input; DataLoss, without the path, for damage.
  virtual absl::StatusOr<size_t> Read(char* bytes, size_t most) = 0;

  const HashedInput& input() const { return input_; }

 protected:
  HashedInput input_;
};

std::unique_ptr<UnpackedFile::Decoder> MakeDecoder(Packing packing, HashedInput input);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_CORPUS_DECODER_H_
