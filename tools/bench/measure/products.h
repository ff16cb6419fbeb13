#ifndef RETORT_TOOLS_BENCH_MEASURE_PRODUCTS_H_
#define RETORT_TOOLS_BENCH_MEASURE_PRODUCTS_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include "c10/core/Device.h"
#include "c10/core/ScalarType.h"

// How fast the matrix products of a step are by themselves: what the step as a whole cannot exceed.

namespace retort::bench {

// A factor of a product: [m, k], or [batch, m, k].
struct Factor {
  std::vector<int64_t> sizes, strides;
  c10::ScalarType type = c10::ScalarType::Float;

  friend bool operator<(const Factor& a, const Factor& b) {
    return std::tie(a.sizes, a.strides, a.type) < std::tie(b.sizes, b.strides, b.type);
  }
};

// A matrix product as libtorch is asked for it: shapes, layouts and types.
struct Product {
  Factor left, right;

  // Two per multiplication and addition.
  double Flops() const;

  friend bool operator<(const Product& a, const Product& b) {
    return std::tie(a.left, a.right) < std::tie(b.left, b.right);
  }
};

// How often each product is asked for.
using ProductCounts = std::map<Product, int64_t>;

// While it lives, counts the products that libtorch is asked for, on all threads. Kernels that multiply without
// asking it, such as one of attention, are not seen. One at a time in a process.
class ProductLog {
 public:
  ProductLog();
  ~ProductLog();
  ProductLog(const ProductLog&) = delete;
  ProductLog& operator=(const ProductLog&) = delete;

  ProductCounts counts() const;

 private:
  struct Callbacks;

  mutable std::mutex mutex_;
  ProductCounts counts_;
  uint64_t handle_;
};

// Computes the products of a step alone, with random factors, and remembers the best time of each. Not thread-safe.
class ProductTimer {
 public:
  ProductTimer(ProductCounts counts, c10::Device device);

  // Each product some times more. Throws what libtorch throws.
  void Run();

  // FLOP/s of all products of the step if each has its best speed. REQUIRES: Run, and at least one product.
  double FlopsPerSecond() const;

 private:
  const ProductCounts counts_;
  const c10::Device device_;
  std::map<Product, double> seconds_;
};

}  // namespace retort::bench

#endif  // RETORT_TOOLS_BENCH_MEASURE_PRODUCTS_H_
