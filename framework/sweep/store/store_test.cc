#include "framework/sweep/store/store.h"

#include <filesystem>
#include <functional>

#include "ATen/ops/equal.h"
#include "ATen/ops/ones.h"
#include "framework/base/file.h"
#include "framework/config/reflection.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/model/files/safetensors.h"
#include "framework/report/watch/metrics_log.h"
#include "framework/sweep/store/lease.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "framework/text/files/tokenizer_files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

constexpr char kProjection[] = "loss.hid.projection";

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() : plan_(sweep_.Make(sweep_.Text("controls: NONE")).value()), store_(sweep_.folder() + "/store") {}

  const PlannedStage& stage() const { return plan_.stages[0]; }

  // A student with a parameter that belongs to a loss.
  ParameterSet Parameters(uint64_t seed) const {
    std::vector<ParameterSpec> specs = EncoderParameterSpecs(stage().config);
    specs.push_back({kProjection, {3, 2}, ParameterKind::kWeight});
    ParameterSet parameters(std::move(specs), at::kFloat, c10::Device(at::kCPU));
    InitializeRandomNormal(seed, 0.1, 0, &parameters);
    return parameters;
  }

  // Stores a student whose log has all steps.
  absl::Status Put(const PlannedStage& stage, const ParameterSet& parameters, const Progress& progress = {}) const {
    MetricsLog log([&](const StageId&) { return store_.Folder(stage.key); });
    const StageId id = stage.used_by.front();
    log.StageStarted(id, {});
    StepRecord record;
    for (record.step = 1; record.step <= progress.step; ++record.step) log.StepDone(id, record);
    return store_.PutStudent(stage, parameters, progress);
  }

  std::string Path(const std::string& name) const { return store_.Folder(stage().key) + "/" + name; }

  testing::TestSweep sweep_;
  const Plan plan_;
  const Store store_;
};

Progress ThreeSteps() {
  Progress progress;
  progress.step = 3;
  return progress;
}

Scores SomeScores() {
  return {"evaluate", "report", {{"masked_lm/accuracy", {{1, 0.1}, {2, 3}}}}, "examples", "teacher", "threads 1"};
}

TEST_F(StoreTest, HasNothingAtFirst) {
  EXPECT_FALSE(store_.HasStudent(stage().key));
  EXPECT_FALSE(store_.HasScores(stage().key));
  EXPECT_THAT(store_.GetStudent(stage().key), StatusIs(absl::StatusCode::kNotFound, HasSubstr(stage().key)));
  EXPECT_THAT(store_.GetScores(stage().key), StatusIs(absl::StatusCode::kNotFound, HasSubstr("scores.json")));
  EXPECT_THAT(store_.GetMetricsLog(stage().key), StatusIs(absl::StatusCode::kNotFound, HasSubstr("metrics.jsonl")));
}

TEST_F(StoreTest, SaysWhatWillBeComputed) {
  ASSERT_THAT(store_.Begin(stage()), IsOk());
  EXPECT_THAT(ReadFile(Path("stage.textproto")).value(), HasSubstr("soft_targets {"));
  Stage read;
  ASSERT_TRUE(read.ParseFromString(ReadFile(Path("stage.binpb")).value()));
  EXPECT_EQ(DeterministicBytes(read), DeterministicBytes(stage().stage));
  EXPECT_FALSE(store_.HasStudent(stage().key)) << "it is only begun";
}

TEST_F(StoreTest, GivesStudentsBackWithTheirBits) {
  const ParameterSet parameters = Parameters(1);
  ASSERT_THAT(store_.Begin(stage()), IsOk());
  ASSERT_THAT(Put(stage(), parameters), IsOk());
  EXPECT_TRUE(store_.HasStudent(stage().key));
  const absl::StatusOr<LoadedModel> read = store_.GetStudent(stage().key);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->config, stage().config);
  for (const ParameterSpec& spec : EncoderParameterSpecs(stage().config)) {
    EXPECT_TRUE(at::equal(read->parameters.Get(spec.name), parameters.Get(spec.name))) << spec.name;
  }
  EXPECT_FALSE(read->parameters.Has(kProjection)) << "the model is the student's alone";
  const auto losses = SafetensorsFile::Open(Path("loss_parameters.safetensors"));
  ASSERT_THAT(losses, IsOk());
  EXPECT_EQ((*losses)->entries().size(), 1u);
  ParameterSet own = Parameters(2);
  ASSERT_THAT(store_.GetLossParameters(stage().key, {kProjection}, &own), IsOk());
  EXPECT_TRUE(at::equal(own.Get(kProjection), parameters.Get(kProjection)));
  EXPECT_EQ(ReadFile(Path("model/vocab.txt")).value(), testing::TinyVocabulary());
}

TEST_F(StoreTest, WritesStudentsWithTheTokenizerOfTheirTeacher) {
  EncoderConfig config = testing::TinyTeacherConfig();
  config.family = "roberta";
  config.pad_token_id = 1;
  config.position_offset = 2;
  TokenizerFiles tokenizer = testing::TinyBytePieces();
  tokenizer["special_tokens_map.json"] = "{}";
  tokenizer["tokenizer_config.json"] = R"({"tokenizer_class":"RobertaTokenizer", "model_max_length":8})";
  testing::WriteTinyTeacher(sweep_.teacher(), 5, config, tokenizer);
  const absl::StatusOr<Plan> plan = sweep_.Make(sweep_.Text("controls: NONE"));
  ASSERT_THAT(plan, IsOk());
  const PlannedStage& stage = plan->stages[0];
  EXPECT_EQ(stage.config.family, "roberta");
  EXPECT_NE(stage.key, this->stage().key);
  ASSERT_THAT(store_.Begin(stage), IsOk());
  ASSERT_THAT(Put(stage, Parameters(1)), IsOk());
  const absl::StatusOr<LoadedModel> read = store_.GetStudent(stage.key);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->config, stage.config);
  EXPECT_EQ(ReadTokenizerFiles(read->tokenizer_path).value(), tokenizer);
}

TEST_F(StoreTest, WritesDownWhatTrainingTook) {
  Progress progress;
  progress.step = 12;
  progress.tokens = 345;
  progress.student_flops = 6e7;
  progress.total_flops = 8e9;
  progress.computed_with = "threads 1";
  ASSERT_THAT(store_.Begin(stage()), IsOk());
  ASSERT_THAT(Put(stage(), Parameters(1), progress), IsOk());
  nlohmann::json done = nlohmann::json::parse(ReadFile(Path("done.json")).value());
  EXPECT_TRUE(done["files"].contains("model/model.safetensors"));
  EXPECT_TRUE(done["files"].contains("loss_parameters.safetensors"));
  done.erase("files");
  done.erase("check");
  EXPECT_EQ(done, (nlohmann::json{{"steps", 12},
                                  {"tokens", 345},
                                  {"student_flops", 6e7},
                                  {"total_flops", 8e9},
                                  {"computed_with", "threads 1"},
                                  {"parameters", stage().training().parameters + 6}}));
  const absl::StatusOr<Progress> read = store_.GetProgress(stage().key);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->tokens, 345);
  EXPECT_EQ(read->total_flops, 8e9);
  EXPECT_EQ(read->computed_with, "threads 1");
  progress.best_value = 4.5;
  progress.best_step = 9;
  ASSERT_THAT(Put(stage(), Parameters(1), progress), IsOk());
  done = nlohmann::json::parse(ReadFile(Path("done.json")).value());
  EXPECT_EQ(done["kept_step"], 9);
  EXPECT_EQ(done["kept_value"], 4.5);
  EXPECT_FALSE(done.contains("stopped_step"));
  EXPECT_EQ(store_.GetProgress(stage().key)->stopped_step, 0);
}

// Stopped early: the log ends there, and the stage is complete.
TEST_F(StoreTest, WritesDownWhereTrainingStopped) {
  Progress progress;
  progress.step = progress.stopped_step = 5;
  progress.best_value = 4.5;
  progress.best_step = 3;
  ASSERT_LT(progress.step, stage().training().total_steps);
  ASSERT_THAT(store_.Begin(stage()), IsOk());
  ASSERT_THAT(Put(stage(), Parameters(1), progress), IsOk());
  EXPECT_EQ(nlohmann::json::parse(ReadFile(Path("done.json")).value())["stopped_step"], 5);
  EXPECT_EQ(store_.GetProgress(stage().key)->stopped_step, 5);
  EXPECT_TRUE(store_.Repair(plan_).empty());
  EXPECT_TRUE(store_.Has(stage()));
}

TEST_F(StoreTest, RemovesCheckpointsOfWhatIsDone) {
  ASSERT_THAT(MakeDirectories(store_.CheckpointFolder(stage().key)), IsOk());
  const std::string checkpoint = store_.CheckpointFolder(stage().key) + "/step_4.safetensors";
  ASSERT_THAT(AtomicWriteFile(checkpoint, "x"), IsOk());
  ASSERT_THAT(Put(stage(), Parameters(1)), IsOk());
  EXPECT_FALSE(std::filesystem::exists(store_.CheckpointFolder(stage().key)));
}

// Whatever fails on the way, there is no result, and the checkpoints stay.
TEST_F(StoreTest, AHalfWrittenStudentIsNoResult) {
  ASSERT_THAT(MakeDirectories(store_.CheckpointFolder(stage().key)), IsOk());
  for (const char* obstacle : {"model", "model/vocab.txt", "loss_parameters.safetensors", "done.json"}) {
    std::filesystem::remove_all(Path("model"));
    if (obstacle == std::string("model")) {
      ASSERT_THAT(AtomicWriteFile(Path("model"), "a file where a folder should be"), IsOk());
    } else {
      ASSERT_THAT(MakeDirectories(Path(obstacle) + "/a folder where a file should be"), IsOk());
    }
    const absl::Status status = Put(stage(), Parameters(1));
    EXPECT_FALSE(status.ok()) << obstacle;
    EXPECT_THAT(std::string(status.message()), HasSubstr(Path(obstacle)));
    std::filesystem::remove_all(Path(obstacle));
    EXPECT_FALSE(store_.HasStudent(stage().key)) << obstacle;
    EXPECT_TRUE(std::filesystem::exists(store_.CheckpointFolder(stage().key))) << obstacle;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(store_.Folder(stage().key))) {
      EXPECT_THAT(entry.path().string(), ::testing::Not(HasSubstr(".tmp"))) << obstacle;
    }
  }
  ASSERT_THAT(Put(stage(), Parameters(1)), IsOk()) << "with the obstacles gone";
}

TEST_F(StoreTest, ADamagedStudentIsAnErrorThatNamesIt) {
  ASSERT_THAT(store_.Begin(stage()), IsOk());
  ASSERT_THAT(Put(stage(), Parameters(1)), IsOk());
  std::filesystem::resize_file(Path("model/model.safetensors"), 3000);
  EXPECT_THAT(store_.GetStudent(stage().key),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(Path("model/model.safetensors") + " is damaged")));
}

// Whatever happens to a file that is read again, the result is computed again, and a line says so.
TEST_F(StoreTest, RepairsWhatIsDamagedOrGone) {
  using Change = std::function<void(const std::string&)>;
  const Change changes[] = {
      [](const std::string& path) { std::filesystem::remove(path); },
      [](const std::string& path) { std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2); },
      [](const std::string& path) { EXPECT_THAT(AtomicWriteFile(path, ""), IsOk()); },
      [](const std::string& path) {
        std::string bytes = ReadFile(path).value();
        bytes[bytes.size() / 2] ^= 1;
        EXPECT_THAT(AtomicWriteFile(path, bytes), IsOk());
      },
      [](const std::string& path) {
        std::filesystem::remove(path);
        EXPECT_THAT(MakeDirectories(path + "/a folder"), IsOk());
      }};
  for (const char* name : {"model/model.safetensors", "model/config.json", "model/vocab.txt", "metrics.jsonl",
                           "loss_parameters.safetensors", "done.json"}) {
    for (const Change& change : changes) {
      ASSERT_THAT(store_.Begin(stage()), IsOk());
      ASSERT_THAT(Put(stage(), Parameters(1), ThreeSteps()), IsOk());
      EXPECT_THAT(store_.Repair(plan_), ::testing::IsEmpty());
      EXPECT_TRUE(store_.Has(stage()));
      change(Path(name));
      const bool gone = std::string(name) == "done.json" && !std::filesystem::is_regular_file(Path(name));
      EXPECT_EQ(store_.Repair(plan_).size(), gone ? 0u : 1u) << name;
      EXPECT_FALSE(store_.Has(stage())) << name;
    }
  }
}

// Somebody removed, emptied or cut the log while the stage trained: done.json would stand for it for ever.
TEST_F(StoreTest, AStudentWithoutItsWholeLogIsNoResult) {
  ASSERT_THAT(store_.Begin(stage()), IsOk());
  EXPECT_THAT(store_.PutStudent(stage(), Parameters(1), ThreeSteps()),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(Path("metrics.jsonl"))));
  ASSERT_THAT(AtomicWriteFile(Path("metrics.jsonl"), ""), IsOk());
  EXPECT_THAT(
      store_.PutStudent(stage(), Parameters(1), ThreeSteps()),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("want whole lines of the steps up to 3, got those up to 0")));
  EXPECT_FALSE(store_.HasStudent(stage().key));
}

TEST_F(StoreTest, RepairSaysWhatIsComputedAgain) {
  ASSERT_THAT(store_.Begin(stage()), IsOk());
  ASSERT_THAT(Put(stage(), Parameters(1)), IsOk());
  std::filesystem::remove(Path("model/model.safetensors"));
  EXPECT_THAT(store_.Repair(plan_),
              ::testing::ElementsAre(Path("model/model.safetensors") + " is gone; stage \"distil\" is computed again"));
}

TEST_F(StoreTest, RepairRemovesCheckpointsThatCannotBeGoneOnFrom) {
  Checkpoint checkpoint;
  for (at::Tensor* tensor :
       {&checkpoint.state.parameters, &checkpoint.state.first_moment, &checkpoint.state.second_moment}) {
    *tensor = at::ones({4});
  }
  MetricsLog log([this](const StageId&) { return store_.Folder(stage().key); });
  const StageId id = stage().used_by.front();
  log.StageStarted(id, {});
  for (int64_t step : {1, 2, 3}) {
    StepRecord record;
    record.step = step;
    log.StepDone(id, record);
    checkpoint.progress.step = step;
    if (step == 1) continue;
    ASSERT_THAT(SaveCheckpoint(store_.CheckpointFolder(stage().key), checkpoint), IsOk());
  }
  EXPECT_THAT(store_.Repair(plan_), ::testing::IsEmpty());
  const std::string path = store_.CheckpointFolder(stage().key) + "/step_3.safetensors";
  std::string bytes = ReadFile(path).value();
  bytes.back() ^= 1;
  ASSERT_THAT(AtomicWriteFile(path, bytes), IsOk());
  EXPECT_THAT(store_.Repair(plan_), ::testing::ElementsAre(HasSubstr("step_3.safetensors: damaged")));
  EXPECT_THAT(ListCheckpoints(store_.CheckpointFolder(stage().key)), ::testing::ElementsAre(2));
  std::filesystem::remove(Path("metrics.jsonl"));
  EXPECT_THAT(store_.Repair(plan_), ::testing::ElementsAre(HasSubstr("want whole lines of the steps up to 2")));
  EXPECT_THAT(ListCheckpoints(store_.CheckpointFolder(stage().key)), ::testing::IsEmpty());
}

TEST_F(StoreTest, RepairRemovesLitterButNotWhatAnotherWorksOn) {
  ASSERT_THAT(store_.Begin(stage()), IsOk());
  ASSERT_THAT(AtomicWriteFile(Path("model.tmp-1"), "x"), IsOk());
  {
    const auto lease = Lease::TryTake(store_.Folder(stage().key));
    ASSERT_THAT(lease, IsOk());
    store_.Repair(plan_);
    EXPECT_TRUE(Exists(Path("model.tmp-1")));
  }
  store_.Repair(plan_);
  EXPECT_FALSE(Exists(Path("model.tmp-1")));
}

// As one that is killed after its student is there leaves it, in which others find that there is nothing more to do.
TEST_F(StoreTest, TidyRemovesWhatAKilledProcessLeftOfWhatIsDone) {
  const std::string checkpoint = store_.CheckpointFolder(stage().key) + "/step_4.safetensors";
  ASSERT_THAT(MakeDirectories(store_.CheckpointFolder(stage().key)), IsOk());
  for (const std::string& left : {checkpoint, Path("lease"), Path("model.tmp-1")}) {
    ASSERT_THAT(AtomicWriteFile(left, "x"), IsOk());
  }
  store_.Tidy(plan_);
  EXPECT_TRUE(Exists(checkpoint)) << "it is not done";
  ASSERT_THAT(Put(stage(), Parameters(1)), IsOk());
  ASSERT_THAT(MakeDirectories(store_.CheckpointFolder(stage().key)), IsOk());
  ASSERT_THAT(AtomicWriteFile(checkpoint, "x"), IsOk());
  {
    const auto lease = Lease::TryTake(store_.Folder(stage().key));
    ASSERT_THAT(lease, IsOk());
    store_.Tidy(plan_);
    EXPECT_TRUE(Exists(checkpoint)) << "another works on it";
  }
  ASSERT_THAT(AtomicWriteFile(Path("lease"), "x"), IsOk());
  store_.Tidy(plan_);
  EXPECT_FALSE(Exists(store_.CheckpointFolder(stage().key)));
  EXPECT_FALSE(Exists(Path("lease")));
  EXPECT_FALSE(Exists(Path("model.tmp-1")));
  EXPECT_TRUE(store_.HasStudent(stage().key));
}

TEST_F(StoreTest, AnEvaluationBesideATeacherWantsTheTeachersScoresToo) {
  const PlannedStage& evaluation = plan_.stages[1];
  ASSERT_FALSE(evaluation.trains());
  ASSERT_THAT(store_.PutScores(evaluation.key, SomeScores()), IsOk());
  EXPECT_FALSE(store_.Has(evaluation));
  ASSERT_THAT(store_.PutScores(evaluation.evaluation().teacher_scores_key, SomeScores()), IsOk());
  EXPECT_TRUE(store_.Has(evaluation));
}

TEST_F(StoreTest, GivesScoresBack) {
  ASSERT_THAT(store_.PutScores("some", SomeScores()), IsOk());
  EXPECT_TRUE(store_.HasScores("some"));
  EXPECT_FALSE(store_.HasStudent("some"));
  EXPECT_FALSE(store_.HasScores("other"));
  const absl::StatusOr<Scores> read = store_.GetScores("some");
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->stage, "evaluate");
  EXPECT_EQ(read->split, "report");
  EXPECT_EQ(read->metrics.at("masked_lm/accuracy").sum, (std::vector<double>{1, 0.1}));
  EXPECT_EQ(read->metrics.at("masked_lm/accuracy").count, (std::vector<double>{2, 3}));
}

TEST_F(StoreTest, DamagedScoresAreAnErrorThatNamesThem) {
  ASSERT_THAT(store_.PutScores("some", SomeScores()), IsOk());
  const std::string path = store_.Folder("some") + "/scores.json";
  const std::string sound = ReadFile(path).value();
  for (const std::string& damaged : {std::string(), sound.substr(0, sound.size() / 2), std::string("{}")}) {
    ASSERT_THAT(AtomicWriteFile(path, damaged), IsOk());
    EXPECT_THAT(store_.GetScores("some"), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)));
  }
  std::filesystem::remove(path);
  EXPECT_FALSE(store_.HasScores("some")) << "computed again";
}

}  // namespace
}  // namespace retort
