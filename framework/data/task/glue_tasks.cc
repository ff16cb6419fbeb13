#include "framework/data/task/glue_tasks.h"

#include <utility>

#include "framework/data/examples/task_reader.h"

namespace retort {
namespace {

using Names = std::vector<std::string>;

std::vector<GlueSplit> UsualSplits() {
  return {{kTrainSplit, {"train.tsv"}}, {kReportSplit, {"dev.tsv"}}, {kTestSplit, {"test.tsv"}, /*labelled=*/false}};
}

// A task of texts in columns of these names.
GlueTask Task(std::string name, Names classes, bool numbered, Names texts, std::string label, const Names& id = {}) {
  GlueTask task;
  task.name = std::move(name);
  task.classes = std::move(classes);
  task.numbered = numbered;
  task.texts = task.unlabelled_texts = std::move(texts);
  task.label = std::move(label);
  task.id = id;
  task.unlabelled_id = {"index"};
  task.splits = UsualSplits();
  return task;
}

// Its test file alone has a heading.
GlueTask Cola() {
  GlueTask task = Task("CoLA", {"unacceptable", "acceptable"}, /*numbered=*/true, {"3"}, "1");
  task.unlabelled_texts = {"sentence"};
  return task;
}

GlueTask Mnli() {
  GlueTask task = Task("MNLI", {"contradiction", "entailment", "neutral"}, /*numbered=*/false,
                       {"sentence1", "sentence2"}, "gold_label", {"index"});
  task.splits = {{kTrainSplit, {"train.tsv"}},
                 {kReportSplit, {"dev_matched.tsv"}},
                 {"mismatched", {"dev_mismatched.tsv"}},
                 {kTestSplit, {"test_matched.tsv"}, /*labelled=*/false},
                 {"test_mismatched", {"test_mismatched.tsv"}, /*labelled=*/false},
                 {"diagnostic",
                  {"diagnostic.tsv", "AX.tsv", "../AX/AX.tsv", "../AX/diagnostic.tsv", "../diagnostic/diagnostic.tsv"},
                  /*labelled=*/false}};
  return task;
}

// The corpus as it was published has no file of the development set: glue_reader.cc.
GlueTask Mrpc() {
  GlueTask task = Task("MRPC", {"not_equivalent", "equivalent"}, /*numbered=*/true, {"#1 String", "#2 String"},
                       "Quality", {"#1 ID", "#2 ID"});
  task.splits[0].files.push_back("msr_paraphrase_train.txt");
  task.splits[1].files.push_back("msr_paraphrase_train.txt");
  task.splits[2].files.push_back("msr_paraphrase_test.txt");
  return task;
}

GlueTask Qqp() {
  GlueTask task = Task("QQP", {"not_duplicate", "duplicate"}, /*numbered=*/true, {"question1", "question2"},
                       "is_duplicate", {"id"});
  task.unlabelled_id = {"id"};
  task.skips_uneven = true;
  return task;
}

}  // namespace

const std::vector<GlueTask>& GlueTasks() {
  static const auto* const tasks = new std::vector<GlueTask>{
      Cola(),
      Mnli(),
      Mrpc(),
      Task("QNLI", {"entailment", "not_entailment"}, /*numbered=*/false, {"question", "sentence"}, "label", {"index"}),
      Qqp(),
      Task("RTE", {"entailment", "not_entailment"}, /*numbered=*/false, {"sentence1", "sentence2"}, "label", {"index"}),
      Task("SST-2", {"negative", "positive"}, /*numbered=*/true, {"sentence"}, "label"),
      Task("STS-B", {}, /*numbered=*/false, {"sentence1", "sentence2"}, "score", {"index"}),
      Task("WNLI", {"not_entailment", "entailment"}, /*numbered=*/true, {"sentence1", "sentence2"}, "label", {"index"}),
  };
  return *tasks;
}

const GlueTask* FindGlueTask(absl::string_view name) {
  for (const GlueTask& task : GlueTasks()) {
    if (task.name == name) return &task;
  }
  return nullptr;
}

}  // namespace retort
