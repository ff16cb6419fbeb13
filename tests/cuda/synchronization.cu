#include "c10/cuda/CUDAFunctions.h"
#include "tests/cuda/synchronization.h"

namespace retort {
namespace {

void Set(c10::cuda::SyncDebugMode mode) { c10::cuda::warning_state().set_sync_debug_mode(mode); }

}  // namespace

ForbidSynchronization::ForbidSynchronization() { Set(c10::cuda::SyncDebugMode::L_ERROR); }

ForbidSynchronization::~ForbidSynchronization() { Set(c10::cuda::SyncDebugMode::L_DISABLED); }

}  // namespace retort
