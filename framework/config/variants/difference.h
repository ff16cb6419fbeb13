#ifndef RETORT_FRAMEWORK_CONFIG_VARIANTS_DIFFERENCE_H_
#define RETORT_FRAMEWORK_CONFIG_VARIANTS_DIFFERENCE_H_

#include <string>

#include "framework/config/sweep.pb.h"
#include "framework/registry/plugin_catalogue.h"

namespace retort {

// What changes from `a` to `b`: one line per field, with the path that --set would take, empty if they are equal.
//   stage.distil.loss.ce.weight: 5 -> 0
//   stage.distil.loss.cos: removed
//   student.init: layer_copy { mapping { top { } } } -> random_normal { }
std::string DescribeDifference(const Experiment& a, const Experiment& b,
                               const PluginCatalogue& catalogue = PluginCatalogue::Global());

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_VARIANTS_DIFFERENCE_H_
