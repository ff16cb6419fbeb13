#include "tools/bench/measure/memory_use.h"

#include <sys/resource.h>

#include <algorithm>

#include "c10/core/CachingDeviceAllocator.h"

namespace retort::bench {

double MostMemory(c10::Device device) {
  if (device.is_cpu()) {
    rusage usage = {};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;  // In KiB on Linux.
  }
  const auto index = std::max<c10::DeviceIndex>(device.index(), 0);
  const auto& bytes = c10::getDeviceAllocator(device.type())->getDeviceStats(index).allocated_bytes;
  return static_cast<double>(bytes[static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE)].peak);
}

}  // namespace retort::bench
