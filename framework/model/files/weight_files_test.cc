#include "framework/model/files/weight_files.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "ATen/ops/equal.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/model/files/output_folder.h"
#include "framework/model/files/unread_model.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::RandomTensor;
using testing::StatusIs;
using ::testing::UnorderedElementsAre;
using Tensors = std::vector<std::pair<std::string, at::Tensor>>;

constexpr char kFirst[] = "model-00001-of-00002.safetensors", kSecond[] = "model-00002-of-00002.safetensors";
constexpr char kIndex[] = "model.safetensors.index.json";

class WeightFilesTest : public ::testing::Test {
 protected:
  WeightFilesTest() : folder_(::testing::TempDir() + "/weight_files") {
    std::filesystem::remove_all(folder_);
    EXPECT_THAT(MakeDirectories(folder_), IsOk());
  }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  absl::Status Write(uint64_t max_file_bytes) const { return WriteWeightFiles(folder_, tensors_, {}, max_file_bytes); }

  absl::Status Open() const { return WeightFiles::Open(folder_).status(); }

  // After the index has become this.
  absl::Status OpenIndex(const std::string& text) const {
    EXPECT_THAT(AtomicWriteFile(Path(kIndex), text), IsOk());
    return Open();
  }

  nlohmann::json Index() const { return nlohmann::json::parse(*ReadFile(Path(kIndex))); }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) names.push_back(entry.path().filename());
    return names;
  }

  const std::string folder_;
  // 40, 40, 80 and 4 bytes.
  const Tensors tensors_ = {{"b", RandomTensor({10}, 1, at::kFloat)},
                            {"a", RandomTensor({2, 5}, 2, at::kFloat)},
                            {"d", RandomTensor({20}, 3, at::kFloat)},
                            {"c", RandomTensor({1}, 4, at::kFloat)}};
};

TEST_F(WeightFilesTest, OneFileWithoutALimit) {
  for (uint64_t limit : {0, 164}) {
    ASSERT_THAT(Write(limit), IsOk());
    EXPECT_THAT(Names(), ElementsAre("model.safetensors"));
    const auto files = WeightFiles::Open(folder_);
    ASSERT_THAT(files, IsOk());
    EXPECT_THAT(files->paths(), ElementsAre(Path("model.safetensors")));
    EXPECT_EQ(files->entries().size(), 4u);
  }
}

TEST_F(WeightFilesTest, AreCutWhereTheNextTensorDoesNotFit) {
  ASSERT_THAT(Write(163), IsOk());
  EXPECT_THAT(Names(), UnorderedElementsAre(kFirst, kSecond, kIndex));
  EXPECT_EQ(Index(), (nlohmann::json{{"metadata", {{"total_size", 164}}},
                                     {"weight_map", {{"a", kFirst}, {"b", kFirst}, {"d", kFirst}, {"c", kSecond}}}}));
  const auto files = WeightFiles::Open(folder_);
  ASSERT_THAT(files, IsOk());
  EXPECT_EQ(files->path(), Path(kIndex));
  EXPECT_THAT(files->paths(), ElementsAre(Path(kIndex), Path(kFirst), Path(kSecond)));
  for (const auto& [name, tensor] : tensors_) {
    EXPECT_TRUE(at::equal(*files->entries().at(name).file->Read(name), tensor)) << name;
  }
  // One tensor is never cut, and what was there before goes away.
  ASSERT_THAT(Write(1), IsOk());
  EXPECT_EQ(Names().size(), 5u);
  EXPECT_THAT(Open(), IsOk());
  ASSERT_THAT(Write(0), IsOk());
  EXPECT_THAT(Names(), ElementsAre("model.safetensors"));
}

TEST_F(WeightFilesTest, NoWeights) {
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kNotFound, HasSubstr("model.safetensors: No such file")));
  ASSERT_THAT(AtomicWriteFile(Path("pytorch_model.bin"), ""), IsOk());
  EXPECT_THAT(Open(), IsInvalidArgument("pytorch_model.bin: pickles are not read"));
}

TEST_F(WeightFilesTest, IndexesThatAreNone) {
  const std::string want = absl::StrCat(Path(kIndex), ": ");
  EXPECT_THAT(OpenIndex("{"), IsInvalidArgument(want + "want JSON"));
  EXPECT_THAT(OpenIndex("[]"), IsInvalidArgument(want + "want an object with a weight_map, got none"));
  EXPECT_THAT(OpenIndex("{}"), IsInvalidArgument(want + "want an object with a weight_map, got none"));
  EXPECT_THAT(OpenIndex(R"({"weight_map": {}})"), IsInvalidArgument("weight_map: want an object of tensors and files"));
  EXPECT_THAT(OpenIndex(R"({"weight_map": {"a": "x.safetensors", "a": "y.safetensors"}})"),
              IsInvalidArgument("want each name once, got \"a\" twice"));
  for (const char* name : {"1", "\"../x.safetensors\"", "\"/etc/x.safetensors\"", "\"pytorch_model.bin\""}) {
    EXPECT_THAT(OpenIndex(absl::StrCat(R"({"weight_map": {"a": )", name, "}}")),
                IsInvalidArgument("tensor \"a\": want the name of a .safetensors file of the folder, got "));
  }
  EXPECT_THAT(OpenIndex(R"({"weight_map": {"a": "none.safetensors"}})"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(Path("none.safetensors"))));
  EXPECT_THAT(OpenIndex(std::string((32 << 20) + 1, ' ')), IsInvalidArgument("want at most 32 MiB"));
}

TEST_F(WeightFilesTest, IndexesThatDoNotFitTheFiles) {
  ASSERT_THAT(Write(163), IsOk());
  const nlohmann::json index = Index();
  nlohmann::json changed = index;
  changed["weight_map"]["e"] = kFirst;
  EXPECT_THAT(OpenIndex(changed.dump()),
              IsInvalidArgument(absl::StrCat("tensor \"e\": want it in ", kFirst, ", got it in no file")));
  changed = index;
  changed["weight_map"]["a"] = kSecond;
  EXPECT_THAT(OpenIndex(changed.dump()),
              IsInvalidArgument(absl::StrCat("tensor \"a\": want it in ", kSecond, ", got it in ", Path(kFirst))));
  changed = index;
  changed["weight_map"].erase("a");
  EXPECT_THAT(OpenIndex(changed.dump()),
              IsInvalidArgument(absl::StrCat("want an entry for tensor \"a\" of ", Path(kFirst), ", got none")));
  ASSERT_THAT(WriteSafetensors(Path(kSecond), {tensors_[1], tensors_[3]}, {}), IsOk());
  EXPECT_THAT(OpenIndex(index.dump()),
              IsInvalidArgument(absl::StrCat(Path(kSecond), ": tensor \"a\": want it in one file, got it in ",
                                             Path(kFirst), " too")));
  ASSERT_THAT(AtomicWriteFile(Path(kSecond), "damaged"), IsOk());
  EXPECT_THAT(OpenIndex(index.dump()), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(Path(kSecond))));
}

TEST(CheckHoldsNoModel, NamesTheFilesThatWouldGo) {
  const std::string folder = ::testing::TempDir() + "/output_folder";
  std::filesystem::remove_all(folder);
  EXPECT_THAT(CheckHoldsNoModel(folder), IsOk());
  ASSERT_THAT(MakeDirectories(folder), IsOk());
  ASSERT_THAT(AtomicWriteFile(folder + "/README.md", ""), IsOk());
  EXPECT_THAT(CheckHoldsNoModel(folder), IsOk());
  for (const char* name : {"merges.txt", "model-00001-of-00002.safetensors"}) {
    ASSERT_THAT(AtomicWriteFile(folder + "/" + name, ""), IsOk());
  }
  EXPECT_THAT(CheckHoldsNoModel(folder),
              IsInvalidArgument("got " + folder + " with merges.txt, model-00001-of-00002.safetensors"));
  EXPECT_FALSE(CheckHoldsNoModel(folder + "/README.md").ok());
  EXPECT_TRUE(IsSameFolder(folder, folder + "/./"));
  EXPECT_FALSE(IsSameFolder(folder, folder + "/nowhere"));
}

class UnreadModelTest : public WeightFilesTest {
 protected:
  // What is said of the folder with empty files of these names and this config.json.
  std::string Said(const std::vector<std::string>& names, const std::string& config = "") const {
    std::filesystem::remove_all(folder_);
    EXPECT_THAT(MakeDirectories(folder_), IsOk());
    for (const std::string& name : names) EXPECT_THAT(AtomicWriteFile(Path(name), ""), IsOk());
    if (!config.empty()) {
      EXPECT_THAT(AtomicWriteFile(Path("config.json"), config), IsOk());
    }
    return std::string(ExplainNoWeights(folder_).message());
  }
};

// The command knows no class, so that it cannot add a head.
TEST_F(UnreadModelTest, CopiesPicklesTensorByTensor) {
  const std::string whole = Said({"pytorch_model.bin", "tf_model.h5"});
  EXPECT_THAT(whole,
              HasSubstr("pytorch_model.bin: pickles are not read, since they can run code; convert it once with: "
                        "python3 -c 'import sys, torch; "));
  EXPECT_THAT(whole, ::testing::EndsWith("'" + Path("pytorch_model.bin") + "' '" + Path("model.safetensors") + "'"));
  const std::string first = "pytorch_model-00001-of-00002.bin", second = "pytorch_model-00002-of-00002.bin";
  EXPECT_THAT(Said({"pytorch_model.bin.index.json", second, first}),
              ::testing::EndsWith("'" + Path(first) + "' '" + Path(second) + "' '" + Path("model.safetensors") + "'"));
}

TEST_F(UnreadModelTest, NamesTheClassThatTheConfigurationNames) {
  EXPECT_THAT(Said({"tf_model.h5"}, R"({"architectures": ["TFBertModel"]})"),
              ::testing::EndsWith(" 'BertModel' '" + folder_ + "'"));
  EXPECT_THAT(Said({"flax_model.msgpack"}, "{}"), HasSubstr("from_flax=True"));
  EXPECT_THAT(Said({"bert_model.ckpt.index"}), HasSubstr("' '" + Path("bert_config.json") + "' '"));
  EXPECT_THAT(Said({"adapter_model.safetensors"}), HasSubstr("merge_and_unload()"));
  EXPECT_THAT(Said({}), HasSubstr("model.safetensors: No such file or directory"));
}

TEST_F(UnreadModelTest, TellsHubNamesFromPaths) {
  const absl::Status missing = absl::NotFoundError("no config.json");
  EXPECT_EQ(ExplainNoConfig("google/bert", missing).message(),
            "no config.json; models are read from folders, and there is none called google/bert; if that is a name on "
            "the Hugging Face hub, make it one with: hf download 'google/bert' --local-dir 'google/bert'");
  for (const char* path : {"/google/bert", "./bert", "a/b/c", "a b", ""}) {
    EXPECT_EQ(ExplainNoConfig(path, missing), missing) << path;
  }
  EXPECT_THAT(AtomicWriteFile(Path("model.safetensors"), ""), IsOk());
  EXPECT_THAT(ExplainNoConfig(Path("model.safetensors"), missing).message(), HasSubstr("its folder is " + folder_));
}

}  // namespace
}  // namespace retort
