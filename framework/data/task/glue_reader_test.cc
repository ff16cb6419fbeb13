#include "framework/data/task/glue_reader.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/data/corpus/test_packing.h"
#include "framework/data/examples/task_reader.h"
#include "framework/data/task/glue_tasks.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsInvalidArgument;
using testing::IsOk;

constexpr char kMnliHeading[] =
    "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse\t"
    "sentence1\tsentence2";
constexpr char kMrpcHeading[] = "\xEF\xBB\xBFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n";

auto IsNotFound(const std::string& message) {
  return testing::StatusIs(absl::StatusCode::kNotFound, ::testing::HasSubstr(message));
}

// A folder of one task's files.
class GlueReaderTest : public ::testing::Test {
 protected:
  GlueReaderTest() : folder_(::testing::TempDir() + "/glue/task") {
    std::filesystem::remove_all(::testing::TempDir() + "/glue");
    EXPECT_THAT(MakeDirectories(folder_), IsOk());
  }

  void Write(const std::string& name, const std::string& text) const {
    EXPECT_THAT(AtomicWriteFile(folder_ + "/" + name, text), IsOk());
  }
  absl::StatusOr<TaskExamples> Read(const std::string& task, const std::string& split) const {
    return GlueReader(*FindGlueTask(task), folder_).Read(split);
  }
  std::vector<TaskExample> Examples(const std::string& task, const std::string& split) const {
    const auto read = Read(task, split);
    EXPECT_THAT(read, IsOk());
    return read.ok() ? read->examples : std::vector<TaskExample>();
  }

  const std::string folder_;
};

TaskExample Single(const std::string& id, const std::string& text, const std::string& label = "") {
  return {id, text, std::nullopt, label};
}
TaskExample Pair(const std::string& id, const std::string& first, const std::string& second,
                 const std::string& label = "") {
  return {id, first, second, label};
}

TEST_F(GlueReaderTest, KnowsNineTasks) {
  std::vector<std::string> names;
  for (const GlueTask& task : GlueTasks()) {
    names.push_back(task.name);
    const GlueReader reader(task, "glue");
    EXPECT_EQ(reader.head(), task.name == "STS-B" ? HeadKind::kScore : HeadKind::kClasses);
    EXPECT_EQ(reader.classes(), task.classes);
  }
  EXPECT_THAT(names, ElementsAre("CoLA", "MNLI", "MRPC", "QNLI", "QQP", "RTE", "SST-2", "STS-B", "WNLI"));
  EXPECT_EQ(FindGlueTask("AX"), nullptr);
  EXPECT_THAT(GlueReader(*FindGlueTask("MNLI"), "glue/MNLI").splits(),
              ElementsAre("train", "report", "mismatched", "test", "test_mismatched", "diagnostic"));
  EXPECT_EQ(GlueReader(*FindGlueTask("MNLI"), "glue/MNLI").Description(), "GLUE MNLI (glue/MNLI)");
}

TEST_F(GlueReaderTest, ColaHasNoHeadingButInItsTestFile) {
  Write("train.tsv", "gj04\t1\t\tThe \"sailors\" rode the breeze.\ngj04\t0\t*\tThey drank the pub.\n");
  Write("test.tsv", "index\tsentence\n0\tBill whistled past the house.\n");
  EXPECT_THAT(Examples("CoLA", "train"), ElementsAre(Single("0", "The \"sailors\" rode the breeze.", "acceptable"),
                                                     Single("1", "They drank the pub.", "unacceptable")));
  EXPECT_THAT(Examples("CoLA", "test"), ElementsAre(Single("0", "Bill whistled past the house.")));
}

TEST_F(GlueReaderTest, Sst2) {
  Write("train.tsv", "sentence\tlabel\nhide new secretions \t0\nof saucy \t1\n");
  Write("test.tsv", "index\tsentence\n0\tuneasy mishmash\n");
  EXPECT_THAT(Examples("SST-2", "train"),
              ElementsAre(Single("0", "hide new secretions", "negative"), Single("1", "of saucy", "positive")));
  EXPECT_THAT(Examples("SST-2", "test"), ElementsAre(Single("0", "uneasy mishmash")));
}

TEST_F(GlueReaderTest, MrpcInBothLayouts) {
  const std::string train = "1\t10\t11\tHe said \"no.\tHe refused.\r\n", dev = "0\t20\t21\tIt rose.\tIt fell.\r\n";
  Write("train.tsv", absl::StrCat(kMrpcHeading, train));
  Write("dev.tsv", absl::StrCat(kMrpcHeading, dev));
  Write("test.tsv", "index\t#1 ID\t#2 ID\t#1 String\t#2 String\n0\t30\t31\tA.\tB.\n");
  const auto wanted_train = ElementsAre(Pair("10 11", "He said \"no.", "He refused.", "equivalent"));
  const auto wanted_dev = ElementsAre(Pair("20 21", "It rose.", "It fell.", "not_equivalent"));
  EXPECT_THAT(Examples("MRPC", "train"), wanted_train);
  EXPECT_THAT(Examples("MRPC", "report"), wanted_dev);
  EXPECT_THAT(Examples("MRPC", "test"), ElementsAre(Pair("0", "A.", "B.")));

  for (const char* file : {"train.tsv", "dev.tsv", "test.tsv"}) std::filesystem::remove(folder_ + "/" + file);
  Write("msr_paraphrase_train.txt", absl::StrCat(kMrpcHeading, train, dev));
  EXPECT_THAT(Read("MRPC", "train"), IsNotFound("want mrpc_dev_ids.tsv, plain or packed"));
  Write("mrpc_dev_ids.tsv", "20\t21\n5\t6\n");
  Write("msr_paraphrase_test.txt", absl::StrCat(kMrpcHeading, "1\t30\t31\tA.\tB.\r\n"));
  EXPECT_THAT(Examples("MRPC", "train"), wanted_train);
  EXPECT_THAT(Examples("MRPC", "report"), wanted_dev);
  EXPECT_THAT(Examples("MRPC", "test"), ElementsAre(Pair("0", "A.", "B.", "equivalent")));
}

TEST_F(GlueReaderTest, QqpHasShortRows) {
  Write("train.tsv",
        "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n"
        "133273\t213221\t213222\tHow is life?\tHow is it?\t1\n"
        "402555\t536040\t536041\tWhat\n"
        "rest of it?\t0\n"
        "360472\t364011\t490273\tWhy?\tWho?\t0\n");
  Write("test.tsv", "id\tquestion1\tquestion2\n0\tWhen?\tWhere?\n");
  const auto read = Read("QQP", "train");
  ASSERT_THAT(read, IsOk());
  EXPECT_THAT(read->examples, ElementsAre(Pair("133273", "How is life?", "How is it?", "duplicate"),
                                          Pair("360472", "Why?", "Who?", "not_duplicate")));
  EXPECT_THAT(read->notes,
              ElementsAre(folder_ + "/train.tsv: left out 2 rows of other than 6 columns, the first in line 3"));
  EXPECT_THAT(Examples("QQP", "test"), ElementsAre(Pair("0", "When?", "Where?")));
}

TEST_F(GlueReaderTest, StsBHasItsScoreLast) {
  const std::string heading = "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2";
  const std::string row = "7\tmain-captions\tMSRvid\t2012test\t0001\tnone\tnone\tA plane is taking off.\tIt flies.";
  Write("dev.tsv", heading + "\tscore\n" + row + "\t4.750\n");
  Write("test.tsv", heading + "\n" + row + "\n");
  TaskExample wanted = Pair("7", "A plane is taking off.", "It flies.");
  EXPECT_THAT(Examples("STS-B", "test"), ElementsAre(wanted));
  wanted.score = 4.75;
  EXPECT_THAT(Examples("STS-B", "report"), ElementsAre(wanted));
}

TEST_F(GlueReaderTest, MnliHasSplitsOfItsOwn) {
  const std::string row = "3\t31193\t31193n\tgovernment\t( a )\t( b )\t(ROOT a)\t(ROOT b)\tOne thing.\tAnother.";
  Write("train.tsv", absl::StrCat(kMnliHeading, "\tlabel1\tgold_label\n", row, "\tneutral\tneutral\n"));
  for (const char* dev : {"dev_matched.tsv", "dev_mismatched.tsv"}) {
    Write(dev, absl::StrCat(kMnliHeading, "\tlabel1\tlabel2\tlabel3\tlabel4\tlabel5\tgold_label\n", row,
                            "\tneutral\tneutral\tneutral\tneutral\tentailment\tcontradiction\n"));
  }
  for (const char* test : {"test_matched.tsv", "test_mismatched.tsv"}) {
    Write(test, absl::StrCat(kMnliHeading, "\n", row, "\n"));
  }
  EXPECT_THAT(Examples("MNLI", "train"), ElementsAre(Pair("3", "One thing.", "Another.", "neutral")));
  for (const char* split : {"report", "mismatched"}) {
    EXPECT_THAT(Examples("MNLI", split), ElementsAre(Pair("3", "One thing.", "Another.", "contradiction")));
  }
  for (const char* split : {"test", "test_mismatched"}) {
    EXPECT_THAT(Examples("MNLI", split), ElementsAre(Pair("3", "One thing.", "Another.")));
  }
}

TEST_F(GlueReaderTest, MnliHasTheDiagnostics) {
  EXPECT_THAT(Read("MNLI", "diagnostic"), IsNotFound("glue/task: want diagnostic.tsv or AX.tsv or ../AX/AX.tsv"));
  const std::string text = "index\tsentence1\tsentence2\n0\tThe cat sat.\tThe cat did not sit.\n";
  const auto wanted = ElementsAre(Pair("0", "The cat sat.", "The cat did not sit."));
  EXPECT_THAT(MakeDirectories(folder_ + "/../AX"), IsOk());
  Write("../AX/AX.tsv", text);
  EXPECT_THAT(Examples("MNLI", "diagnostic"), wanted);
  Write("diagnostic.tsv", text);
  EXPECT_THAT(Examples("MNLI", "diagnostic"), wanted);
}

TEST_F(GlueReaderTest, QnliAndRteHaveNamesAsLabels) {
  Write("train.tsv", "index\tquestion\tsentence\tlabel\n0\tWho?\tHe.\tnot_entailment\n");
  Write("test.tsv", "index\tquestion\tsentence\n0\tWho?\tHe.\n");
  EXPECT_THAT(Examples("QNLI", "train"), ElementsAre(Pair("0", "Who?", "He.", "not_entailment")));
  EXPECT_THAT(Examples("QNLI", "test"), ElementsAre(Pair("0", "Who?", "He.")));
  Write("dev.tsv", "index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\tentailment\n");
  EXPECT_THAT(Examples("RTE", "report"), ElementsAre(Pair("0", "A.", "B.", "entailment")));
  EXPECT_THAT(GlueReader(*FindGlueTask("RTE"), folder_).classes(), ElementsAre("entailment", "not_entailment"));
}

TEST_F(GlueReaderTest, WnliCountsTheOtherWayRound) {
  Write("train.tsv", "index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\t1\n1\tC.\tD.\t0\n");
  EXPECT_THAT(Examples("WNLI", "train"),
              ElementsAre(Pair("0", "A.", "B.", "entailment"), Pair("1", "C.", "D.", "not_entailment")));
  EXPECT_THAT(GlueReader(*FindGlueTask("WNLI"), folder_).classes(), ElementsAre("not_entailment", "entailment"));
}

TEST_F(GlueReaderTest, FilesMayBePacked) {
  const std::string text = "sentence\tlabel\na\t1\n";
  Write("train.tsv.xz", testing::Xz(text));
  Write("dev.tsv.gz", testing::Gzip(text));
  EXPECT_THAT(Examples("SST-2", "train"), ElementsAre(Single("0", "a", "positive")));
  EXPECT_EQ(Examples("SST-2", "train"), Examples("SST-2", "report"));
}

TEST_F(GlueReaderTest, Errors) {
  Write("train.tsv", "sentence\tlabel\na\t1\nb\t2\n");
  EXPECT_THAT(Read("SST-2", "train"),
              IsInvalidArgument("task/train.tsv:3: label: want 0 (negative) or 1 (positive), got \"2\""));
  EXPECT_THAT(Read("RTE", "train"),
              IsInvalidArgument("task/train.tsv:1: want a heading with the column sentence1, got sentence, label"));
  EXPECT_THAT(Read("SST-2", "report"),
              IsNotFound("task: want dev.tsv, plain or packed (.gz, .xz, .zst), got none of them"));
  EXPECT_THAT(GlueReader(*FindGlueTask("RTE"), folder_ + "/none").Read("train"),
              IsNotFound("task/none: want train.tsv, plain or packed (.gz, .xz, .zst), got no such folder"));
  Write("dev.tsv", "sentence\tlabel\n");
  EXPECT_THAT(Examples("SST-2", "report"), IsEmpty());
}

}  // namespace
}  // namespace retort
