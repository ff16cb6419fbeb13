#include "tools/bench/measure/products.h"

#include "ATen/ops/addmm.h"
#include "ATen/ops/linear.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/zeros.h"
#include "gtest/gtest.h"

namespace retort::bench {
namespace {

double FlopsOf(const ProductCounts& counts) {
  double flops = 0;
  for (const auto& [product, count] : counts) flops += static_cast<double>(count) * product.Flops();
  return flops;
}

TEST(ProductsTest, CountsProductsOfAllKindsOnce) {
  const at::Tensor x = at::zeros({4, 3, 8}), weight = at::zeros({5, 8}), bias = at::zeros({5});
  ProductCounts counts;
  {
    ProductLog log;
    at::linear(x, weight, bias);                                   // 2 · 12 · 8 · 5 = 960
    at::linear(x, weight, bias);                                   // 960
    at::matmul(x, x.transpose(1, 2));                              // 2 · 4 · 3 · 8 · 3 = 576
    at::zeros({3, 3}).addmm_(x.select(0, 0), x.select(0, 0).t());  // 2 · 3 · 8 · 3 = 144
    x.add(1);                                                      // none
    counts = log.counts();
  }
  EXPECT_EQ(FlopsOf(counts), 960 + 960 + 576 + 144);
  EXPECT_EQ(counts.size(), 3) << "the same product twice is one";
  at::linear(x, weight, bias);
  EXPECT_EQ(FlopsOf(counts), 960 + 960 + 576 + 144) << "the log has ended";
}

TEST(ProductsTest, FlopsAreTwoPerMultiplication) {
  const Product product = {{{2, 3, 4}, {12, 4, 1}, c10::ScalarType::Float}, {{2, 4, 5}, {20, 5, 1}}};
  EXPECT_EQ(product.Flops(), 2 * 2 * 3 * 4 * 5);
}

TEST(ProductsTest, TimesEachInItsLayoutAndType) {
  const Product matrices = {{{64, 32}, {1, 64}, c10::ScalarType::BFloat16},
                            {{32, 48}, {48, 1}, c10::ScalarType::BFloat16}};
  const Product batches = {{{2, 8, 16}, {0, 16, 1}}, {{2, 16, 4}, {64, 4, 1}}};
  ProductCounts counts;
  counts[matrices] = 3;
  counts[batches] = 1;
  ProductTimer timer(counts, c10::Device(c10::DeviceType::CPU));
  timer.Run();
  const double first = timer.FlopsPerSecond();
  EXPECT_GT(first, 0);
  timer.Run();
  EXPECT_GE(timer.FlopsPerSecond(), first) << "best times get no worse";
}

}  // namespace
}  // namespace retort::bench
