#ifndef RETORT_FRAMEWORK_OPS_VECTOR_MATH_HOST_DEVICE_H_
#define RETORT_FRAMEWORK_OPS_VECTOR_MATH_HOST_DEVICE_H_

// Marks a function that nvcc compiles for the host and for the device.
#ifdef __CUDACC__
#define RETORT_HOST_DEVICE __host__ __device__
#else
#define RETORT_HOST_DEVICE
#endif

#endif  // RETORT_FRAMEWORK_OPS_VECTOR_MATH_HOST_DEVICE_H_
