#include "framework/ops/embedding/embedding.h"

#include <algorithm>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/ops/_sparse_coo_tensor_unsafe.h"
#include "ATen/ops/embedding.h"
#include "ATen/ops/empty.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/convert_row/convert_row.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/vector_math/vector_math.h"
#include "torch/csrc/autograd/custom_function.h"

namespace retort::ops {
namespace {

constexpr int64_t kNone = -1;

// Where a row of the table is read.
struct Place {
  int64_t id, place;
};

// The places of ids but `frozen`, by id and then by place.
std::vector<Place> SortedPlaces(const at::Tensor& ids, int64_t frozen) {
  const int64_t* values = ids.const_data_ptr<int64_t>();
  std::vector<Place> places;
  places.reserve(ids.numel());
  for (int64_t i = 0; i < ids.numel(); ++i) {
    if (values[i] != frozen) places.push_back({values[i], i});
  }
  std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.id < b.id; });
  return places;
}

// Where each id's places begin, and where the last one's end.
std::vector<int64_t> Groups(const std::vector<Place>& places) {
  std::vector<int64_t> begins;
  for (size_t i = 0; i < places.size(); ++i) {
    if (i == 0 || places[i].id != places[i - 1].id) begins.push_back(static_cast<int64_t>(i));
  }
  begins.push_back(static_cast<int64_t>(places.size()));
  return begins;
}

template <typename F>
RETORT_INLINE void Add(int64_t n, const F* __restrict row, F* __restrict sum) {
  for (int64_t i = 0; i < n; ++i) sum[i] += row[i];
}

RETORT_MULTIVERSION void AddRow(int64_t n, const float* row, float* sum) { Add(n, row, sum); }

void AddRow(int64_t n, const double* row, double* sum) { Add(n, row, sum); }

void AddRow(int64_t n, const c10::BFloat16* row, float* sum) {
  thread_local std::vector<float> values;
  values.resize(n);
  ConvertRow(row, n, values.data());
  AddRow(n, values.data(), sum);
}

// values(g) = Σ gradient(place) over the places of group g.
template <typename T>
void SumGroups(const at::Tensor& gradient, const std::vector<Place>& places, const std::vector<int64_t>& begins,
               at::Tensor* values) {
  using F = WorkType<T>;
  const int64_t n = gradient.size(-1);
  const T* from = gradient.const_data_ptr<T>();
  T* to = values->data_ptr<T>();
  at::parallel_for(0, values->size(0), 16, [&](int64_t begin, int64_t end) {
    std::vector<F> sum(n);
    for (int64_t group = begin; group < end; ++group) {
      std::fill(sum.begin(), sum.end(), F{0});
      for (int64_t i = begins[group]; i < begins[group + 1]; ++i) AddRow(n, from + places[i].place * n, sum.data());
      ConvertRow(sum.data(), n, to + group * n);
    }
  });
}

// The gradient of a table [rows, H].
at::Tensor TableGradient(const at::Tensor& gradient, const at::Tensor& ids, int64_t rows, int64_t frozen) {
  const std::vector<Place> places = SortedPlaces(ids, frozen);
  const std::vector<int64_t> begins = Groups(places);
  const auto groups = static_cast<int64_t>(begins.size()) - 1;
  at::Tensor indices = at::empty({1, groups}, at::kLong),
             values = at::empty({groups, gradient.size(-1)}, gradient.options());
  for (int64_t group = 0; group < groups; ++group) indices.data_ptr<int64_t>()[group] = places[begins[group]].id;
  DispatchFloats(gradient.scalar_type(),
                 [&](auto type) { SumGroups<decltype(type)>(gradient, places, begins, &values); });
  return at::_sparse_coo_tensor_unsafe(indices, values, {rows, gradient.size(-1)}, values.options().layout(at::kSparse),
                                       /*is_coalesced=*/true);
}

class HostFunction : public torch::autograd::Function<HostFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& table, const at::Tensor& ids,
                            int64_t frozen) {
    context->saved_data["ids"] = ids;
    context->saved_data["rows"] = table.size(0);
    context->saved_data["frozen"] = frozen;
    return at::embedding(table, ids);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    auto& saved = context->saved_data;
    return {TableGradient(gradients[0].contiguous(), saved["ids"].toTensor(), saved["rows"].toInt(),
                          saved["frozen"].toInt()),
            {},
            {}};
  }
};

}  // namespace

at::Tensor Embedding(const at::Tensor& table, const at::Tensor& ids, std::optional<int64_t> frozen) {
  if (!table.device().is_cpu()) return at::embedding(table, ids, frozen.value_or(kNone));
  return HostFunction::apply(table, ids.contiguous(), frozen.value_or(kNone));
}

}  // namespace retort::ops
