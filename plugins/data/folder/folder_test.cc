#include "plugins/data/folder/folder.h"

#include <memory>
#include <string>
#include <vector>

#include "framework/base/file.h"
#include "framework/data/sequences/test_store.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;

TEST(FolderData, DefaultsAndErrors) {
  FolderDataConfig config;
  FolderData::FillDefaults(&config);
  EXPECT_EQ(config.train(), "train");
  EXPECT_EQ(config.report(), "test");
  EXPECT_EQ(config.length(), 128);
  EXPECT_EQ(FolderData::Evaluation(config), "classification");
  config.set_length(1);
  Problems problems;
  FolderData::Check("data: ", config, &problems);
  EXPECT_EQ(problems.ToStatus().message(),
            "data: folder: want a folder with those of the splits, got none\ndata: length: want >= 8, got 1");
}

TEST(FolderData, IsTrainedOnByItsFolders) {
  FolderDataConfig config;
  config.set_folder(::testing::TempDir() + "/folder_data");
  FolderData::FillDefaults(&config);
  for (const std::string name : {"neg", "pos"}) {
    const std::string folder = config.folder() + "/train/" + name;
    EXPECT_THAT(MakeDirectories(folder), IsOk());
    for (char letter = 'a'; letter <= 'm'; ++letter) {
      const std::string text = {letter, ' ', name[0]};
      EXPECT_THAT(AtomicWriteFile(folder + "/" + letter + "_1.txt", text), IsOk());
    }
  }
  const auto data = FolderData::Create(config, {});
  ASSERT_THAT(data, IsOk());
  DataCache cache(::testing::TempDir(), /*threads=*/1);
  EXPECT_THAT((*data)->Classes(&cache).value(), ElementsAre("neg", "pos"));
  BatchSpec batch;
  batch.set_sequences(8);
  const auto source = (*data)->Open({*testing::LetterTokenizer(), batch, /*data_seed=*/1, &cache});
  ASSERT_THAT(source, IsOk());
  for (const StepSequence& sequence : (*source)->Step(0).sequences) {
    EXPECT_EQ(sequence.class_label, sequence.ids[2] == 5 + 'p' - 'a' ? 1 : 0);
  }
}

}  // namespace
}  // namespace retort
