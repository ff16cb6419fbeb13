#include "framework/model/files/weight_files.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "ATen/ops/equal.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "framework/base/file.h"
#include "framework/model/files/output_folder.h"
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

TEST_F(WeightFilesTest, WhatNobodyReadsOfAnIndexMayBeAnything) {
  ASSERT_THAT(Write(163), IsOk());
  const std::string text = *ReadFile(Path(kIndex));
  EXPECT_THAT(OpenIndex(absl::StrReplaceAll(text, {{"\"total_size\": 164", "\"total_size\": NaN, \"x\": 1e999"}})),
              IsOk());
}

class OutputFolderTest : public WeightFilesTest {
 protected:
  void Put(const std::string& name) const { ASSERT_THAT(AtomicWriteFile(Path(name), ""), IsOk()); }
  absl::Status Check(const std::string& model, bool overwrite = false) const {
    return CheckOutputFolder(folder_, model, overwrite);
  }
};

TEST_F(OutputFolderTest, NamesTheFilesThatWouldGo) {
  EXPECT_THAT(CheckOutputFolder(folder_ + "/new", "model", false), IsOk());
  Put("README.md");
  EXPECT_THAT(Check("model"), IsOk());
  for (const char* name : {"merges.txt", kFirst}) Put(name);
  EXPECT_THAT(Check("model"),
              IsInvalidArgument(absl::StrCat("--output: want a folder without a model's files, which would "
                                             "be replaced or removed, got ",
                                             folder_, " with merges.txt, ", kFirst,
                                             "; choose another folder, or say --overwrite")));
  EXPECT_THAT(Check("model", /*overwrite=*/true), IsOk());
}

TEST_F(OutputFolderTest, AModelsOwnFilesMayGo) {
  ASSERT_THAT(Write(163), IsOk());
  Put("merges.txt");
  EXPECT_THAT(Check(folder_ + "/."), IsOk());
  ASSERT_THAT(Write(0), IsOk());
  for (const char* name : {kFirst, kIndex}) Put(name);
  EXPECT_THAT(Check(folder_),
              IsInvalidArgument(absl::StrCat("--output: want a folder without weights beside the model's, "
                                             "which would be replaced or removed, got ",
                                             folder_, " with ", kFirst, ", ", kIndex)));
  EXPECT_THAT(Check(folder_, /*overwrite=*/true), IsOk());
}

TEST_F(OutputFolderTest, NothingHelpsWithAFileInItsPlace) {
  Put("file");
  for (const bool overwrite : {false, true}) {
    EXPECT_THAT(
        CheckOutputFolder(Path("file"), "model", overwrite),
        StatusIs(absl::StatusCode::kFailedPrecondition,
                 absl::StrCat("--output: want a folder, got ", Path("file"), ": Not a directory; choose another")));
  }
}

}  // namespace
}  // namespace retort
