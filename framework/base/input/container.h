#ifndef RETORT_FRAMEWORK_BASE_INPUT_CONTAINER_H_
#define RETORT_FRAMEWORK_BASE_INPUT_CONTAINER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace retort {

// How the bytes of a file are packed, as far as it is read.
enum class Packing { kNone, kGzip, kXz, kZstd };

// Told from the file's first bytes, not its name.
Packing PackingOf(absl::string_view head);

// As many of a file's first bytes as the functions here look at.
inline constexpr size_t kContainerHeadBytes = 512;

// Whether a file that begins with `head`, its first kContainerHeadBytes or all it has, may be plain text. Errors:
// InvalidArgument for an archive, a file packed in a way that is not read, or another well-known binary file, with its
// name and a way out.
absl::Status CheckNoContainer(absl::string_view head);

// Whether a file that is read as it lies on the disk, and that begins with `head`, as above, may be plain text. Errors:
// those of CheckNoContainer, also for a packed file.
absl::Status CheckPlain(absl::string_view head);

// Whether a file named `path` that is packed as told may be what its name says. Errors: DataLoss for one whose name
// ends in .gz, .xz or .zst and whose bytes are not packed, for example since its first ones are gone.
absl::Status CheckName(absl::string_view path, Packing packing);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_INPUT_CONTAINER_H_
