#include "framework/registry/plugin_catalogue.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

// Messages of the given names that exist in this test only.
class PluginCatalogueTest : public ::testing::Test {
 protected:
  const google::protobuf::Descriptor* Message(const std::string& name) {
    google::protobuf::FileDescriptorProto file;
    file.set_name(absl::StrCat(name, ".proto"));
    file.set_package("test");
    file.add_message_type()->set_name(name);
    return pool_.BuildFile(file)->message_type(0);
  }
  google::protobuf::DescriptorPool pool_;
  PluginCatalogue catalogue_;
};

TEST_F(PluginCatalogueTest, ShortNames) {
  EXPECT_EQ(ShortPluginName(PluginKind::kLoss, *Message("SoftTargetsConfig")), "soft_targets");
  EXPECT_EQ(ShortPluginName(PluginKind::kInit, *Message("CosineConfig")), "cosine");
  EXPECT_EQ(ShortPluginName(PluginKind::kMapping, *Message("Plain")), "plain");
  EXPECT_EQ(ShortPluginName(PluginKind::kData, *Message("MaskedLmDataConfig")), "masked_lm");
  EXPECT_EQ(ShortPluginName(PluginKind::kEvaluation, *Message("MaskedLmEvaluationConfig")), "masked_lm");
  EXPECT_EQ(ShortPluginName(PluginKind::kLoss, *Message("LabelledDataConfig")), "labelled_data");
}

TEST_F(PluginCatalogueTest, EntriesAreSortedAndApartByKind) {
  catalogue_.Add(PluginKind::kLoss, Message("ZebraConfig"));
  catalogue_.Add(PluginKind::kLoss, Message("AntConfig"));
  catalogue_.Add(PluginKind::kInit, Message("MoleConfig"));
  const std::vector<PluginEntry> losses = catalogue_.Entries(PluginKind::kLoss);
  ASSERT_EQ(losses.size(), 2u);
  EXPECT_EQ(losses[0].name, "ant");
  EXPECT_EQ(losses[0].config->full_name(), "test.AntConfig");
  EXPECT_EQ(losses[1].name, "zebra");
  EXPECT_EQ(catalogue_.LinkedNames(PluginKind::kLoss), "ant, zebra");
  EXPECT_EQ(catalogue_.LinkedNames(PluginKind::kInit), "mole");
  EXPECT_TRUE(catalogue_.Entries(PluginKind::kMapping).empty());
}

TEST_F(PluginCatalogueTest, FindsByConfigWithinAKind) {
  catalogue_.Add(PluginKind::kLoss, Message("AntConfig"));
  catalogue_.Add(PluginKind::kInit, Message("MoleConfig"));
  const auto found = catalogue_.FindByConfig(PluginKind::kLoss, "test.AntConfig");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->name, "ant");
  const auto other_kind = catalogue_.FindByConfig(PluginKind::kLoss, "test.MoleConfig");
  EXPECT_EQ(other_kind.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(other_kind.status().message(),
            "no loss plugin takes a test.MoleConfig; linked: ant (see plugins/plugins.bzl)");
}

TEST_F(PluginCatalogueTest, DigestsBelongToOneKind) {
  catalogue_.AddDigest(PluginKind::kLoss, "ant", "abc");
  EXPECT_EQ(catalogue_.Digest(PluginKind::kLoss, "ant"), "abc");
  EXPECT_EQ(catalogue_.Digest(PluginKind::kInit, "ant"), "");
}

TEST_F(PluginCatalogueTest, KindsHaveNamesAndMessages) {
  EXPECT_EQ(PluginKindName(PluginKind::kMapping), "mapping");
  EXPECT_EQ(PluginKindMessage(PluginKind::kMapping), "retort.LayerMapping");
  EXPECT_EQ(PluginKindMessage(PluginKind::kLoss), "retort.Loss");
  EXPECT_EQ(PluginKindMessage(PluginKind::kInit), "retort.Init");
  EXPECT_EQ(PluginKindMessage(PluginKind::kData), "retort.Data");
  EXPECT_EQ(PluginKindMessage(PluginKind::kEvaluation), "retort.Evaluation");
}

using PluginCatalogueDeathTest = PluginCatalogueTest;

TEST_F(PluginCatalogueDeathTest, TwoPluginsOfOneNameDie) {
  catalogue_.Add(PluginKind::kLoss, Message("AntConfig"));
  const google::protobuf::Descriptor* same = Message("Ant");
  catalogue_.Add(PluginKind::kInit, same);
  EXPECT_DEATH(catalogue_.Add(PluginKind::kLoss, same),
               "two loss plugins are called 'ant': test.AntConfig and test.Ant");
}

}  // namespace
}  // namespace retort
