#ifndef RETORT_FRAMEWORK_SWEEP_COMPLETION_H_
#define RETORT_FRAMEWORK_SWEEP_COMPLETION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Completion of the sweep program's command line in shells.

namespace retort {

// A script that bash or zsh sources, after which it asks the program `sweep` (with --complete) what may stand where the
// user types, and offers files where the program knows nothing. InvalidArgument for another shell.
absl::StatusOr<std::string> CompletionScript(absl::string_view shell);

// What may stand in the place of the word that was begun, from the program's flags ("--device=", "--list") and their
// values ("--device=cpu"), and from the sweep: paths after --set=, variants after --only=. Empty where nothing was
// begun, where nothing fits, or where the sweep cannot be read.
std::vector<std::string> CompleteWord(absl::string_view word, const std::string& sweep_file,
                                      const std::vector<std::string>& flags);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_COMPLETION_H_
