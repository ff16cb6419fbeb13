#include "plugins/data/table/table.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/data/examples/task_data.h"
#include "framework/data/task/table_reader.h"

namespace retort {
namespace {

RETORT_REGISTER_TRAINING_DATA(TableData, TableDataConfig);

std::map<std::string, std::string> PathsOf(const TableDataConfig& config) {
  std::map<std::string, std::string> paths = {{kTrainSplit, config.train()},
                                              {kSelectSplit, config.select()},
                                              {kReportSplit, config.report()},
                                              {kTestSplit, config.test()}};
  for (auto path = paths.begin(); path != paths.end();) path = path->second.empty() ? paths.erase(path) : ++path;
  return paths;
}

std::vector<std::string> ColumnsOf(const TableDataConfig& config) {
  std::vector<std::string> columns(config.text().begin(), config.text().end());
  for (const std::string& column : {config.label(), config.score(), config.id()}) {
    if (!column.empty()) columns.push_back(column);
  }
  return columns;
}

std::optional<TableFormat> FormatOf(const TableDataConfig& config, const std::string& path) {
  if (!config.has_format()) return TableFormatOf(path);
  switch (config.format()) {
    case TableDataConfig::CSV:
      return TableFormat::kCsv;
    case TableDataConfig::JSONL:
      return TableFormat::kJsonLines;
    default:
      return TableFormat::kTsv;
  }
}

TaskDataOptions OptionsOf(const TableDataConfig& config) { return {config.length(), config.examples()}; }

void CheckColumns(const std::string& place, const TableDataConfig& config, Problems* problems) {
  problems->Want(config.text_size() == 1 || config.text_size() == 2, place + "text", "1 or 2 columns",
                 config.text_size());
  const bool both = !config.label().empty() && !config.score().empty();
  if (both || (config.label().empty() && config.score().empty())) {
    problems->Add(place + "label",
                  absl::StrCat("want a column for either label or score, got ", both ? "both" : "none"));
  }
  const std::set<std::string> classes(config.classes().begin(), config.classes().end());
  const bool different = static_cast<int>(classes.size()) == config.classes_size() && config.classes_size() != 1;
  problems->Want(different, place + "classes", "2 different names or more, or none at all",
                 absl::StrJoin(config.classes(), ", "));
  if (!config.score().empty() && config.classes_size() > 0) {
    problems->Add(place + "classes", "want none beside score, got some");
  }
}

void CheckFiles(const std::string& place, const TableDataConfig& config, Problems* problems) {
  if (config.train().empty()) problems->Add(place + "train", "want a file to train on, got none");
  for (const auto& [split, path] : PathsOf(config)) {
    problems->Want(FormatOf(config, path).has_value(), place + split,
                   "a name that ends in .tsv, .csv or .jsonl (also .gz, .xz or .zst), or format", path);
  }
}

// Columns of a table without a heading have no names; JSON has them in each row.
void CheckHeading(const std::string& place, const TableDataConfig& config, Problems* problems) {
  if (config.heading() || FormatOf(config, config.train()) == TableFormat::kJsonLines) return;
  const std::vector<std::string> columns = ColumnsOf(config);
  const auto named = std::find_if_not(columns.begin(), columns.end(), IsColumnNumber);
  if (named == columns.end()) return;
  problems->Add(place + "heading", absl::StrCat("want true, or numbers of columns, from 0, got false and ", *named));
}

}  // namespace

std::string TableData::Evaluation(const TableDataConfig& config) {
  return config.score().empty() ? "classification" : "regression";
}

void TableData::FillDefaults(TableDataConfig* config) {
  const std::vector<std::string> columns = ColumnsOf(*config);
  RETORT_DEFAULT(config, heading, !std::all_of(columns.begin(), columns.end(), IsColumnNumber));
  RETORT_DEFAULT(config, length, 128);
  RETORT_DEFAULT(config, examples, 0);
}

void TableData::Check(const std::string& place, const TableDataConfig& config, Problems* problems) {
  CheckFiles(place, config, problems);
  CheckColumns(place, config, problems);
  CheckHeading(place, config, problems);
  CheckTaskDataOptions(place, OptionsOf(config), problems);
}

absl::StatusOr<std::unique_ptr<TrainingData>> TableData::Create(const TableDataConfig& config,
                                                                const TrainingDataContext&) {
  TableFiles files;
  files.paths = PathsOf(config);
  files.columns.texts = {config.text().begin(), config.text().end()};
  files.columns.label = config.label();
  files.columns.score = config.score();
  if (!config.id().empty()) files.columns.id = {config.id()};
  if (config.has_format()) files.format = FormatOf(config, "");
  files.heading = config.heading();
  files.classes = {config.classes().begin(), config.classes().end()};
  return std::make_unique<TaskData>(std::make_unique<TableReader>(std::move(files)), OptionsOf(config),
                                    "table " + config.ShortDebugString());
}

}  // namespace retort
