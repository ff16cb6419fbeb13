#ifndef RETORT_FRAMEWORK_DATA_TRAINING_DATA_H_
#define RETORT_FRAMEWORK_DATA_TRAINING_DATA_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "framework/config/sweep.pb.h"
#include "framework/data/data_cache.h"
#include "framework/data/model_needs.h"
#include "framework/data/step_source.h"
#include "framework/registry/registry.h"
#include "framework/text/tokenizer.h"

// The interface of data plugins (plugins/data). A plugin is a class beside its configuration message:
//
//   class MyData final : public TrainingData {
//    public:
//     static std::string Evaluation(const MyDataConfig& config);   // How good a model of such data is: "masked_lm".
//     static std::vector<std::string> Paths() { return {"corpus"}; }
//     static void FillDefaults(MyDataConfig* config);
//     static void Check(const std::string& place, const MyDataConfig& config, Problems* problems);
//     static absl::StatusOr<std::unique_ptr<TrainingData>> Create(const MyDataConfig&, const TrainingDataContext&);
//     ...
//   };
//   RETORT_REGISTER_TRAINING_DATA(MyData, MyDataConfig);        // In the .cc, in an anonymous namespace.

namespace retort {

// What data is created from beside its configuration: nothing, so that creating it reads no files.
struct TrainingDataContext {};

struct TaskExamples;  // framework/data/examples/task_reader.h

// What an augmentation makes of a training split.
struct AugmentedSplit {
  std::shared_ptr<const TaskExamples> examples;  // Null: they are not made yet, ...
  int copies = 0;                                // ... and so many are expected of each text, beside itself.
  uint64_t content_hash = 0;                     // Of what they are made from, and how.
};

// What a source is opened with.
struct DataInputs {
  const Tokenizer& tokenizer;  // The student's. Not kept.
  const BatchSpec& batch;      // With its defaults.
  uint64_t data_seed = 0;      // Of order and masks.
  DataCache* cache = nullptr;
  const AugmentedSplit* augmented = nullptr;  // Trained on in the place of the training split, if not null. Not kept.
};

// What a stage trains on. Immutable and thread-safe after Create.
class TrainingData {
 public:
  static constexpr PluginKind kPluginKind = PluginKind::kData;
  virtual ~TrainingData() = default;

  // What it needs of students and teachers.
  virtual ModelNeeds needs() const = 0;

  // What it reads, as a report names it: "corpus (data/corpora/wiki)".
  virtual std::string Description() const = 0;

  // The names of the classes that its labels tell, in the order of the labels; none for data without classes. They
  // connect files, students and teachers. Reads the files. Errors: those of files.
  virtual absl::StatusOr<std::vector<std::string>> Classes(DataCache* /*cache*/) const {
    return std::vector<std::string>();
  }

  // The examples that are trained on, as texts: what an augmentation begins from. InvalidArgument for data that has no
  // labelled texts.
  virtual absl::StatusOr<std::shared_ptr<const TaskExamples>> TrainingExamples(DataCache* /*cache*/) const {
    return absl::InvalidArgumentError(
        absl::StrCat("want data of texts with labels, which can be augmented, got ", Description()));
  }

  // Reads the files. Errors: those of files; InvalidArgument for files, a tokenizer or a batch that do not fit.
  // REQUIRES: `inputs.augmented` is null where TrainingExamples has none.
  virtual absl::StatusOr<std::unique_ptr<StepSource>> Open(const DataInputs& inputs) const = 0;
};

using TrainingDataRegistry = Registry<TrainingData, TrainingDataContext>;

// The rules of a data plugin's configuration, of its static members.
template <typename Plugin, typename Config>
ConfigRules TrainingDataRules() {
  ConfigRules rules;
  rules.fill_defaults = [](const google::protobuf::Message*, google::protobuf::Message* config) {
    Plugin::FillDefaults(static_cast<Config*>(config));
  };
  rules.check = [](const std::string& place, const google::protobuf::Message& config, Problems* problems) {
    Plugin::Check(place, static_cast<const Config&>(config), problems);
  };
  rules.paths = Plugin::Paths();
  rules.evaluation = [](const google::protobuf::Message& config) {
    return Plugin::Evaluation(static_cast<const Config&>(config));
  };
  return rules;
}

}  // namespace retort

// Registers a data plugin; once, in its .cc, in an anonymous namespace.
#define RETORT_REGISTER_TRAINING_DATA(Plugin, Config)                                                                 \
  [[maybe_unused]] const ::retort::PluginRegistration<::retort::TrainingDataRegistry, ::retort::TrainingData, Plugin, \
                                                      Config>                                                         \
      k##Plugin##Registration((::retort::TrainingDataRules<Plugin, Config>()))

#endif  // RETORT_FRAMEWORK_DATA_TRAINING_DATA_H_
