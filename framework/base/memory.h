#ifndef RETORT_FRAMEWORK_BASE_MEMORY_H_
#define RETORT_FRAMEWORK_BASE_MEMORY_H_

namespace retort {

// Keeps freed memory for later allocations instead of giving it back to the system, that of libtorch's tensors on the
// host in blocks (framework/base/kept_blocks.h), all other in the C library: a training step allocates the same large
// tensors again and again, and fresh pages cost more than the arithmetic on them. To be called once, at the start of a
// program that trains.
void KeepFreedMemory();

// Gives all of it back that is kept. Between one stage's work and another's, which allocate other sizes. Thread-safe.
void GiveBackFreedMemory();

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_MEMORY_H_
