#include "framework/sweep/tune/tune_point.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/report/analysis/format.h"

namespace retort {
namespace {

// Every point with every value of one field; the points themselves if there is none.
template <typename Values, typename Value>
std::vector<TunePoint> With(const std::vector<TunePoint>& points, const Values& values,
                            std::optional<Value> TunePoint::*field) {
  if (values.empty()) return points;
  std::vector<TunePoint> longer;
  for (const TunePoint& point : points) {
    for (const Value value : values) {
      longer.push_back(point);
      longer.back().*field = value;
    }
  }
  return longer;
}

}  // namespace

std::string TunePoint::Text() const {
  std::vector<std::string> parts;
  if (learning_rate) parts.push_back(absl::StrCat("learning_rate=", ExactNumber(*learning_rate)));
  if (sequences) parts.push_back(absl::StrCat("sequences=", *sequences));
  if (epochs) parts.push_back(absl::StrCat("epochs=", ExactNumber(*epochs)));
  return absl::StrJoin(parts, ",");
}

void TunePoint::Apply(Stage* stage) const {
  if (learning_rate) stage->mutable_adamw()->set_learning_rate(*learning_rate);
  if (sequences) stage->mutable_batch()->set_sequences(*sequences);
  if (epochs) stage->mutable_budget()->set_epochs(*epochs);
}

std::vector<TunePoint> TunePoints(const Tune& tune) {
  std::vector<TunePoint> points = {TunePoint()};
  points = With(points, tune.learning_rate(), &TunePoint::learning_rate);
  points = With(points, tune.sequences(), &TunePoint::sequences);
  return With(points, tune.epochs(), &TunePoint::epochs);
}

}  // namespace retort
