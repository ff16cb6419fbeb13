#ifndef RETORT_FRAMEWORK_CONFIG_VARIANTS_DIFFERENCE_H_
#define RETORT_FRAMEWORK_CONFIG_VARIANTS_DIFFERENCE_H_

#include <string>
#include <vector>

#include "framework/config/sweep.pb.h"
#include "framework/registry/plugin_catalogue.h"

namespace retort {

// A field that two experiments have otherwise, with the path that --set would take.
struct FieldDifference {
  std::string path;           // "stage.distil.loss.ce.weight"
  std::string before, after;  // Values in one line; "absent" of a field that is not set, empty of an item of a list.
};

// The fields that differ between `a` and `b`, in the order of the schema.
std::vector<FieldDifference> FieldDifferences(const Experiment& a, const Experiment& b,
                                              const PluginCatalogue& catalogue = PluginCatalogue::Global());

// What changes from `a` to `b`: one line per field, with the path that --set would take, empty if they are equal.
//   stage.distil.loss.ce.weight: 5 -> 0
//   stage.distil.loss.cos: removed
//   student.init: layer_copy { mapping { top { } } } -> random_normal { }
std::string DescribeDifference(const Experiment& a, const Experiment& b,
                               const PluginCatalogue& catalogue = PluginCatalogue::Global());

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_VARIANTS_DIFFERENCE_H_
