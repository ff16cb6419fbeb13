#include "framework/report/run_result.h"

#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;

// Writing and reading go over the same list of fields, `Fields(archive, object)`, so that neither can forget one.

class Writer {
 public:
  static Json Write(bool value) { return value; }
  static Json Write(int64_t value) { return value; }
  static Json Write(uint64_t value) { return value; }
  static Json Write(const std::string& value) { return value; }
  static Json Write(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    return value;
  }
  template <typename T>
  static Json Write(const std::vector<T>& values) {
    Json array = Json::array();
    for (const T& value : values) array.push_back(Write(value));
    return array;
  }
  template <typename T>
  static Json Write(const std::map<std::string, T>& values) {
    Json object = Json::object();
    for (const auto& [key, value] : values) object[key] = Write(value);
    return object;
  }
  template <typename T, typename = std::enable_if_t<std::is_class_v<T>>>
  static Json Write(const T& object) {
    Writer writer;
    Fields(writer, object);
    return std::move(writer.json_);
  }

  template <typename T>
  void operator()(const char* name, const T& value) {
    json_[name] = Write(value);
  }

 private:
  Json json_ = Json::object();
};

// Keeps the first error and reads nothing after it.
class Reader {
 public:
  Reader(const Json* json, std::string path, absl::Status* status)
      : json_(json), path_(std::move(path)), status_(status) {}

  template <typename T>
  void operator()(const char* name, T& value) {
    if (!status_->ok()) return;
    const auto found = json_->find(name);
    if (found == json_->end()) {
      *status_ = absl::InvalidArgumentError(absl::StrCat(path_, ".", name, ": missing"));
      return;
    }
    Reader(&*found, absl::StrCat(path_, ".", name), status_).Read(&value);
  }

  void Read(bool* value) {
    if (Want(json_->is_boolean(), "true or false")) *value = json_->get<bool>();
  }
  void Read(int64_t* value) {
    if (Want(json_->is_number_integer(), "an integer")) *value = json_->get<int64_t>();
  }
  void Read(uint64_t* value) {
    if (Want(json_->is_number_unsigned(), "an integer >= 0")) *value = json_->get<uint64_t>();
  }
  void Read(std::string* value) {
    if (Want(json_->is_string(), "a string")) *value = json_->get<std::string>();
  }
  void Read(double* value) {
    if (json_->is_number()) {
      *value = json_->get<double>();
    } else if (*json_ == "nan") {
      *value = std::numeric_limits<double>::quiet_NaN();
    } else if (*json_ == "inf" || *json_ == "-inf") {
      *value = *json_ == "inf" ? HUGE_VAL : -HUGE_VAL;
    } else {
      Want(false, "a number");
    }
  }
  template <typename T>
  void Read(std::vector<T>* values) {
    if (!Want(json_->is_array(), "a list")) return;
    for (size_t i = 0; i < json_->size() && status_->ok(); ++i) {
      values->emplace_back();
      Reader(&(*json_)[i], absl::StrCat(path_, "[", i, "]"), status_).Read(&values->back());
    }
  }
  template <typename T>
  void Read(std::map<std::string, T>* values) {
    if (!Want(json_->is_object(), "an object")) return;
    for (const auto& [key, value] : json_->items()) {
      Reader(&value, absl::StrCat(path_, ".", key), status_).Read(&(*values)[key]);
    }
  }
  template <typename T, typename = std::enable_if_t<std::is_class_v<T>>>
  void Read(T* object) {
    if (Want(json_->is_object(), "an object")) Fields(*this, *object);
  }

 private:
  bool Want(bool holds, absl::string_view what) {
    if (!holds && status_->ok()) {
      *status_ = absl::InvalidArgumentError(absl::StrCat(path_, ": want ", what, ", got ", json_->type_name()));
    }
    return holds && status_->ok();
  }

  const Json* json_;
  std::string path_;
  absl::Status* status_;
};

// Matches T and const T.
template <typename Actual, typename T>
using IfIs = std::enable_if_t<std::is_same_v<std::remove_const_t<Actual>, T>>;

template <typename Archive, typename T, IfIs<T, TermValue>* = nullptr>
void Fields(Archive& archive, T& term) {
  archive("name", term.name);
  archive("weight", term.weight);
  archive("value", term.value);
  archive("count", term.count);
}

template <typename Archive, typename T, IfIs<T, StepRecord>* = nullptr>
void Fields(Archive& archive, T& step) {
  archive("step", step.step);
  archive("tokens", step.tokens);
  archive("student_flops", step.student_flops);
  archive("total_flops", step.total_flops);
  archive("terms", step.terms);
  archive("loss", step.loss);
  archive("gradient_norm", step.gradient_norm);
  archive("clipped", step.clipped);
  archive("learning_rate", step.learning_rate);
  archive("tokens_per_second", step.tokens_per_second);
}

template <typename Archive, typename T, IfIs<T, EvaluationRecord>* = nullptr>
void Fields(Archive& archive, T& evaluation) {
  archive("step", evaluation.step);
  archive("tokens", evaluation.tokens);
  archive("student_flops", evaluation.student_flops);
  archive("total_flops", evaluation.total_flops);
  archive("metrics", evaluation.metrics);
}

template <typename Archive, typename T, IfIs<T, ExampleScores>* = nullptr>
void Fields(Archive& archive, T& scores) {
  archive("sum", scores.sum);
  archive("count", scores.count);
}

template <typename Archive, typename T, IfIs<T, Scores>* = nullptr>
void Fields(Archive& archive, T& scores) {
  archive("stage", scores.stage);
  archive("split", scores.split);
  archive("metrics", scores.metrics);
}

template <typename Archive, typename T, IfIs<T, RunResult>* = nullptr>
void Fields(Archive& archive, T& run) {
  archive("variant", run.variant);
  archive("seed", run.seed);
  archive("error", run.error);
  archive("parameters", run.parameters);
  archive("tokens", run.tokens);
  archive("student_flops", run.student_flops);
  archive("total_flops", run.total_flops);
  archive("tokens_per_second", run.tokens_per_second);
  archive("clipped_share", run.clipped_share);
  archive("curve_stage", run.curve_stage);
  archive("steps", run.steps);
  archive("evaluations", run.evaluations);
  archive("evaluation_split", run.evaluation_split);
  archive("scores", run.scores);
  archive("folder", run.folder);
}

// Texts from the user (names, errors) may hold bytes that are no UTF-8; they become U+FFFD instead of an exception.
std::string Dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

template <typename T>
absl::StatusOr<T> Parse(absl::string_view text, const char* type) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    return absl::InvalidArgumentError(absl::StrCat(type, ": want JSON, got ", text.size(), " bytes that are not"));
  }
  T value;
  absl::Status status;
  Reader(&json, type, &status).Read(&value);
  if (!status.ok()) return status;
  return value;
}

}  // namespace

std::string ToJson(const RunResult& run) { return Dump(Writer::Write(run)); }
std::string ToJson(const Scores& scores) { return Dump(Writer::Write(scores)); }

absl::StatusOr<RunResult> RunResultFromJson(absl::string_view json) { return Parse<RunResult>(json, "RunResult"); }
absl::StatusOr<Scores> ScoresFromJson(absl::string_view json) { return Parse<Scores>(json, "Scores"); }

}  // namespace retort
