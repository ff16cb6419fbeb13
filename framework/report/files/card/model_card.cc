#include "framework/report/files/card/model_card.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "framework/base/status_macros.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/format.h"
#include "framework/report/analysis/wording.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

// A string of JSON is one of YAML.
std::string Quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Cell(const std::string& text) { return absl::StrReplaceAll(text, {{"|", "\\|"}, {"\n", " "}}); }

// "bert-base-uncased", "google-bert/bert-base-uncased": whether the hub may have a model of this name.
bool MayBeOnHub(const std::string& path) {
  const auto is_plain = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("-_./", absl::string_view(&c, 1));
  };
  return !path.empty() && path.front() != '.' && path.front() != '/' && path.back() != '/' &&
         std::count(path.begin(), path.end(), '/') <= 1 && std::all_of(path.begin(), path.end(), is_plain);
}

class Card {
 public:
  Card(const SweepResult& result, const Analysis& analysis, const StudentFacts& student)
      : result_(result), analysis_(analysis), student_(student), variant_(Find()) {}

  std::string Render() const {
    return absl::StrCat(FrontMatter(), "\n# ", Title(), "\n\n", Introduction(), Training(), Metrics(), Licence(),
                        Provenance());
  }

 private:
  const VariantAnalysis* Find() const {
    for (const VariantAnalysis& variant : analysis_.variants) {
      if (variant.name == student_.variant) return &variant;
    }
    return nullptr;
  }

  std::string Title() const {
    return absl::StrCat(result_.name, ": ", student_.variant, ", seed ", student_.seed,
                        student_.stage.empty() ? "" : absl::StrCat(", ", student_.stage));
  }

  bool HasTeacher() const { return student_.teacher != "none"; }

  // "`data/teachers/mini`", "`a_tune`, trained in this experiment from `data/teachers/mini`"
  std::string Teacher() const {
    const std::string name = absl::StrCat("`", student_.teacher, "`");
    if (!student_.teacher_trained_here) return name;
    const std::string& from = student_.teacher_begun_as;
    return absl::StrCat(name, ", trained in this experiment", from.empty() ? "" : absl::StrCat(" from `", from, "`"));
  }

  // The model that is there without the experiment, or "none".
  std::string BaseModel() const {
    if (!student_.teacher_trained_here) return student_.teacher;
    return student_.teacher_begun_as.empty() ? "none" : student_.teacher_begun_as;
  }

  // Whether this student, and no other one of the variant, has the column's value.
  bool IsMeasured(const MetricColumn& column) const {
    if (column.average_of.empty()) return student_.evaluations.count(column.stage) > 0;
    return std::all_of(analysis_.columns.begin(), analysis_.columns.end(), [&](const MetricColumn& part) {
      const std::vector<std::string>& parts = column.average_of;
      const bool is_part = part.average_of.empty() && std::count(parts.begin(), parts.end(), part.metric.name) > 0;
      return !is_part || IsMeasured(part);
    });
  }

  std::optional<double> Value(size_t column) const {
    if (variant_ == nullptr || !IsMeasured(analysis_.columns[column])) return std::nullopt;
    const auto value = variant_->metrics[column].by_seed.find(student_.seed);
    return value == variant_->metrics[column].by_seed.end() ? std::nullopt : std::make_optional(value->second);
  }

  std::string FrontMatter() const {
    const bool on_hub = MayBeOnHub(BaseModel()) && BaseModel() != "none";
    return absl::StrCat("---\nlibrary_name: transformers\n", on_hub ? "" : "# ", "base_model: ", Quoted(BaseModel()),
                        on_hub ? "" : "  # its name on the hub, if it has one",
                        "\n# license:  # follows from those below\ntags:\n- distillation\n- retort\n", ModelIndex(),
                        "---\n");
  }

  std::string ModelIndex() const {
    std::string results;
    for (size_t c = 0; c < analysis_.columns.size(); ++c) {
      const MetricColumn& column = analysis_.columns[c];
      const std::optional<double> value = Value(c);
      if (!value || !std::isfinite(*value)) continue;
      const std::string data = column.stage.empty() ? "all tasks" : absl::StrCat(column.stage, ", ", column.split);
      absl::StrAppend(&results, "  - task:\n      type: other\n    dataset:\n      name: ", Quoted(data),
                      "\n      type: other\n    metrics:\n    - type: ", Quoted(column.metric.name),
                      "\n      name: ", Quoted(column.title), "\n      value: ", ExactNumber(*value), "\n");
    }
    return results.empty() ? "" : absl::StrCat("model-index:\n- name: ", Quoted(Title()), "\n  results:\n", results);
  }

  std::string Introduction() const {
    std::string text = absl::StrCat("A student of the sweep `", result_.name, "`, distilled with retort");
    if (HasTeacher()) absl::StrAppend(&text, " from ", Teacher());
    absl::StrAppend(&text, ".", Sizes());
    if (variant_ != nullptr && !variant_->change.empty()) {
      absl::StrAppend(&text, " Against `", analysis_.base, "`:\n\n```\n", variant_->change, "\n```");
    }
    return absl::StrCat(text,
                        "\n\n```python\nfrom transformers import AutoModel, AutoTokenizer\n\nmodel = "
                        "AutoModel.from_pretrained(\"THIS_FOLDER\")\ntokenizer = "
                        "AutoTokenizer.from_pretrained(\"THIS_FOLDER\")\n```\n\n");
  }

  std::string Sizes() const {
    if (student_.parameters == 0) return "";
    const double parameters = static_cast<double>(student_.parameters);
    const double compression = static_cast<double>(student_.teacher_parameters) / parameters;
    return absl::StrCat(
        " It has ", FormatCount(parameters), " parameters",
        compression > 0 ? absl::StrCat(", ", FormatFixed(compression, 1), " times fewer than its teacher") : "", ".");
  }

  std::string Training() const {
    return absl::StrCat("## Training\n\n- ", absl::StrJoin(student_.training, "\n- "), "\n\n");
  }

  std::string Metrics() const {
    std::string rows;
    for (size_t c = 0; c < analysis_.columns.size(); ++c) {
      const std::optional<double> value = Value(c);
      if (value) absl::StrAppend(&rows, MetricRow(c, *value));
    }
    if (rows.empty()) return "";
    return absl::StrCat("## Results\n\n| metric | this model | mean ± sd over seeds | difference to ",
                        Cell(analysis_.base), " (95 % interval) |\n| --- | ---: | ---: | ---: |\n", rows, "\n");
  }

  std::string MetricRow(size_t c, double value) const {
    const MetricColumn& column = analysis_.columns[c];
    const VariantMetric& metric = variant_->metrics[c];
    const int decimals = DecimalsIn(analysis_, c, *metric.summary);
    const std::string& unit = column.metric.unit.value;
    return absl::StrCat("| ", Cell(column.title), unit.empty() ? "" : absl::StrCat(", ", unit), " | ",
                        FormatFixed(column.metric.unit.scale * value, decimals), " | ",
                        FormatMean(analysis_, c, *metric.summary), " | ",
                        metric.difference ? FormatShortDifference(column.metric, *metric.difference) : "–", " |\n");
  }

  std::string Licence() const {
    std::string text =
        "## Data and licence\n\nThe licence follows from those of the teacher and of the data, which "
        "retort does not know:\n\n";
    if (HasTeacher()) absl::StrAppend(&text, "- teacher: ", Teacher(), "\n");
    for (const std::string& data : student_.data) absl::StrAppend(&text, "- ", data, "\n");
    return text;
  }

  std::string Provenance() const {
    std::string text = "\n## How it was made\n\n";
    const RunRecord& run = result_.run;
    if (!run.command.empty()) absl::StrAppend(&text, "- command: `", run.command, "`\n");
    if (!run.date.empty()) absl::StrAppend(&text, "- date: ", run.date, "\n");
    for (const auto& [name, value] : result_.environment) absl::StrAppend(&text, "- ", name, ": ", value, "\n");
    return text;
  }

  const SweepResult& result_;
  const Analysis& analysis_;
  const StudentFacts& student_;
  const VariantAnalysis* const variant_;
};

}  // namespace

absl::StatusOr<std::vector<std::string>> RenderModelCards(const SweepResult& result,
                                                          const std::vector<StudentFacts>& students) {
  RETORT_ASSIGN_OR_RETURN(const Analysis analysis, Analyse(result));
  std::vector<std::string> cards;
  for (const StudentFacts& student : students) cards.push_back(Card(result, analysis, student).Render());
  return cards;
}

}  // namespace retort
