#include <cuda_runtime.h>

#include "framework/sweep/show/card_name.h"

namespace retort {

std::string CardName(int index) {
  cudaDeviceProp properties = {};
  return cudaGetDeviceProperties(&properties, index) == cudaSuccess ? properties.name : "";
}

}  // namespace retort
