#ifndef RETORT_FRAMEWORK_SWEEP_SESSION_H_
#define RETORT_FRAMEWORK_SWEEP_SESSION_H_

#include <atomic>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "c10/core/Device.h"

namespace retort {

// What a program that runs sweeps is asked to do; its flags say the same.
struct SessionOptions {
  std::string sweep_file;
  std::vector<std::string> assignments;  // "stage.distil.adamw.learning_rate=1e-4": changes to the base experiment.
  std::string only;                      // Variants, parted by commas, which names of grid points have too; empty: all.
  c10::Device device = c10::Device(at::kCPU);
  int students_at_once = 1;        // Of a cohort, as CohortOptions has it.
  std::string command;             // What the user typed, for the report; empty: not said.
  std::string output_dir;          // Of the report. Empty: runs/<name of the sweep>.
  std::string store;               // Of the stages' results, shared by sweeps. Empty: `store` beside the output folder.
  bool list = false;               // Print the names of the variants, and stop there.
  bool dry_run = false;            // Print the plan, and stop there.
  double checkpoint_seconds = 60;  // Checkpoints at least so often, beside those of checkpoint_steps.
  // What <store>/teacher_cache may take, in 10^9 bytes (framework/sweep/teacher_cache); 0: nothing is added to it.
  double teacher_cache_gb = 0;
  bool inexact_resume = false;              // Go on from checkpoints of other threads, instructions or libraries.
  const std::atomic<bool>* stop = nullptr;  // Set from elsewhere: write checkpoints and return.

  bool looks_only() const { return list || dry_run; }
};

// One command from the sweep's file to its report: reads and expands the file, plans, trains and evaluates what the
// store lacks, and writes the report. Prints the plan, progress and the table on standard output.
//
//   SessionOptions options;
//   options.sweep_file = "experiments/quickstart/quickstart.textproto";
//   absl::StatusOr<bool> all_succeeded = RunSession(options);
//
// Returns whether all variants succeeded. Errors: what is wrong with the sweep, its inputs or the machine; Cancelled if
// `stop` was set, after which the same session goes on from where it was.
absl::StatusOr<bool> RunSession(const SessionOptions& options);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_SESSION_H_
