#include "framework/eval/task/test_task.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "framework/data/examples/task_data.h"
#include "framework/data/examples/task_reader.h"
#include "framework/data/training_data.h"
#include "framework/init/initializer.h"
#include "framework/testing/fixtures.h"
#include "google/protobuf/wrappers.pb.h"

namespace retort::testing {
namespace {

constexpr int kExamples = 12, kLetters = 26;
constexpr int64_t kLength = 16;

class TestReader final : public TaskReader {
 public:
  explicit TestReader(std::string kind) : kind_(std::move(kind)) {}

  std::string Description() const override { return absl::StrCat("test task (", kind_, ")"); }
  HeadKind head() const override {
    return kind_ == "score" || kind_ == "one_score" ? HeadKind::kScore : HeadKind::kClasses;
  }
  std::vector<std::string> splits() const override { return {kTrainSplit, kSelectSplit, kReportSplit, kTestSplit}; }

  absl::StatusOr<TaskExamples> Read(absl::string_view split) const override {
    TaskExamples examples;
    for (int i = 0; i < kExamples; ++i) {
      TaskExample& example = examples.examples.emplace_back();
      example.id = absl::StrCat(split, "-", i);
      for (int j = 0; j <= i; ++j) absl::StrAppend(&example.first, j > 0 ? " " : "", LetterOf(i, j));
      if (split != kTestSplit) AddLabel(i, split, &example);
    }
    return examples;
  }

 private:
  static std::string LetterOf(int i, int j) { return std::string(1, static_cast<char>('a' + (3 * i + j) % kLetters)); }

  void AddLabel(int i, absl::string_view split, TaskExample* example) const {
    if (head() == HeadKind::kScore) {
      example->score = kind_ == "one_score" && split == kReportSplit ? 1 : 0.25 * i;
    } else {
      example->label = i % 3 == 0 && !(kind_ == "one_class" && split == kReportSplit) ? "yes" : "no";
    }
  }

  const std::string kind_;
};

// Training data of another kind, which nobody opens.
class TestText final : public TrainingData {
 public:
  ModelNeeds needs() const override { return {}; }
  std::string Description() const override { return "corpus (test)"; }
  absl::StatusOr<std::unique_ptr<StepSource>> Open(const DataInputs&) const override {
    return absl::UnimplementedError("no steps");
  }
};

class TestTaskPlugin {
 public:
  static absl::StatusOr<std::unique_ptr<TrainingData>> Create(const google::protobuf::StringValue& kind,
                                                              const TrainingDataContext&) {
    if (kind.value() == "text") return std::make_unique<TestText>();
    return std::make_unique<TaskData>(std::make_unique<TestReader>(kind.value()), TaskDataOptions{kLength},
                                      absl::StrCat("test ", kind.value()));
  }
};

[[maybe_unused]] const bool kRegistered = [] {
  TrainingDataRegistry::Global().Register<TestTaskPlugin, google::protobuf::StringValue>();
  return true;
}();

EncoderConfig ModelConfig(HeadKind head) {
  EncoderConfig config = SmallEncoder(1);
  config.vocabulary_size = 5 + kLetters;
  config.heads = {PlainHead(head, Pooling::kFirst)};
  if (head == HeadKind::kClasses) config.heads.front().classes = {"no", "yes"};
  return config;
}

}  // namespace

Data TestTask(const std::string& kind) {
  google::protobuf::StringValue config;
  config.set_value(kind);
  Data data;
  data.mutable_plugin()->PackFrom(config);
  return data;
}

TestTaskModel::TestTaskModel(HeadKind head, uint64_t seed)
    : encoder_(ModelConfig(head)), parameters_(EncoderParameterSpecs(encoder_.config()), at::kFloat, at::kCPU) {
  InitializeRandomNormal(seed, /*range=*/0.5, 0, &parameters_);
}

}  // namespace retort::testing
