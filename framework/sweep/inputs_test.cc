#include "framework/sweep/inputs.h"

#include <filesystem>
#include <set>

#include "framework/base/file.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::StatusIs;

class InputsTest : public ::testing::Test {
 protected:
  InputsTest() : inputs_(Fresh()) {}

  Inputs Fresh() const { return Inputs(sweep_.folder() + "/tokens", /*threads=*/2); }
  std::string VocabularyPath() const { return sweep_.teacher() + "/vocab.txt"; }
  const VocabularyInput& Vocabulary(Inputs* inputs) const { return *inputs->Vocabulary(VocabularyPath()).value(); }

  std::shared_ptr<const SequenceSet> Sequences(Inputs* inputs, Split split, int64_t length = 24) const {
    const SequenceSpec spec{LmKind::kMasked, sweep_.corpus(), split, length, /*min_length=*/4};
    return inputs->Sequences(spec, Vocabulary(inputs)).value();
  }

  // The training stage of the small sweep.
  Stage TrainingStage() const { return sweep_.Expanded(sweep_.Text()).variants[0].experiment.stage(0); }

  testing::TestSweep sweep_;
  Inputs inputs_;
};

TEST_F(InputsTest, ReadsAModelOnce) {
  const absl::StatusOr<const ModelInput*> model = inputs_.Model(sweep_.teacher());
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ((*model)->model.config, testing::TinyTeacherConfig());
  std::filesystem::remove_all(sweep_.teacher());
  EXPECT_EQ(inputs_.Model(sweep_.teacher()).value(), *model);
}

TEST_F(InputsTest, HashesWeightsAndShapeOfAModel) {
  const std::string hash = inputs_.Model(sweep_.teacher()).value()->content_hash;
  const std::string copy = sweep_.folder() + "/copy";
  std::filesystem::copy(sweep_.teacher(), copy);
  EXPECT_EQ(inputs_.Model(copy).value()->content_hash, hash);
  testing::WriteTinyTeacher(sweep_.folder() + "/other", /*seed=*/6);
  EXPECT_NE(inputs_.Model(sweep_.folder() + "/other").value()->content_hash, hash);
  EncoderConfig config = testing::TinyTeacherConfig();
  testing::SetHeads(4, &config);  // The same weights.
  testing::WriteTinyTeacher(sweep_.folder() + "/heads", /*seed=*/5, config);
  EXPECT_NE(inputs_.Model(sweep_.folder() + "/heads").value()->content_hash, hash);
}

TEST_F(InputsTest, TriesAgainWhatFailed) {
  const std::string folder = sweep_.folder() + "/later";
  EXPECT_THAT(inputs_.Model(folder), StatusIs(absl::StatusCode::kNotFound, HasSubstr(folder)));
  EXPECT_THAT(inputs_.Vocabulary(folder + "/vocab.txt"), StatusIs(absl::StatusCode::kNotFound, HasSubstr(folder)));
  testing::WriteTinyTeacher(folder);
  EXPECT_THAT(inputs_.Model(folder), IsOk());
  EXPECT_THAT(inputs_.Vocabulary(folder + "/vocab.txt"), IsOk());
}

TEST_F(InputsTest, ReadsTokenizersWithTheirOptions) {
  const std::string config = sweep_.teacher() + "/tokenizer_config.json";
  const std::vector<std::string> texts = {R"({"do_lower_case": false})", R"({"do_lower_case": true})", "{}"};
  std::set<uint64_t> fingerprints;
  for (const std::string& text : texts) {
    ASSERT_THAT(AtomicWriteFile(config, text), IsOk());
    Inputs inputs = Fresh();
    EXPECT_EQ(Vocabulary(&inputs).files,
              (TokenizerFiles{{"vocab.txt", testing::TinyVocabulary()}, {"tokenizer_config.json", text}}));
    fingerprints.insert(Vocabulary(&inputs).tokenizer->Fingerprint());
  }
  EXPECT_EQ(fingerprints.size(), 2u) << "they are two tokenizers";
}

TEST_F(InputsTest, ReadsByteLevelPieces) {
  const std::string folder = sweep_.folder() + "/bytes";
  testing::WriteTinyTeacher(folder, 5, testing::TinyTeacherConfig(), testing::TinyBytePieces());
  const auto vocabulary = inputs_.Vocabulary(folder + "/vocab.json");
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ((*vocabulary)->files, testing::TinyBytePieces());
  EXPECT_EQ((*vocabulary)->tokenizer->special_ids().mask, 4);
}

TEST_F(InputsTest, SplitsACorpusByDocuments) {
  std::multiset<std::vector<int32_t>> seen;
  int64_t documents = 0;
  for (Split split : {Split::kTrain, Split::kSelect, Split::kReport}) {
    const auto sequences = Sequences(&inputs_, split);
    for (int64_t i = 0; i < sequences->size(); ++i) {
      if (sequences->Length(i) < 24) continue;  // The rest of a document.
      seen.insert(sequences->Ids(i));
      ++documents;
    }
  }
  EXPECT_EQ(documents, 400) << "each document begins with a whole sequence";
  EXPECT_EQ(std::set<std::vector<int32_t>>(seen.begin(), seen.end()).size(), seen.size()) << "none is in two splits";
  EXPECT_GT(Sequences(&inputs_, Split::kReport)->size(), 20);
}

TEST_F(InputsTest, MakesSequencesAndSourcesOnce) {
  EXPECT_EQ(Sequences(&inputs_, Split::kTrain), Sequences(&inputs_, Split::kTrain));
  EXPECT_NE(Sequences(&inputs_, Split::kTrain), Sequences(&inputs_, Split::kTrain, 16));
  Stage stage = TrainingStage();
  const VocabularyInput& vocabulary = Vocabulary(&inputs_);
  const LmSource* source = inputs_.Source(stage, vocabulary, 1).value();
  stage.set_name("another");
  stage.mutable_adamw()->set_learning_rate(9);
  EXPECT_EQ(inputs_.Source(stage, vocabulary, 1).value(), source) << "the data are the same";
  EXPECT_NE(inputs_.Source(stage, vocabulary, 2).value(), source);
  stage.mutable_batch()->set_sequences(3);
  EXPECT_NE(inputs_.Source(stage, vocabulary, 1).value(), source);
}

TEST_F(InputsTest, KeepsTokenStores) {
  const uint64_t hash = Sequences(&inputs_, Split::kTrain)->content_hash();
  std::vector<std::filesystem::path> stores;
  for (const auto& entry : std::filesystem::directory_iterator(sweep_.folder() + "/tokens")) stores.push_back(entry);
  ASSERT_EQ(stores.size(), 1u);
  const auto written = std::filesystem::last_write_time(stores[0]);
  Inputs again = Fresh();
  EXPECT_EQ(Sequences(&again, Split::kTrain)->content_hash(), hash);
  EXPECT_EQ(std::filesystem::last_write_time(stores[0]), written) << "it is read, not written again";
  // A damaged one is built again.
  std::filesystem::resize_file(stores[0], std::filesystem::file_size(stores[0]) / 2);
  Inputs third = Fresh();
  EXPECT_EQ(Sequences(&third, Split::kTrain)->content_hash(), hash);
}

TEST_F(InputsTest, NamesTheCorpusThatIsWrong) {
  const VocabularyInput& vocabulary = Vocabulary(&inputs_);
  const std::string folder = sweep_.folder() + "/nothing";
  EXPECT_THAT(inputs_.Sequences({LmKind::kMasked, folder, Split::kTrain, 24, 4}, vocabulary),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(folder)));
  EXPECT_THAT(inputs_.Sequences({LmKind::kMasked, sweep_.corpus(), Split::kReport, 512, 500}, vocabulary),
              IsInvalidArgument(sweep_.corpus()));
  ASSERT_THAT(AtomicWriteFile(sweep_.corpus() + "/text.txt", "caf\351 au lait\n"), IsOk());
  Inputs fresh = Fresh();
  EXPECT_THAT(fresh.Sequences({LmKind::kMasked, sweep_.corpus(), Split::kTrain, 24, 4}, Vocabulary(&fresh)),
              IsInvalidArgument("text.txt"));
}

}  // namespace
}  // namespace retort
