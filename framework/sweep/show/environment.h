#ifndef RETORT_FRAMEWORK_SWEEP_SHOW_ENVIRONMENT_H_
#define RETORT_FRAMEWORK_SWEEP_SHOW_ENVIRONMENT_H_

#include <map>
#include <string>

#include "c10/core/Device.h"

namespace retort {

// What a result depends on beside its configuration: processor, instruction set, threads, device, libtorch, sources,
// and the commit that the program was linked at, where it is known.
std::map<std::string, std::string> DescribeEnvironment(c10::Device device);

// What decides the bits of a computation beside what is computed: "threads 2, AVX2, libtorch 2.11.0, products by MKL",
// on a GPU "cuda:0 NVIDIA H100 80GB HBM3" in the place of the products' library, and with the settings of the libraries
// that are set.
std::string DescribeComputation(c10::Device device);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_SHOW_ENVIRONMENT_H_
