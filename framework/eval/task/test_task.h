#ifndef RETORT_FRAMEWORK_EVAL_TASK_TEST_TASK_H_
#define RETORT_FRAMEWORK_EVAL_TASK_TEST_TASK_H_

#include <cstdint>
#include <string>

#include "framework/config/sweep.pb.h"
#include "framework/eval/evaluated_model.h"
#include "framework/model/config/head_spec.h"
#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"

namespace retort::testing {

// A task in memory, for the tokenizer of letters (framework/data/sequences/test_store.h), as the data plugin that is
// registered for a google.protobuf.StringValue. Its splits are "train", "select" and "report", 12 examples of 1 to 12
// letters with the ids "report-0", "report-1" ..., and "test", the same without labels.
//
// Args: kind: "classes", every third of class "yes", others "no"; "one_class", all "no" in "report"; "score", 0 for the
// first, ¼ more for each next; "one_score", 1 for all in "report"; "text", data that is no task.
Data TestTask(const std::string& kind);

// A random model of one layer with a head of this kind, for classes "no" and "yes", on these letters.
class TestTaskModel {
 public:
  TestTaskModel(HeadKind head, uint64_t seed);

  EvaluatedModel view() const { return {&encoder_, &parameters_}; }
  ParameterSet& parameters() { return parameters_; }

 private:
  Encoder encoder_;
  ParameterSet parameters_;
};

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_EVAL_TASK_TEST_TASK_H_
