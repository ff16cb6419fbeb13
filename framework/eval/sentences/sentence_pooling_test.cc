#include "framework/eval/sentences/sentence_pooling.h"

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;

class SentencePoolingTest : public ::testing::Test {
 protected:
  SentencePoolingTest() : folder_(::testing::TempDir() + "/sentence_pooling") {
    std::filesystem::remove_all(folder_);
    EXPECT_THAT(MakeDirectories(folder_ + "/1_Pooling"), IsOk());
  }

  // Modules of these types, `more` behind the pooling, whose configuration is `config`.
  absl::StatusOr<FolderPooling> Read(const std::string& config, const std::string& more = "") const {
    const std::string modules =
        absl::StrCat(R"([{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},)",
                     R"({"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"})", more, "]");
    EXPECT_THAT(AtomicWriteFile(folder_ + "/modules.json", modules), IsOk());
    EXPECT_THAT(AtomicWriteFile(folder_ + "/1_Pooling/config.json", config), IsOk());
    return ReadFolderPooling(folder_);
  }

  std::string Module(const std::string& type) const {
    return absl::StrCat(R"(, {"idx": 2, "path": "2_)", type, R"(", "type": "sentence_transformers.models.)", type,
                        "\"}");
  }

  const std::string folder_;
};

TEST_F(SentencePoolingTest, IsTheMeanWhereNothingIsSaid) {
  const auto pooling = ReadFolderPooling(folder_);
  ASSERT_THAT(pooling, IsOk());
  EXPECT_EQ(pooling->pooling, SentencePooling::kMean);
  EXPECT_EQ(pooling->file, "");
}

TEST_F(SentencePoolingTest, ReadsOldAndNewNames) {
  EXPECT_EQ(Read(R"({"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false})")->pooling,
            SentencePooling::kFirst);
  EXPECT_EQ(Read(R"({"pooling_mode_mean_sqrt_len_tokens": true})")->pooling, SentencePooling::kMean);
  EXPECT_EQ(Read(R"({"pooling_mode": "lasttoken"})")->pooling, SentencePooling::kLast);
  EXPECT_EQ(Read(R"({"pooling_mode": "max"})", Module("Normalize"))->pooling, SentencePooling::kMax);
  EXPECT_EQ(Read(R"({"word_embedding_dimension": 8})")->pooling, SentencePooling::kMean);
  EXPECT_EQ(Read(R"({"pooling_mode": "cls"})")->file, folder_ + "/1_Pooling/config.json");
}

TEST_F(SentencePoolingTest, RefusesByName) {
  EXPECT_THAT(
      Read(R"({"pooling_mode": "mean"})", Module("Dense")),
      IsInvalidArgument("modules.json: module 2_Dense of type sentence_transformers.models.Dense is not computed"));
  EXPECT_THAT(Read(R"({"pooling_mode_cls_token": true, "pooling_mode_max_tokens": true})"),
              IsInvalidArgument("want one pooling, got pooling_mode_cls_token and pooling_mode_max_tokens"));
  EXPECT_THAT(Read(R"({"pooling_mode": "attention"})"), IsInvalidArgument("pooling attention is not computed here"));
  EXPECT_THAT(ParseSentencePooling("cls"),
              IsInvalidArgument("want one of mean, first, max, weighted_mean, last, got \"cls\""));
}

TEST_F(SentencePoolingTest, LooksAroundAFolderWithinTheModel) {
  ASSERT_THAT(Read(R"({"pooling_mode": "cls"})"), IsOk());
  EXPECT_THAT(AtomicWriteFile(folder_ + "/modules.json", R"([{"path": "0_Transformer", "type": "x.Transformer"}, )"
                                                         R"({"path": "1_Pooling", "type": "x.Pooling"}])"),
              IsOk());
  EXPECT_EQ(ReadFolderPooling(folder_ + "/0_Transformer/")->pooling, SentencePooling::kFirst);
  EXPECT_EQ(ReadFolderPooling(folder_ + "/other")->pooling, SentencePooling::kMean);
}

}  // namespace
}  // namespace retort
