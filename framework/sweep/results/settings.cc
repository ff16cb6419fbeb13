#include "framework/sweep/results/settings.h"

#include <algorithm>
#include <string>

#include "framework/config/variants/difference.h"

namespace retort {
namespace {

std::string ValueOrAbsent(const std::string& value) { return value.empty() ? "absent" : value; }

}  // namespace

std::vector<Setting> SettingsOf(const Plan& plan) {
  std::vector<std::vector<FieldDifference>> differences;  // By variant.
  for (const ExpandedVariant& variant : plan.sweep.variants) {
    if (plan.Has(variant.name)) {
      differences.push_back(FieldDifferences(plan.base().experiment, variant.experiment));
    }
  }
  std::vector<Setting> settings;
  for (size_t v = 0; v < differences.size(); ++v) {
    for (const FieldDifference& field : differences[v]) {
      auto setting = std::find_if(settings.begin(), settings.end(),
                                  [&](const Setting& other) { return other.path == field.path; });
      if (setting == settings.end()) {
        const std::vector<std::string> of_base(differences.size(), ValueOrAbsent(field.before));
        setting = settings.insert(settings.end(), {field.path, of_base});
      }
      setting->values[v] = ValueOrAbsent(field.after);
    }
  }
  return settings;
}

}  // namespace retort
