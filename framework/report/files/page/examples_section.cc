#include "framework/report/files/page/examples_section.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "framework/base/terminal/columns.h"
#include "framework/report/analysis/example_gains.h"
#include "framework/report/files/page/html_escape.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMostOfEither = 20;
constexpr int kMostCharacters = 400;  // Of a text.

double Rounded(double value) { return std::strtod(absl::StrFormat("%.4g", value).c_str(), nullptr); }

// What gains most, and then what loses most; examples that do neither are left out. The order of the file among equals.
std::vector<ExampleGain> Extremes(const MetricSpec& metric, std::vector<ExampleGain> gains, size_t of_either) {
  std::stable_sort(gains.begin(), gains.end(),
                   [&](const ExampleGain& a, const ExampleGain& b) { return Gain(metric, a) > Gain(metric, b); });
  std::vector<ExampleGain> extremes;
  for (auto gain = gains.begin(); gain != gains.end() && extremes.size() < of_either; ++gain) {
    if (Gain(metric, *gain) > 0) extremes.push_back(*gain);
  }
  const size_t most = extremes.size() + of_either;
  for (auto gain = gains.rbegin(); gain != gains.rend() && extremes.size() < most; ++gain) {
    if (Gain(metric, *gain) < 0) extremes.push_back(*gain);
  }
  return extremes;
}

// The examples of one column, each text once.
class ColumnData {
 public:
  ColumnData(const SweepResult& result, const Analysis& analysis, size_t column, size_t of_either)
      : texts_(*TextsOf(result, analysis, column)), spec_(analysis.columns[column].metric) {
    for (const VariantAnalysis& variant : analysis.variants) {
      if (variant.is_base) continue;
      AddVariant(variant.name, Extremes(spec_, GainsOf(result, analysis, variant.name, column), of_either));
    }
    json_["title"] = analysis.columns[column].title;
    json_["unit"] = spec_.unit.value;
    json_["variants"] = std::move(variants_);
    json_["texts"] = std::move(shown_);
  }

  bool empty() const { return places_.empty(); }
  const Json& json() const { return json_; }

 private:
  void AddVariant(const std::string& name, const std::vector<ExampleGain>& examples) {
    Json rows = Json::array();
    for (const ExampleGain& example : examples) {
      rows.push_back({PlaceOf(example.example), Rounded(spec_.unit.scale * example.base),
                      Rounded(spec_.unit.scale * example.variant), Rounded(spec_.unit.scale * Gain(spec_, example))});
    }
    if (!rows.empty()) variants_.push_back({{"name", name}, {"rows", std::move(rows)}});
  }

  size_t PlaceOf(size_t example) {
    const auto [entry, is_new] = places_.emplace(example, places_.size());
    if (is_new) {
      const ExampleText& text = texts_[example];
      shown_.push_back({text.id, Truncate(text.text, kMostCharacters), Truncate(text.answer, kMostCharacters)});
    }
    return entry->second;
  }

  const std::vector<ExampleText>& texts_;
  const MetricSpec& spec_;
  std::map<size_t, size_t> places_;  // Of examples, in shown_.
  Json variants_ = Json::array(), shown_ = Json::array(), json_;
};

std::string Data(const SweepResult& result, const Analysis& analysis, size_t of_either) {
  Json columns = Json::array();
  for (const size_t column : ColumnsWithTexts(result, analysis)) {
    const ColumnData data(result, analysis, column, of_either);
    if (!data.empty()) columns.push_back(data.json());
  }
  if (columns.empty()) return "";
  return absl::StrReplaceAll(columns.dump(-1, ' ', false, Json::error_handler_t::replace), {{"<", "\\u003c"}});
}

}  // namespace

std::string ExamplesSection(const SweepResult& result, const Analysis& analysis, size_t most_bytes) {
  size_t of_either = kMostOfEither;
  std::string data = Data(result, analysis, of_either);
  while (data.size() > most_bytes && of_either > 1) data = Data(result, analysis, of_either /= 2);
  if (data.empty() || data.size() > most_bytes) return "";
  return absl::StrCat(
      "<section>\n<h2>Examples</h2>\n<p class=\"note\">The held-out examples on which a variant gains and loses most "
      "against ",
      EscapeHtml(analysis.base), ", at most ", of_either, " of either kind, ", kMostCharacters,
      " characters of a text; means over the seeds that both have. They are the extremes, not a sample; all numbers "
      "are "
      "in per_example.tsv.</p>\n<noscript><p class=\"note\">Showing them needs JavaScript.</p></noscript>\n"
      "<div class=\"scripted\" id=\"examples\"></div>\n<script type=\"application/json\" id=\"examples-data\">",
      data, "</script>\n</section>\n");
}

}  // namespace retort
