// Writes the event files of an interrupted and resumed stage into the folder argv[1], for events_test.py.

#include <string>
#include <vector>

#include "framework/report/watch/metrics_log.h"
#include "framework/report/watch/tensorboard/tensorboard.h"
#include "glog/logging.h"

namespace {

retort::StepRecord Step(int64_t step, double offset) {
  retort::StepRecord record;
  record.step = step;
  record.tokens = 1024 * step;
  record.terms = {{"ce", 5, 2 - 0.125 * static_cast<double>(step) + offset, 150}, {"cos", 1, 0.5, 1024}};
  record.loss = 5 * record.terms[0].value + 0.5;
  record.gradient_norm = 4;
  record.clipped = step % 2 == 1;
  record.learning_rate = 0.0005;
  record.tokens_per_second = 2000;
  return record;
}

}  // namespace

int main(int argc, char** argv) {
  google::InitGoogleLogging(argv[0]);
  CHECK_EQ(argc, 2) << "want a folder";
  const std::string folder = argv[1];
  const retort::StageId stage{"base", 1, "distil"};
  const auto in_folder = [&folder](const retort::StageId&) { return folder; };
  // The events of a resumed stage are those of metrics.jsonl, which hears of everything first.
  retort::MetricsLog metrics(in_folder);
  retort::TensorboardLog events(in_folder);
  const std::vector<retort::Observer*> logs = {&metrics, &events};
  for (retort::Observer* log : logs) log->StageStarted(stage, {0, 8, 1000});
  // Steps 5 and 6 are lost with the process: the last checkpoint is of step 4.
  for (int step = 1; step <= 6; ++step) {
    for (retort::Observer* log : logs) log->StepDone(stage, Step(step, step > 4 ? 100 : 0));
  }
  for (retort::Observer* log : logs) log->StageStarted(stage, {4, 8, 1000});
  for (int step = 5; step <= 8; ++step) {
    for (retort::Observer* log : logs) log->StepDone(stage, Step(step, 0));
  }
  const retort::EvaluationRecord evaluation{8, 8192, 0, 0, {{"masked_lm/cross_entropy", 4.25}}};
  for (retort::Observer* log : logs) {
    log->Evaluated(stage, evaluation);
    CHECK(log->status().ok()) << log->status();
  }
  return 0;
}
