#ifndef RETORT_FRAMEWORK_REPORT_ANALYSIS_GRID_H_
#define RETORT_FRAMEWORK_REPORT_ANALYSIS_GRID_H_

#include <cstddef>
#include <string>
#include <vector>

namespace retort {

// One setting of a grid (Sweep.grid): "lr" with its points "1e-4" and "5e-4", in the order in which variants have them.
struct SettingAxis {
  std::string name;
  std::vector<std::string> values;
};

// A variant of a grid.
struct GridPoint {
  size_t variant = 0;          // Its place among the names.
  std::vector<size_t> values;  // One per axis, a place in SettingAxis.values.
};

// The variants of a sweep that are points of a grid over several settings.
struct SettingGrid {
  std::vector<SettingAxis> axes;  // At least two, or none: there is no such grid.
  std::vector<GridPoint> points;  // In the order of the names.

  bool empty() const { return points.empty(); }
};

// Reads names as grids give them, "lr=1e-4,temp=2". Names of other variants, and points of other axes than the first
// one has, are left out; so are axes of one value. Pure function.
SettingGrid FindGrid(const std::vector<std::string>& variant_names);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_ANALYSIS_GRID_H_
