#include "tools/bench/measure/products.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <utility>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/rand.h"
#include "ATen/record_function.h"
#include "absl/strings/string_view.h"
#include "framework/ops/matmul/matmul.h"
#include "glog/logging.h"
#include "tools/bench/measure/phase_clock.h"

namespace retort::bench {
namespace {

using Clock = std::chrono::steady_clock;

// A product is computed at least this often, and for this long, at a time.
constexpr int kLeastRuns = 2;
constexpr double kLeastSeconds = 0.005;

ProductLog* logging = nullptr;

// Where the first factor stands among an operation's inputs; -1: it is no product.
int FirstFactor(absl::string_view operation) {
  if (operation == ops::kOneDnnLinear) return 0;
  if (operation == "aten::mm" || operation == "aten::bmm") return 0;
  for (const absl::string_view name : {"aten::addmm", "aten::addmm_", "aten::baddbmm", "aten::baddbmm_"}) {
    if (operation == name) return 1;
  }
  return -1;
}

Factor FactorOf(const at::Tensor& x) { return {x.sizes().vec(), x.strides().vec(), x.scalar_type()}; }

at::Tensor RandomFactor(const Factor& factor, c10::Device device) {
  int64_t extent = 1;
  for (size_t i = 0; i < factor.sizes.size(); ++i) extent += (factor.sizes[i] - 1) * factor.strides[i];
  const at::TensorOptions options = at::TensorOptions().dtype(factor.type).device(device);
  return at::rand({extent}, options).as_strided(factor.sizes, factor.strides);
}

// The best of some runs of a way to compute a product.
template <typename Multiply>
double BestSeconds(c10::Device device, const Multiply& multiply) {
  double best = std::numeric_limits<double>::infinity(), sum = 0;
  for (int run = 0; run < kLeastRuns || sum < kLeastSeconds; ++run) {
    WaitFor(device);
    const Clock::time_point start = Clock::now();
    multiply();
    WaitFor(device);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::min(best, seconds);
    sum += seconds;
  }
  return best;
}

// Of the library that libtorch asks, and of that which retort asks for its layers.
double BestSeconds(const Product& product, c10::Device device) {
  const at::Tensor left = RandomFactor(product.left, device), right = RandomFactor(product.right, device);
  std::vector<int64_t> shape = product.left.sizes;
  shape.back() = product.right.sizes.back();
  at::Tensor out = at::empty(shape, left.options());
  const double libtorch = BestSeconds(device, [&] { at::matmul_out(out, left, right); });
  return std::min(libtorch, BestSeconds(device, [&] { ops::MatMul(left, right); }));
}

}  // namespace

double Product::Flops() const {
  double flops = 2 * static_cast<double>(right.sizes.back());
  for (const int64_t size : left.sizes) flops *= static_cast<double>(size);
  return flops;
}

// What libtorch calls at the beginning of an operation.
struct ProductLog::Callbacks {
  static std::unique_ptr<at::ObserverContext> Begin(const at::RecordFunction& operation) {
    const int first = FirstFactor(operation.name());
    if (first < 0) return nullptr;
    const auto inputs = operation.inputs();
    const at::Tensor right = inputs[first + 1].toTensor();
    const bool transposed = operation.name() == absl::string_view(ops::kOneDnnLinear);
    const at::Tensor left = inputs[first].toTensor();
    const Product product = {FactorOf(left), FactorOf(transposed ? right.t() : right)};
    if (product.Flops() == 0) return nullptr;
    const std::lock_guard<std::mutex> lock(logging->mutex_);
    ++logging->counts_[product];
    return nullptr;
  }
};

ProductLog::ProductLog() {
  CHECK(logging == nullptr) << "products are counted already";
  logging = this;
  handle_ = at::addGlobalCallback(
      at::RecordFunctionCallback(Callbacks::Begin).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
}

ProductLog::~ProductLog() {
  at::removeCallback(handle_);
  logging = nullptr;
}

ProductCounts ProductLog::counts() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return counts_;
}

ProductTimer::ProductTimer(ProductCounts counts, c10::Device device) : counts_(std::move(counts)), device_(device) {}

void ProductTimer::Run() {
  const at::NoGradGuard no_grad;
  for (const auto& [product, count] : counts_) {
    const double seconds = BestSeconds(product, device_);
    const auto [known, is_new] = seconds_.emplace(product, seconds);
    if (!is_new) known->second = std::min(known->second, seconds);
  }
}

double ProductTimer::FlopsPerSecond() const {
  CHECK(!seconds_.empty());
  double flops = 0, seconds = 0;
  for (const auto& [product, count] : counts_) {
    flops += static_cast<double>(count) * product.Flops();
    seconds += static_cast<double>(count) * seconds_.at(product);
  }
  return flops / seconds;
}

}  // namespace retort::bench
