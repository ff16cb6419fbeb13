// Accuracy, F1, Matthews' correlation, cross-entropy, Pearson's and Spearman's correlation and squared error against
// what scikit-learn and SciPy computed of the same predictions (make_goldens.py), with and without each example.

#include <fstream>
#include <string>
#include <vector>

#include "ATen/ops/tensor.h"
#include "framework/eval/scores/jackknife.h"
#include "glog/logging.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "plugins/evaluation/classification/classification.h"
#include "plugins/evaluation/regression/regression.h"

namespace retort {
namespace {

using Json = nlohmann::json;

constexpr double kTolerance = 1e-12;

Json Goldens(const char* kind) {
  std::ifstream file("tests/golden/task_metrics/goldens.json");
  const Json json = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  CHECK(!json.is_discarded()) << "goldens.json";
  return json.at(kind);
}

at::Tensor Logits(const Json& rows) {
  std::vector<double> values;
  for (const Json& row : rows) {
    for (const Json& value : row) values.push_back(value.get<double>());
  }
  return at::tensor(values, at::kDouble).view({static_cast<int64_t>(rows.size()), -1});
}

void ExpectMean(const MetricScores& scores, const std::string& metric, const Json& wanted) {
  EXPECT_NEAR(scores.at(metric).Mean(), wanted.get<double>(), kTolerance) << metric;
}

// Jackknife values multiply what rounding there is by the number of examples.
void ExpectValues(const MetricScores& scores, const std::string& metric, const Json& all, const Json& without_each) {
  const std::vector<double> wanted = JackknifeValues(all.get<double>(), without_each.get<std::vector<double>>());
  const std::vector<double>& values = scores.at(metric).sum;
  ASSERT_EQ(values.size(), wanted.size()) << metric;
  for (size_t e = 0; e < values.size(); ++e) {
    EXPECT_NEAR(values[e], wanted[e], kTolerance * static_cast<double>(values.size())) << metric << " " << e;
  }
}

TEST(TaskMetricsGolden, Classification) {
  const Json goldens = Goldens("classification");
  for (const auto& [name, golden] : goldens.items()) {
    SCOPED_TRACE(name);
    const auto labels = golden.at("labels").get<std::vector<int64_t>>();
    const at::Tensor logits = Logits(golden.at("logits"));
    const int64_t last = logits.size(1) - 1;
    for (int64_t of_class = 0; of_class <= last; ++of_class) {
      ExpectMean(ClassificationScores(labels, logits, of_class), "classification/f1", golden.at("f1")[of_class]);
    }
    const MetricScores scores = ClassificationScores(labels, logits, last);
    ExpectMean(scores, "classification/accuracy", golden.at("accuracy"));
    ExpectMean(scores, "classification/macro_f1", golden.at("macro_f1"));
    ExpectMean(scores, "classification/matthews", golden.at("matthews"));
    ExpectMean(scores, "classification/cross_entropy", golden.at("cross_entropy"));
    const Json& without_each = golden.at("without_each");
    ExpectValues(scores, "classification/f1", golden.at("f1")[last], without_each.at("f1"));
    ExpectValues(scores, "classification/macro_f1", golden.at("macro_f1"), without_each.at("macro_f1"));
    ExpectValues(scores, "classification/matthews", golden.at("matthews"), without_each.at("matthews"));
  }
}

TEST(TaskMetricsGolden, Regression) {
  const Json goldens = Goldens("regression");
  for (const auto& [name, golden] : goldens.items()) {
    SCOPED_TRACE(name);
    const auto wanted = golden.at("scores").get<std::vector<double>>();
    const auto predictions = golden.at("predictions").get<std::vector<double>>();
    const MetricScores scores = RegressionScores(wanted, predictions);
    ExpectMean(scores, "regression/pearson", golden.at("pearson"));
    ExpectMean(scores, "regression/spearman", golden.at("spearman"));
    const double error = golden.at("mean_squared_error").get<double>();
    EXPECT_NEAR(scores.at("regression/mean_squared_error").Mean(), error, kTolerance * (1 + error));
    const Json& without_each = golden.at("without_each");
    ExpectValues(scores, "regression/pearson", golden.at("pearson"), without_each.at("pearson"));
    ExpectValues(scores, "regression/spearman", golden.at("spearman"), without_each.at("spearman"));
  }
}

}  // namespace
}  // namespace retort
