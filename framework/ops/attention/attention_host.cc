#include "framework/ops/attention/attention_host.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <type_traits>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/ops/empty_like.h"
#include "ATen/ops/zeros_like.h"
#include "c10/core/Allocator.h"
#include "c10/core/CPUAllocator.h"
#include "framework/ops/convert_row/convert_row.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/dropout/keep_bits.h"
#include "framework/ops/dropout/keep_scales.h"
#include "framework/ops/product/product.h"
#include "framework/ops/vector_math/vector_math.h"
#include "glog/logging.h"

namespace retort::ops {
namespace {

constexpr int64_t kBlock = 64;  // Queries whose weights are in memory at once.

// p = softmax(scale · scores), in place.
template <typename F>
RETORT_INLINE void SoftmaxRow(int64_t n, F scale, F* row) {
  const F max = Max(row, n);
  for (int64_t i = 0; i < n; ++i) row[i] = Exp((row[i] - max) * scale);
  const F inverse = static_cast<F>(1 / Sum<F>(n, [&](int64_t i) { return row[i]; }));
  for (int64_t i = 0; i < n; ++i) row[i] *= inverse;
}

// Calls use(begin, count, scales) for the keys of one query in blocks: keep of those from `begin` on.
template <typename Use>
RETORT_INLINE void ForEachKeepBlock(const KeepStream& stream, uint32_t position, const KeepRate& rate, int64_t n,
                                    const Use& use) {
  float scales[kKeepBlock];
  for (int64_t begin = 0; begin < n; begin += kKeepBlock) {
    KeepScales(stream, position, static_cast<uint32_t>(begin / kKeepBlock), rate, scales);
    use(begin, std::min<int64_t>(kKeepBlock, n - begin), scales);
  }
}

// p · keep, in place.
template <typename F>
RETORT_INLINE void DropKeys(const KeepStream& stream, uint32_t position, const KeepRate& rate, int64_t n, F* p) {
  ForEachKeepBlock(stream, position, rate, n, [&](int64_t begin, int64_t count, const float* scales) {
    for (int64_t i = 0; i < count; ++i) p[begin + i] *= static_cast<F>(scales[i]);
  });
}

// dropped = p · keep, and g · keep in place: the draws, which take longer than all else here, are made once for both.
template <typename F>
RETORT_INLINE void DropKeysAndGradient(const KeepStream& stream, uint32_t position, const KeepRate& rate, const F* p,
                                       int64_t n, F* dropped, F* g) {
  ForEachKeepBlock(stream, position, rate, n, [&](int64_t begin, int64_t count, const float* scales) {
    for (int64_t i = 0; i < count; ++i) dropped[begin + i] = p[begin + i] * static_cast<F>(scales[i]);
    for (int64_t i = 0; i < count; ++i) g[begin + i] *= static_cast<F>(scales[i]);
  });
}

// From g = ∂/∂(p · keep) · keep to ∂/∂scores = scale · p · (g - Σ p · g), in place.
template <typename F>
RETORT_INLINE void SoftmaxGradientRow(const F* p, int64_t n, F scale, F* g) {
  const F inner = static_cast<F>(Sum<F>(n, [&](int64_t i) { return p[i] * g[i]; }));
  for (int64_t i = 0; i < n; ++i) g[i] = scale * p[i] * (g[i] - inner);
}

#define RETORT_ROW_KERNELS(F, MULTIVERSION)                                                                           \
  MULTIVERSION void RunSoftmaxRow(int64_t n, F scale, F* row) { SoftmaxRow(n, scale, row); }                          \
  MULTIVERSION void RunDropKeys(const KeepStream& stream, uint32_t position, const KeepRate& rate, int64_t n, F* p) { \
    DropKeys(stream, position, rate, n, p);                                                                           \
  }                                                                                                                   \
  MULTIVERSION void RunDropKeysAndGradient(const KeepStream& stream, uint32_t position, const KeepRate& rate,         \
                                           const F* p, int64_t n, F* dropped, F* g) {                                 \
    DropKeysAndGradient(stream, position, rate, p, n, dropped, g);                                                    \
  }                                                                                                                   \
  MULTIVERSION void RunSoftmaxGradientRow(const F* p, int64_t n, F scale, F* g) { SoftmaxGradientRow(p, n, scale, g); }
RETORT_ROW_KERNELS(float, RETORT_MULTIVERSION)
RETORT_ROW_KERNELS(double, )
#undef RETORT_ROW_KERNELS

// Uninitialised memory that begins where a tensor's would: the bits of BLAS, where it computes products, may depend on
// that.
template <typename F>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(int64_t size) : memory_(c10::GetCPUAllocator()->allocate(size * sizeof(F))) {}
  F* data() const { return static_cast<F*>(memory_.get()); }

 private:
  c10::DataPtr memory_;
};

// One head of one sequence: its rows, of which the first `keys` are real.
struct HeadPlace {
  int64_t first, rows, keys, sequence, head;
};

// What all heads share.
struct Pass {
  Pass(const at::Tensor& query, const Packing& packing, const AttentionOptions& options)
      : options(options),
        positions(packing.positions),
        stride(query.size(1)),
        width(stride / options.heads),
        scale(1 / std::sqrt(static_cast<double>(width))),
        keep(options.rate) {
    int64_t first = 0;
    for (size_t b = 0; b < packing.lengths.size(); ++b) {
      const int64_t keys = packing.lengths[b], rows = packing.rows.defined() ? keys : positions;
      for (int64_t a = 0; a < options.heads; ++a) places.push_back({first, rows, keys, static_cast<int64_t>(b), a});
      longest = std::max(longest, rows);
      first += rows;
    }
    CHECK_EQ(first, query.size(0));
  }

  bool drops() const { return keep.threshold != 0; }
  KeepStream Stream(const HeadPlace& place) const {
    return StreamOf(options.site, options.site.sample_ids.const_data_ptr<int64_t>()[place.sequence]);
  }

  const AttentionOptions& options;
  int64_t positions, stride, width;
  double scale;
  KeepRate keep;
  int64_t longest = 0;
  std::vector<HeadPlace> places;
};

// The rows of one head in the work type: in place, or in a copy where the tensor has another type.
template <typename T>
class HeadValues {
 public:
  using F = WorkType<T>;

  HeadValues(const Pass& pass, const HeadPlace& place, const at::Tensor& tensor)
      : data_(static_cast<T*>(const_cast<void*>(tensor.const_data_ptr())) + place.first * pass.stride +
              place.head * pass.width),
        stride_(pass.stride),
        width_(pass.width),
        rows_(place.rows) {
    if constexpr (!std::is_same_v<T, F>) {
      copy_ = Buffer<F>(rows_ * width_);
      for (int64_t i = 0; i < rows_; ++i) ConvertRow(data_ + i * stride_, width_, copy_.data() + i * width_);
    }
  }

  // The rows from this one on.
  Matrix<F> From(int64_t row) {
    if constexpr (std::is_same_v<T, F>) {
      return {data_ + row * stride_, stride_};
    } else {
      return {copy_.data() + row * width_, width_};
    }
  }

  // All rows, transposed: [d, rows]. The copy is made once.
  Matrix<F> Transposed() {
    if (transposed_.data() == nullptr) {
      transposed_ = Buffer<F>(rows_ * width_);
      Transpose(From(0), rows_, width_, {transposed_.data(), rows_});
    }
    return {transposed_.data(), rows_};
  }

  // Writes a copy back.
  void Store() {
    if constexpr (!std::is_same_v<T, F>) {
      for (int64_t i = 0; i < rows_; ++i) ConvertRow(copy_.data() + i * width_, width_, data_ + i * stride_);
    }
  }

 private:
  T* data_;
  int64_t stride_, width_, rows_;
  Buffer<F> copy_, transposed_;
};

// Some queries of a head, [begin, begin + count), and the keys that one of them sees: the first ones.
struct Block {
  int64_t begin, count, keys;
};

// One thread's work, and its memory for the weights of a block, [count, keys].
template <typename T>
class Worker {
 public:
  using F = WorkType<T>;
  using Rows = HeadValues<T>;

  explicit Worker(const Pass& pass) : pass_(pass) {
    for (Buffer<F>& weights : weights_) weights = Buffer<F>(kBlock * pass.longest);
  }

  void Forward(const HeadPlace& place, const std::array<at::Tensor, 3>& inputs, const at::Tensor& output) {
    Rows query(pass_, place, inputs[0]), key(pass_, place, inputs[1]), value(pass_, place, inputs[2]);
    Rows out(pass_, place, output);
    ForEachBlock(place, [&](const Block& block) {
      const Matrix<F> p = Weights(block, place, &query, &key);
      if (pass_.drops()) {
        ForEachDraw(block, place, [&](const KeepStream& stream, uint32_t position, int64_t i) {
          RunDropKeys(stream, position, pass_.keep, block.keys, p.Row(i));
        });
      }
      Multiply(p, value.From(0), {block.count, pass_.width, block.keys}, out.From(block.begin));
    });
    out.Store();
  }

  // inputs: query, key, value; the gradients of key and value are added to.
  void Backward(const HeadPlace& place, const std::array<at::Tensor, 3>& inputs, const at::Tensor& out_gradient,
                const std::array<at::Tensor, 3>& gradients) {
    Rows query(pass_, place, inputs[0]), key(pass_, place, inputs[1]), value(pass_, place, inputs[2]);
    Rows out_g(pass_, place, out_gradient);
    Rows query_g(pass_, place, gradients[0]), key_g(pass_, place, gradients[1]), value_g(pass_, place, gradients[2]);
    ForEachBlock(place, [&](const Block& block) {
      const Matrix<F> p = Weights(block, place, &query, &key);
      const Matrix<F> g = {weights_[1].data(), block.keys};
      const Matrix<F> dropped = pass_.drops() ? Matrix<F>{weights_[2].data(), block.keys} : p;
      Multiply(out_g.From(block.begin), value.Transposed(), {block.count, block.keys, pass_.width}, g);
      if (pass_.drops()) {
        ForEachDraw(block, place, [&](const KeepStream& stream, uint32_t position, int64_t i) {
          RunDropKeysAndGradient(stream, position, pass_.keep, p.Row(i), block.keys, dropped.Row(i), g.Row(i));
        });
      }
      for (int64_t i = 0; i < block.count; ++i) {
        const int64_t seen = Seen(place, block.begin + i);
        RunSoftmaxGradientRow(p.Row(i), seen, static_cast<F>(pass_.scale), g.Row(i));
        std::fill(g.Row(i) + seen, g.Row(i) + block.keys, F{0});
      }
      Multiply(g, key.From(0), {block.count, pass_.width, block.keys}, query_g.From(block.begin));
      const ProductSize sums{block.keys, pass_.width, block.count};
      AddTransposedProduct(g, query.From(block.begin), sums, key_g.From(0));
      AddTransposedProduct(dropped, out_g.From(block.begin), sums, value_g.From(0));
    });
    for (Rows* rows : {&query_g, &key_g, &value_g}) rows->Store();
  }

 private:
  // The number of keys that a query sees.
  int64_t Seen(const HeadPlace& place, int64_t query) const {
    return pass_.options.causal ? std::min(place.keys, query + 1) : place.keys;
  }

  template <typename Visit>
  void ForEachBlock(const HeadPlace& place, const Visit& visit) const {
    for (int64_t begin = 0; begin < place.rows; begin += kBlock) {
      const int64_t count = std::min(kBlock, place.rows - begin);
      visit(Block{begin, count, Seen(place, begin + count - 1)});
    }
  }

  // softmax(Q Kᵀ / √d), 0 for keys that are not seen.
  Matrix<F> Weights(const Block& block, const HeadPlace& place, Rows* query, Rows* key) {
    const Matrix<F> p = {weights_[0].data(), block.keys};
    Multiply(query->From(block.begin), key->Transposed(), {block.count, block.keys, pass_.width}, p);
    for (int64_t i = 0; i < block.count; ++i) {
      const int64_t seen = Seen(place, block.begin + i);
      RunSoftmaxRow(seen, static_cast<F>(pass_.scale), p.Row(i));
      std::fill(p.Row(i) + seen, p.Row(i) + block.keys, F{0});
    }
    return p;
  }

  // Calls visit(stream, position, i) for the queries of a block: where the draws for the keys of its row i begin.
  template <typename Visit>
  void ForEachDraw(const Block& block, const HeadPlace& place, const Visit& visit) const {
    const KeepStream stream = pass_.Stream(place);
    for (int64_t i = 0; i < block.count; ++i) {
      visit(stream, static_cast<uint32_t>(place.head * pass_.positions + block.begin + i), i);
    }
  }

  const Pass& pass_;
  std::array<Buffer<F>, 3> weights_;
};

// Calls work(worker, place) for all heads of all sequences on all threads.
template <typename T, typename Work>
void ForEachHead(const Pass& pass, const Work& work) {
  std::atomic<size_t> next = 0;
  at::parallel_for(0, at::get_num_threads(), 1, [&](int64_t, int64_t) {
    Worker<T> worker(pass);
    for (size_t i = next++; i < pass.places.size(); i = next++) work(&worker, pass.places[i]);
  });
}

}  // namespace

at::Tensor AttentionOnHost(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                           const Packing& packing, const AttentionOptions& options) {
  const Pass pass(query, packing, options);
  const std::array<at::Tensor, 3> inputs = {query, key, value};
  const at::Tensor out = at::empty_like(query);
  DispatchFloats(query.scalar_type(), [&](auto type) {
    ForEachHead<decltype(type)>(pass,
                                [&](auto* worker, const HeadPlace& place) { worker->Forward(place, inputs, out); });
  });
  return out;
}

AttentionGradients AttentionGradientsOnHost(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                                            const Packing& packing, const AttentionOptions& options,
                                            const at::Tensor& gradient) {
  const Pass pass(query, packing, options);
  const std::array<at::Tensor, 3> inputs = {query, key, value};
  const std::array<at::Tensor, 3> gradients = {at::empty_like(query), at::zeros_like(key), at::zeros_like(value)};
  DispatchFloats(query.scalar_type(), [&](auto type) {
    ForEachHead<decltype(type)>(
        pass, [&](auto* worker, const HeadPlace& place) { worker->Backward(place, inputs, gradient, gradients); });
  });
  return {gradients[0], gradients[1], gradients[2]};
}

}  // namespace retort::ops
