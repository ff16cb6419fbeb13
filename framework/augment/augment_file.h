#ifndef RETORT_FRAMEWORK_AUGMENT_AUGMENT_FILE_H_
#define RETORT_FRAMEWORK_AUGMENT_AUGMENT_FILE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "framework/augment/augmenter.h"
#include "framework/data/examples/task_reader.h"

namespace retort {

// How a long augmentation is watched and stopped.
struct AugmentationHooks {
  // Called after each block with the examples done, those of an earlier run included, and all; may be empty.
  std::function<void(int64_t done, int64_t all)> progress = {};
  // Stops the work after the block it is at once it is set; may be null.
  const std::atomic<bool>* stop = nullptr;
  // Examples of a block, > 0. A partial file is to be completed with the same number.
  int64_t block_examples = 32;
};

// Writes the rows of Augmenter::Augment as lines of JSON, those of an example one after the other:
//
//   {"example":17,"id":"17.3","first":"a text","second":"another","label":"1","score":2.5}
//
// "example" is its number from 0; "second", "label" and "score" are there where the example has them. Texts are not
// changed but for bytes that are no UTF-8.
//
// Works in blocks of examples, whose lines reach "<path>.partial" as soon as they are made; at the end it takes the
// name `path`, in the place of what was there. If a partial file is there, work goes on behind its last whole block,
// and the bytes are those of a run without interruption: a torn end is cut off, the first line of each example that it
// holds is compared with the example, and the last block is made again and compared, with the one before it if it is
// torn. Memory depends on a block alone. One process at a time per path.
//
// Returns how many examples were augmented: fewer than all where an earlier run had begun.
//
// Errors: those of Augment and of files (a full disk), with what was done kept in the partial file; Cancelled if
// stopped, which says so; FailedPrecondition for a partial file that was made of other examples, another model or
// other options.
absl::StatusOr<int64_t> AugmentToFile(absl::Span<const TaskExample> examples, const Augmenter& augmenter,
                                      const std::string& path, const AugmentationHooks& hooks = {});

// Reads such a file. Errors: those of files; InvalidArgument, "FILE:LINE: ", for a line that is not as above.
absl::StatusOr<TaskExamples> ReadAugmented(const std::string& path);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_AUGMENT_AUGMENT_FILE_H_
