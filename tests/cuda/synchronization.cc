#include "tests/cuda/synchronization.h"

namespace retort {

ForbidSynchronization::ForbidSynchronization() = default;

ForbidSynchronization::~ForbidSynchronization() = default;

}  // namespace retort
