#ifndef RETORT_FRAMEWORK_BASE_SIDE_BY_SIDE_H_
#define RETORT_FRAMEWORK_BASE_SIDE_BY_SIDE_H_

#include <cstddef>
#include <functional>

namespace retort {

// Calls work(0) ... work(count - 1), `threads` of them at a time. With one thread they follow each other, and each has
// all of libtorch's threads to compute with. With more, whatever one of them asks of libtorch, MKL or oneDNN runs on
// its own thread alone: their bits are those of a computation with one thread, whatever `threads` and `count` are, one
// included. `work` is called on several threads at once; thread-local settings of libtorch, such as whether gradients
// are recorded, are not the caller's there, but the default ones. An exception of one is thrown when all have ended.
void SideBySide(int threads, size_t count, const std::function<void(size_t)>& work);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_SIDE_BY_SIDE_H_
