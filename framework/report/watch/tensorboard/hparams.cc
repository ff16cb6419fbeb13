#include "framework/report/watch/tensorboard/hparams.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/format.h"
#include "framework/report/watch/tensorboard/event.pb.h"
#include "framework/report/watch/tensorboard/hparams.pb.h"
#include "framework/report/watch/tensorboard/tfrecord.h"

namespace retort {
namespace {

constexpr int kFloat32 = 1;  // TensorProto.dtype

bool IsNumber(const std::string& text) {
  double ignored;
  return absl::SimpleAtod(text, &ignored);
}

bool HasNumbers(const Setting& setting) { return std::all_of(setting.values.begin(), setting.values.end(), IsNumber); }

std::string MetricTag(const MetricColumn& column) {
  return column.stage.empty() ? absl::StrCat("final/", column.metric.name)
                              : absl::StrCat("final/", column.stage, "/", column.metric.name);
}

// The records of one event file.
class EventFile {
 public:
  explicit EventFile(absl::Time now) : seconds_(absl::ToDoubleSeconds(now - absl::UnixEpoch())) {
    tensorboard::Event version;
    version.set_file_version("brain.Event:2");
    Append(version);
  }

  double seconds() const { return seconds_; }

  void AddScalar(const std::string& tag, double value) {
    tensorboard::Event event;
    tensorboard::Summary::Value* scalar = event.mutable_summary()->add_value();
    scalar->set_tag(tag);
    scalar->set_simple_value(static_cast<float>(value));
    Append(event);
  }

  // TensorBoard passes over a value that holds nothing, so that it holds a tensor without elements.
  void AddHparams(const std::string& tag, const tensorboard::HParamsPluginData& data) {
    tensorboard::Event event;
    tensorboard::Summary::Value* value = event.mutable_summary()->add_value();
    value->set_tag("_hparams_/" + tag);
    value->mutable_tensor()->set_dtype(kFloat32);
    value->mutable_tensor()->mutable_tensor_shape()->add_dim();
    tensorboard::SummaryMetadata::PluginData* plugin = value->mutable_metadata()->mutable_plugin_data();
    plugin->set_plugin_name("hparams");
    plugin->set_content(data.SerializeAsString());
    Append(event);
  }

  std::string Take() { return std::move(records_); }

 private:
  void Append(tensorboard::Event event) {
    event.set_wall_time(seconds_);
    absl::StrAppend(&records_, FrameRecord(event.SerializeAsString()));
  }

  const double seconds_;
  std::string records_;
};

void AddParameter(const std::string& name, bool is_number, tensorboard::Experiment* experiment) {
  tensorboard::HParamInfo* info = experiment->add_hparam_infos();
  info->set_name(name);
  info->set_type(is_number ? tensorboard::DATA_TYPE_FLOAT64 : tensorboard::DATA_TYPE_STRING);
}

std::string ExperimentFile(const SweepResult& result, const Analysis& analysis, EventFile file) {
  tensorboard::HParamsPluginData data;
  tensorboard::Experiment* experiment = data.mutable_experiment();
  experiment->set_time_created_secs(file.seconds());
  AddParameter("variant", false, experiment);
  for (const Setting& setting : result.settings) AddParameter(setting.path, HasNumbers(setting), experiment);
  for (const MetricColumn& column : analysis.columns) {
    tensorboard::MetricInfo* metric = experiment->add_metric_infos();
    metric->mutable_name()->set_tag(MetricTag(column));
    metric->set_display_name(column.title);
  }
  file.AddHparams("experiment", data);
  return file.Take();
}

void AddSettings(const SweepResult& result, size_t variant, tensorboard::SessionStartInfo* session) {
  for (const Setting& setting : result.settings) {
    google::protobuf::Value& value = (*session->mutable_hparams())[setting.path];
    double number;
    if (HasNumbers(setting) && absl::SimpleAtod(setting.values[variant], &number)) {
      value.set_number_value(number);
    } else {
      value.set_string_value(setting.values[variant]);
    }
  }
}

std::string SessionFile(const SweepResult& result, const Analysis& analysis, const RunResult& run, size_t variant,
                        EventFile file) {
  tensorboard::HParamsPluginData start;
  tensorboard::SessionStartInfo* session = start.mutable_session_start_info();
  (*session->mutable_hparams())["variant"].set_string_value(run.variant);
  AddSettings(result, variant, session);
  session->set_group_name(run.variant);
  session->set_start_time_secs(file.seconds() - run.seconds);
  file.AddHparams("session_start_info", start);
  for (size_t c = 0; c < analysis.columns.size(); ++c) {
    const MetricColumn& column = analysis.columns[c];
    const std::map<uint64_t, double>& by_seed = analysis.variants[variant].metrics[c].by_seed;
    const auto value = by_seed.find(run.seed);
    if (value != by_seed.end()) file.AddScalar(MetricTag(column), value->second);
  }
  tensorboard::HParamsPluginData end;
  end.mutable_session_end_info()->set_status(run.error.empty() ? tensorboard::SessionEndInfo::STATUS_SUCCESS
                                                               : tensorboard::SessionEndInfo::STATUS_FAILURE);
  end.mutable_session_end_info()->set_end_time_secs(file.seconds());
  file.AddHparams("session_end_info", end);
  return file.Take();
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> HparamsEvents(const SweepResult& result, absl::Time now) {
  RETORT_ASSIGN_OR_RETURN(const Analysis analysis, Analyse(result));
  std::map<std::string, std::string> files = {{"", ExperimentFile(result, analysis, EventFile(now))}};
  for (const RunResult& run : result.runs) {
    for (size_t v = 0; v < result.variants.size(); ++v) {
      if (result.variants[v].name != run.variant) continue;
      files[RunFolder(run.variant, run.seed)] = SessionFile(result, analysis, run, v, EventFile(now));
    }
  }
  return files;
}

}  // namespace retort
