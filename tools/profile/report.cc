#include "tools/profile/report.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "framework/report/analysis/format.h"
#include "framework/report/files/tables.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;
using Values = std::vector<double>;

constexpr double kLow = 0.05, kHigh = 0.95;

// A number of each round.
Values ByRound(const Series& series, const std::function<double(const Turn&)>& value) {
  Values values;
  for (const Turn& turn : series.rounds) values.push_back(value(turn));
  return values;
}

double SingleSeconds(const Turn& turn) { return std::accumulate(turn.single.begin(), turn.single.end(), 0.0); }
double InOrderSeconds(const Turn& turn) { return turn.in_order; }
double ByLengthSeconds(const Turn& turn) { return turn.by_length; }

double Median(const Values& values) { return Percentile(values, 0.5); }

// A table's rows, one per series, put together from columns.
class SeriesTable {
 public:
  explicit SeriesTable(const Profile& profile) : profile_(profile) {
    table_.columns = {{"model", "", {}}};
    for (const Series& series : profile.series) table_.rows.push_back({{profile.models[series.model].folder, {}}});
    Add("threads", [](const Series& series) { return absl::StrCat(series.threads); });
  }

  void Add(std::string title, const std::function<std::string(const Series&)>& text) {
    table_.columns.push_back({std::move(title), "", {"value"}});
    for (size_t row = 0; row < table_.rows.size(); ++row) table_.rows[row].push_back({text(profile_.series[row]), {}});
  }

  // How many times as fast a model is as the first with the same number of threads.
  void AddSpeedup(double (*seconds)(const Turn&)) {
    Add("times as fast", [&](const Series& series) -> std::string {
      if (series.model == 0) return "1";
      const auto is_first = [&](const Series& other) { return other.model == 0 && other.threads == series.threads; };
      const auto first = std::find_if(profile_.series.begin(), profile_.series.end(), is_first);
      const Speedup speedup = PairedSpeedup(ByRound(*first, seconds), ByRound(series, seconds));
      return absl::StrFormat("%.2f (%.2f to %.2f)", speedup.median, speedup.low, speedup.high);
    });
  }

  std::string Render(int width) const { return RenderText(table_, width); }

 private:
  const Profile& profile_;
  Table table_;
};

std::string RenderSizes(const Profile& profile, int width) {
  Table table;
  table.columns.push_back({"model", "", {}});
  for (const std::string& title :
       {std::string("parameters"), std::string("embeddings"), std::string("encoder"), std::string("heads"),
        std::string("weight files"), absl::StrCat("FLOPs at ", profile.length), std::string("at the mean length")}) {
    table.columns.push_back({title, "", {"value"}});
  }
  for (const ModelFacts& model : profile.models) {
    std::vector<TableCell>& row = table.rows.emplace_back();
    row.push_back({model.folder, {}});
    for (const int64_t count :
         {model.parameters.total(), model.parameters.embeddings, model.parameters.encoder, model.parameters.heads}) {
      row.push_back({FormatCount(static_cast<double>(count)), {}});
    }
    row.push_back({absl::StrCat(FormatCount(static_cast<double>(model.weight_bytes)), "B of ", model.stored_type), {}});
    row.push_back({FormatCount(model.flops), {}});
    row.push_back({absl::StrCat(FormatCount(model.mean_flops), " at ", model.mean_length), {}});
  }
  return RenderText(table, width);
}

std::string Milliseconds(const Series& series, double share) {
  Values all;
  for (const Turn& turn : series.rounds) all.insert(all.end(), turn.single.begin(), turn.single.end());
  return FormatFixed(1e3 * Percentile(std::move(all), share), 2);
}

std::string RenderLatency(const Profile& profile, int width) {
  SeriesTable table(profile);
  table.Add("median, ms", [](const Series& series) { return Milliseconds(series, 0.5); });
  table.Add("5 %", [](const Series& series) { return Milliseconds(series, kLow); });
  table.Add("95 %", [](const Series& series) { return Milliseconds(series, kHigh); });
  table.Add("all, s", [](const Series& series) { return FormatFixed(Median(ByRound(series, SingleSeconds)), 3); });
  table.AddSpeedup(SingleSeconds);
  return table.Render(width);
}

// Of batches in one order, whose time and padding these are.
std::string RenderThroughput(const Profile& profile, double (*seconds)(const Turn&), double ModelFacts::*padding,
                             int width) {
  const auto rate = [seconds](int64_t count, const Series& series) {
    return FormatCount(static_cast<double>(count) / Median(ByRound(series, seconds)));
  };
  SeriesTable table(profile);
  table.Add("sequences/s", [&](const Series& series) { return rate(profile.sequences, series); });
  table.Add("tokens/s", [&](const Series& series) { return rate(profile.models[series.model].tokens, series); });
  table.Add("padding", [&](const Series& series) { return FormatShare(profile.models[series.model].*padding); });
  table.AddSpeedup(seconds);
  return table.Render(width);
}

std::string RenderConditions(const Profile& profile) {
  std::string text = absl::StrJoin(profile.environment, "\n", absl::PairFormatter(": "));
  absl::StrAppend(&text, "\nprecision: ", profile.precision, "\ntext: ", profile.text, ", ", profile.sequences,
                  " sequences, cut at ", profile.length, " positions; hash ", profile.text_hash, "\n");
  for (const ModelFacts& model : profile.models) {
    absl::StrAppend(&text, "computed by ", model.folder, ": the last hidden state",
                    model.heads.empty() ? "" : ", and logits of: ", absl::StrJoin(model.heads, ", "), "\n");
  }
  return text;
}

Json ModelJson(const ModelFacts& model, int64_t length) {
  return {{"folder", model.folder},
          {"architecture", model.architecture},
          {"parameters",
           {{"total", model.parameters.total()},
            {"embeddings", model.parameters.embeddings},
            {"encoder", model.parameters.encoder},
            {"heads", model.parameters.heads}}},
          {"weight_bytes", model.weight_bytes},
          {"stored_type", model.stored_type},
          {"heads", model.heads},
          {"tokens", model.tokens},
          {"flops",
           {{"length", length},
            {"at_length", model.flops},
            {"mean_length", model.mean_length},
            {"at_mean_length", model.mean_flops}}},
          {"padding", {{"in_order", model.padding}, {"by_length", model.padding_by_length}}}};
}

Json SeriesJson(const Series& series) {
  Json rounds = Json::array();
  for (const Turn& turn : series.rounds) {
    rounds.push_back(
        {{"single_seconds", turn.single}, {"in_order_seconds", turn.in_order}, {"by_length_seconds", turn.by_length}});
  }
  return {{"threads", series.threads}, {"model", series.model}, {"rounds", rounds}};
}

}  // namespace

double Percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

Speedup PairedSpeedup(const std::vector<double>& first_seconds, const std::vector<double>& seconds) {
  Values ratios;
  for (size_t round = 0; round < seconds.size(); ++round) ratios.push_back(first_seconds[round] / seconds[round]);
  const auto [low, high] = std::minmax_element(ratios.begin(), ratios.end());
  return {Median(ratios), *low, *high};
}

std::string RenderProfile(const Profile& profile, int width) {
  return absl::StrCat(
      RenderConditions(profile), "rounds: ", profile.series.front().rounds.size(),
      "\n\nSize. FLOPs are those of matrix products in a forward pass over one sequence.\n\n",
      RenderSizes(profile, width), "\nLatency at batch 1: the first ", profile.single_sequences,
      " sequences, each alone.\nMedian and percentiles are over sequences and rounds; all: the sum over sequences, "
      "median over rounds.\n\n",
      RenderLatency(profile, width), "\nThroughput at batch ", profile.batch,
      ", sequences of similar length together. Tokens are without padding.\n\n",
      RenderThroughput(profile, ByLengthSeconds, &ModelFacts::padding_by_length, width), "\nThroughput at batch ",
      profile.batch, ", sequences in the text's order.\n\n",
      RenderThroughput(profile, InOrderSeconds, &ModelFacts::padding, width),
      "\nTimes as fast: as the first model with as many threads; median of the rounds' ratios (least to most).\n");
}

std::string RenderProfileJson(const Profile& profile) {
  Json json = {{"profile",
                {{"environment", profile.environment},
                 {"precision", profile.precision},
                 {"text", {{"file", profile.text}, {"hash", profile.text_hash}, {"sequences", profile.sequences}}},
                 {"length", profile.length},
                 {"batch", profile.batch},
                 {"single_sequences", profile.single_sequences}}},
               {"models", Json::array()},
               {"series", Json::array()}};
  for (const ModelFacts& model : profile.models) json["models"].push_back(ModelJson(model, profile.length));
  for (const Series& series : profile.series) json["series"].push_back(SeriesJson(series));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace retort
