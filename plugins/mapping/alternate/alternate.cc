#include "plugins/mapping/alternate/alternate.h"

#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace retort {
namespace {

RETORT_REGISTER_LAYER_MAPPING(AlternateMapping, AlternateConfig);

// Teacher layers by (L_t, L_s), from LAYERS_TO_COPY of Hugging Face's seq2seq-distillation, counted from 1. What even
// spacing gives anyway is left out.
const std::map<std::pair<int, int>, std::vector<int>>& PublishedLayers() {
  static const auto* layers = new std::map<std::pair<int, int>, std::vector<int>>{
      {{6, 3}, {1, 3, 6}},
      {{6, 4}, {1, 2, 4, 6}},
      {{12, 2}, {1, 7}},
      {{12, 4}, {1, 5, 9, 12}},
      {{12, 6}, {1, 3, 5, 8, 10, 12}},
      {{12, 9}, {1, 2, 3, 5, 6, 8, 10, 11, 12}},
      {{16, 8}, {1, 3, 5, 7, 9, 11, 13, 16}},
      {{16, 9}, {1, 2, 4, 6, 8, 10, 12, 14, 16}},
      {{16, 12}, {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16}},
  };
  return *layers;
}

std::vector<int> AlternateLayers(int teacher_layers, int student_layers) {
  auto published = PublishedLayers().find({teacher_layers, student_layers});
  if (published != PublishedLayers().end()) return published->second;
  std::vector<int> layers = {1};
  for (int m = 1; m < student_layers; ++m) {
    const int gaps = student_layers - 1;
    layers.push_back(1 + (2 * m * (teacher_layers - 1) + gaps) / (2 * gaps));
  }
  return layers;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LayerMapper>> AlternateMapping::Create(const AlternateConfig&,
                                                                      const LayerMappingContext&) {
  return std::make_unique<AlternateMapping>();
}

absl::StatusOr<std::vector<LayerPair>> AlternateMapping::Map(int teacher_layers, int student_layers) const {
  if (teacher_layers < student_layers) {
    return absl::InvalidArgumentError(absl::StrCat("alternate: want a student of at most the teacher's ",
                                                   teacher_layers, " layers, got ", student_layers));
  }
  const std::vector<int> layers = AlternateLayers(teacher_layers, student_layers);
  std::vector<LayerPair> pairs;
  for (int m = 1; m <= student_layers; ++m) pairs.push_back({m, layers[m - 1], 1});
  return pairs;
}

}  // namespace retort
