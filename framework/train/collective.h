#ifndef RETORT_FRAMEWORK_TRAIN_COLLECTIVE_H_
#define RETORT_FRAMEWORK_TRAIN_COLLECTIVE_H_

#include <cstdint>
#include <functional>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"

namespace retort {

// The ranks that compute the steps of one cohort together. Every rank holds all students; of a step of M micro-batches
// it computes those whose index i has i mod size() == rank(), and the step's gradient is
//
//   g = g_0 + g_1 + ... + g_{size-1},   g_r = Σ of the gradients of rank r's micro-batches, ascending,
//
// added from left to right, so that its bits depend on the number of ranks, but never on which of them is faster.
// All ranks then take the same optimiser step. They run the same program on processors of one kind: what each of them
// computes for itself after a sum has to have the same bits on all of them.
//
// All ranks call Sum and Agree in the same order, each from one thread at a time. A call returns when the last rank has
// made it; hence no rank may leave out a call because something failed: it agrees with the others on the error first
// (AgreedStatus). An implementation that loses a rank ends the program.
class Collective {
 public:
  virtual ~Collective() = default;

  virtual int rank() const = 0;  // 0 <= rank() < size().
  virtual int size() const = 0;

  // Replaces a tensor by the sum of the ranks' tensors, in the order of ranks: ((t_0 + t_1) + t_2) + ...
  //
  // Args: tensor: defined, of the same shape, dtype and device type on all ranks; without gradient.
  virtual void Sum(at::Tensor* tensor) = 0;

  // Whether any rank says true. No rank returns before all have called it.
  virtual bool Agree(bool mine) = 0;
};

// The only rank there is: sums and agreements are what it says itself. Never null; thread-safe.
Collective* SoleRank();

// OK if it is on all ranks. Else, on every rank, an error: its own, or Aborted where only others have one.
absl::Status AgreedStatus(Collective* collective, const absl::Status& mine);

// Runs `write` on rank 0 alone: files are written, and training is observed, once. The status is agreed.
absl::Status OnFirstRank(Collective* collective, const std::function<absl::Status()>& write);

// What rank 0 passes, on every rank.
int64_t OfFirstRank(Collective* collective, int64_t mine);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_COLLECTIVE_H_
