#include "plugins/evaluation/classification/class_counts.h"

#include <cmath>

namespace retort {

ClassCounts::ClassCounts(int64_t classes)
    : classes_(classes), label_(classes + 1), told_(classes + 1), both_(classes + 1) {}

void ClassCounts::Add(int64_t label, int64_t told, int64_t times) {
  label_[label] += times;
  told_[told == kNoClass ? classes_ : told] += times;
  if (label == told) both_[label] += times;
}

double ClassCounts::F1(int64_t of_class) const {
  const int64_t either = label_[of_class] + told_[of_class];
  return either == 0 ? 0 : 2 * static_cast<double>(both_[of_class]) / static_cast<double>(either);
}

double ClassCounts::MacroF1() const {
  double sum = 0, present = 0;
  for (int64_t k = 0; k < classes_; ++k) {
    if (label_[k] + told_[k] == 0) continue;
    sum += F1(k);
    ++present;
  }
  return present == 0 ? 0 : sum / present;
}

double ClassCounts::Matthews() const {
  double examples = 0, right = 0, products = 0, squares_told = 0, squares_label = 0;
  for (int64_t k = 0; k <= classes_; ++k) {
    const auto label = static_cast<double>(label_[k]), told = static_cast<double>(told_[k]);
    examples += label;
    right += static_cast<double>(both_[k]);
    products += label * told;
    squares_told += told * told;
    squares_label += label * label;
  }
  const double n2 = examples * examples;
  const double spread = (n2 - squares_told) * (n2 - squares_label);
  return spread == 0 ? 0 : (right * examples - products) / std::sqrt(spread);
}

}  // namespace retort
