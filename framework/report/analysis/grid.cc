#include "framework/report/analysis/grid.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace retort {
namespace {

using NamedValues = std::vector<std::pair<std::string, std::string>>;  // Axis, value.

// Empty if it is no name of a grid's point.
NamedValues ParseName(const std::string& name) {
  NamedValues values;
  for (const absl::string_view part : absl::StrSplit(name, ',')) {
    const std::pair<std::string, std::string> value = absl::StrSplit(part, absl::MaxSplits('=', 1));
    if (value.first.empty() || value.second.empty()) return {};
    values.push_back(value);
  }
  return values;
}

bool HasAxes(const NamedValues& values, const std::vector<SettingAxis>& axes) {
  return std::equal(values.begin(), values.end(), axes.begin(), axes.end(),
                    [](const auto& value, const SettingAxis& axis) { return value.first == axis.name; });
}

size_t PlaceOf(const std::string& value, std::vector<std::string>* values) {
  const auto found = std::find(values->begin(), values->end(), value);
  if (found != values->end()) return found - values->begin();
  values->push_back(value);
  return values->size() - 1;
}

void DropAxis(size_t axis, SettingGrid* grid) {
  grid->axes.erase(grid->axes.begin() + static_cast<std::ptrdiff_t>(axis));
  for (GridPoint& point : grid->points) point.values.erase(point.values.begin() + static_cast<std::ptrdiff_t>(axis));
}

}  // namespace

SettingGrid FindGrid(const std::vector<std::string>& variant_names) {
  SettingGrid grid;
  for (size_t v = 0; v < variant_names.size(); ++v) {
    const NamedValues values = ParseName(variant_names[v]);
    if (values.empty()) continue;
    if (grid.axes.empty()) {
      for (const auto& [axis, value] : values) grid.axes.push_back({axis, {}});
    }
    if (!HasAxes(values, grid.axes)) continue;
    GridPoint point{v, {}};
    for (size_t a = 0; a < values.size(); ++a) {
      point.values.push_back(PlaceOf(values[a].second, &grid.axes[a].values));
    }
    grid.points.push_back(std::move(point));
  }
  for (size_t axis = grid.axes.size(); axis-- > 0;) {
    if (grid.axes[axis].values.size() < 2) DropAxis(axis, &grid);
  }
  return grid.axes.size() < 2 ? SettingGrid() : grid;
}

}  // namespace retort
