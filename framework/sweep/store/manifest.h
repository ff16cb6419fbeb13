#ifndef RETORT_FRAMEWORK_SWEEP_STORE_MANIFEST_H_
#define RETORT_FRAMEWORK_SWEEP_STORE_MANIFEST_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// The files that a stored result stands for, with what they held when it was stored.

namespace retort {

// XXH3 (64 bits) of files as 16 hexadecimal digits, by their paths below a folder: "model/config.json".
using Manifest = std::map<std::string, std::string>;

// Hashes those of the files, and all files of those of the folders, that are there. `names` are below `folder`. Files
// are read in pieces. Errors: those of files, with the path.
absl::StatusOr<Manifest> MakeManifest(const std::string& folder, const std::vector<std::string>& names);

// DataLoss that names the first file that is gone, or that does not hold what it held.
absl::Status CheckManifest(const std::string& folder, const Manifest& manifest);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_STORE_MANIFEST_H_
