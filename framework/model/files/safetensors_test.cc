#include "framework/model/files/safetensors.h"

#include <cstring>
#include <filesystem>
#include <string>

#include "ATen/TensorOperators.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/model/files/safetensors_header.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::RandomTensor;
using testing::StatusIs;

std::string TestPath(const std::string& name) { return absl::StrCat(::testing::TempDir(), "/", name); }

std::string FileBytes(const std::string& header, size_t data_bytes) {
  const uint64_t length = header.size();
  return absl::StrCat(absl::string_view(reinterpret_cast<const char*>(&length), 8), header,
                      std::string(data_bytes, '\1'));
}

absl::Status OpenBytes(const std::string& bytes) {
  const std::string path = TestPath("damaged.safetensors");
  EXPECT_THAT(AtomicWriteFile(path, bytes), IsOk());
  return SafetensorsFile::Open(path).status();
}

// The status of a file with this header and so many bytes of data.
absl::Status OpenHeader(const std::string& header, size_t data_bytes) {
  return OpenBytes(FileBytes(header, data_bytes));
}

// Names the path, and says what is wrong.
auto IsDamaged(const std::string& what) {
  return StatusIs(absl::StatusCode::kDataLoss, AllOf(HasSubstr("damaged.safetensors: not a sound"), HasSubstr(what)));
}

std::string Entry(const std::string& name, int64_t begin, int64_t end) {
  return absl::StrCat("\"", name, "\":{\"dtype\":\"F32\",\"shape\":[", (end - begin) / 4, "],\"data_offsets\":[", begin,
                      ",", end, "]}");
}

TEST(Safetensors, GivesBackWhatWasWritten) {
  const std::string path = TestPath("sound.safetensors");
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (at::ScalarType type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    tensors.emplace_back(absl::StrCat("random \"", c10::toString(type), "\""), RandomTensor({3, 5}, 1, type));
  }
  tensors.emplace_back("int64", at::tensor({int64_t{-1}, int64_t{1} << 60}, at::kLong));
  tensors.emplace_back("int8", at::tensor({-128, 127, 3}, at::kChar));
  tensors.emplace_back("bool", at::tensor({1, 0}, at::kLong).to(at::kBool));
  tensors.emplace_back("transposed", RandomTensor({4, 3}, 2).t());
  tensors.emplace_back("empty", at::zeros({0, 7}, at::kFloat));
  tensors.emplace_back("scalar", at::zeros({}, at::kFloat) + 3);
  ASSERT_THAT(WriteSafetensors(path, tensors, {{"format", "pt"}, {"ключ", "значение"}}), IsOk());

  const auto file = SafetensorsFile::Open(path);
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ((*file)->path(), path);
  EXPECT_EQ((*file)->entries().size(), tensors.size());
  EXPECT_EQ((*file)->metadata().at("format"), "pt");
  EXPECT_EQ((*file)->metadata().at("ключ"), "значение");
  for (const auto& [name, tensor] : tensors) {
    const auto read = (*file)->Read(name);
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(read->scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(at::equal(*read, tensor)) << name;
  }
  EXPECT_THAT((*file)->Read("none"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("no tensor \"none\"")));
}

TEST(Safetensors, PutsTheDataAtAMultipleOfEightBytes) {
  for (const char* name : {"a", "ab", "abc", "abcd", "abcde"}) {
    const std::string path = TestPath("aligned.safetensors");
    ASSERT_THAT(WriteSafetensors(path, {{name, at::zeros({2})}}, {}), IsOk());
    const auto file = SafetensorsFile::Open(path);
    ASSERT_THAT(file, IsOk());
    EXPECT_EQ((*file)->entries().at(name).begin % 8, 0u) << name;
  }
}

TEST(Safetensors, WritesNothingWhereTheFolderIsMissing) {
  EXPECT_THAT(WriteSafetensors(TestPath("nowhere/x.safetensors"), {}, {}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nowhere/x.safetensors")));
  EXPECT_FALSE(std::filesystem::exists(TestPath("nowhere")));
}

// A mapped file would end the process here.
TEST(Safetensors, AFileThatIsCutWhileItIsOpenIsAnError) {
  const std::string path = TestPath("cut.safetensors");
  ASSERT_THAT(WriteSafetensors(path, {{"a", at::zeros({100000})}}, {}), IsOk());
  const auto file = SafetensorsFile::Open(path);
  ASSERT_THAT(file, IsOk());
  std::filesystem::resize_file(path, 1000);
  EXPECT_THAT((*file)->Read("a"), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("got only 1000; it was cut")));
  EXPECT_THAT((*file)->ReadBytes("a"), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("cut.safetensors")));
}

TEST(Safetensors, RefusesWhatIsNoFileOfItsKind) {
  EXPECT_THAT(SafetensorsFile::Open(TestPath("missing")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("missing: No such file")));
  EXPECT_THAT(SafetensorsFile::Open(::testing::TempDir()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("want a regular file, got a folder")));
  EXPECT_THAT(OpenBytes(""), IsDamaged("want at least 8 bytes, got 0"));
  EXPECT_THAT(OpenBytes("1234567"), IsDamaged("want at least 8 bytes, got 7"));
  EXPECT_THAT(OpenBytes(std::string(8, '\0')), IsDamaged("no JSON"));
  EXPECT_THAT(OpenBytes(std::string("\x20\0\0\0\0\0\0\0{}", 10)),
              IsDamaged("header of at most 2 bytes, got one of 32"));
  EXPECT_THAT(OpenBytes(std::string(16, '\xff')),
              IsDamaged("header of at most 8 bytes, got one of 18446744073709551615"));
}

TEST(Safetensors, RefusesHeadersOverTheFormatsLimit) {
  const std::string path = TestPath("damaged.safetensors");
  const uint64_t length = 100'000'001;
  ASSERT_THAT(AtomicWriteFile(path, {reinterpret_cast<const char*>(&length), 8}), IsOk());
  std::filesystem::resize_file(path, 8 + length);  // A hole: takes no room.
  EXPECT_THAT(SafetensorsFile::Open(path), IsDamaged("header of at most 100000000 bytes, got one of 100000001"));
  std::filesystem::remove(path);
}

TEST(Safetensors, RefusesHeadersThatAreNoJsonObject) {
  EXPECT_THAT(OpenHeader("{\"a\":", 0), IsDamaged("no JSON from byte 6 on"));
  EXPECT_THAT(OpenHeader("{} {}", 0), IsDamaged("no JSON from byte 4 on"));
  EXPECT_THAT(OpenHeader("{\"a\xff\":1}", 0), IsDamaged("no JSON"));
  EXPECT_THAT(OpenHeader("[]", 0), IsDamaged("the header: want a JSON object, got an array"));
  EXPECT_THAT(OpenHeader("3", 0), IsDamaged("the header: want a JSON object, got 3"));
  EXPECT_THAT(OpenHeader("{\"a\":3}", 0), IsDamaged("\"a\": want an object, got 3"));
  EXPECT_THAT(OpenHeader("{\"a\":null}", 0), IsDamaged("\"a\": want an object, got null"));
  EXPECT_THAT(OpenHeader("{\"__metadata__\":[]}", 0), IsDamaged("\"__metadata__\": want an object, got an array"));
  EXPECT_THAT(OpenHeader("{\"__metadata__\":{\"format\":1}}", 0),
              IsDamaged("__metadata__: \"format\": want a string, got 1"));
}

TEST(Safetensors, RefusesFieldsOfWrongTypes) {
  auto open = [](const std::string& fields) { return OpenHeader(absl::StrCat("{\"a\":{", fields, "}}"), 4); };
  EXPECT_THAT(open(""), IsDamaged("tensor \"a\": dtype: want it, got none"));
  EXPECT_THAT(open(R"("dtype":"F32","data_offsets":[0,4])"), IsDamaged("tensor \"a\": shape: want it, got none"));
  EXPECT_THAT(open(R"("dtype":"F32","shape":[1])"), IsDamaged("tensor \"a\": data_offsets: want it, got none"));
  EXPECT_THAT(open(R"("dtype":32)"), IsDamaged("dtype: want a string, got 32"));
  EXPECT_THAT(open(R"("dtype":"F31")"), IsDamaged("dtype: want one of F64, F32, F16, BF16"));
  EXPECT_THAT(open(R"("dtype":"F31")"), IsDamaged("got \"F31\""));
  EXPECT_THAT(open(R"("shape":"1")"), IsDamaged("shape: want an array, got \"1\""));
  EXPECT_THAT(open(R"("shape":{"x":1})"), IsDamaged("shape: want an array, got an object"));
  EXPECT_THAT(open(R"("shape":[1.5])"), IsDamaged("shape: want sizes of at least 0 that a file can have, got 1.5"));
  EXPECT_THAT(open(R"("shape":[-1])"), IsDamaged("shape: want sizes of at least 0 that a file can have, got -1"));
  EXPECT_THAT(open(R"("shape":[[1]])"),
              IsDamaged("shape: want sizes of at least 0 that a file can have, got an array"));
  EXPECT_THAT(open(R"("data_offsets":4)"), IsDamaged("data_offsets: want an array, got 4"));
  EXPECT_THAT(open(R"("data_offsets":[-4,0])"), IsDamaged("data_offsets: want offsets of at least 0, got -4"));
  EXPECT_THAT(open(R"("data_offsets":[0,4,8])"), IsDamaged("data_offsets: want two offsets, got more"));
  EXPECT_THAT(open(R"("dtype":"F32","shape":[1],"data_offsets":[4])"), IsDamaged("want two offsets, got 1"));
  EXPECT_THAT(open(R"("type":"F32")"), IsDamaged("want dtype, shape and data_offsets, got \"type\""));
}

TEST(Safetensors, RefusesSizesThatOverflow) {
  auto open = [](const std::string& shape) {
    return OpenHeader(absl::StrCat("{\"a\":{\"dtype\":\"F32\",\"shape\":[", shape, "],\"data_offsets\":[0,0]}}"), 0);
  };
  EXPECT_THAT(open("18446744073709551615"), IsDamaged("shape: want sizes"));
  EXPECT_THAT(open("4611686018427387904"), IsDamaged("shape: want sizes"));
  EXPECT_THAT(open("4294967296,4294967296"), IsDamaged("got [4294967296, 4294967296]"));
  EXPECT_THAT(open("4294967296,1073741824"), IsDamaged("shape: want sizes"));  // 2^64 bytes: 0 after the overflow.
  EXPECT_THAT(open("0,18446744073709551615"), IsDamaged("shape: want sizes"));
  EXPECT_THAT(open("0,4294967296,4294967296"), IsDamaged("shape: want sizes"));
  EXPECT_THAT(open("18446744073709551616"), IsDamaged("shape: want sizes"));  // Too large for JSON's integers.
  EXPECT_THAT(open("0,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"), IsDamaged("at most 16 dimensions"));
  EXPECT_THAT(open("0,7"), IsOk());
}

TEST(Safetensors, RefusesOffsetsThatDoNotFit) {
  EXPECT_THAT(OpenHeader("{" + Entry("a", 0, 8) + "}", 4), IsDamaged("within the file's 4 bytes of data, got 0 and 8"));
  EXPECT_THAT(OpenHeader(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4),
              IsDamaged("want them ascending"));
  EXPECT_THAT(OpenHeader(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4),
              IsDamaged("want the 8 bytes that its shape [2] takes, got 4"));
  EXPECT_THAT(OpenHeader("{" + Entry("a", 0, 8) + "," + Entry("b", 4, 12) + "}", 12),
              IsDamaged("tensors overlap at byte 4"));
  EXPECT_THAT(OpenHeader("{" + Entry("a", 0, 4) + "," + Entry("b", 8, 12) + "}", 12),
              IsDamaged("there is a gap before the tensor at byte 8"));
  EXPECT_THAT(OpenHeader("{" + Entry("b", 4, 8) + "}", 8), IsDamaged("there is a gap before the tensor at byte 4"));
  EXPECT_THAT(OpenHeader("{" + Entry("a", 0, 4) + "}", 5), IsDamaged("want 4 bytes of data as the header says, got 5"));
  EXPECT_THAT(OpenHeader("{" + Entry("b", 4, 8) + "," + Entry("a", 0, 4) + "}", 8), IsOk());
}

TEST(Safetensors, RefusesNamesThatOccurTwice) {
  EXPECT_THAT(OpenHeader("{" + Entry("a", 0, 4) + "," + Entry("a", 4, 8) + "}", 8),
              IsDamaged("want \"a\" once, got it twice"));
  EXPECT_THAT(OpenHeader("{" + Entry("a", 0, 4) + "," + Entry("\\u0061", 4, 8) + "}", 8),
              IsDamaged("want \"a\" once, got it twice"));
  EXPECT_THAT(OpenHeader(R"({"__metadata__":{},"__metadata__":{}})", 0), IsDamaged("\"__metadata__\" once"));
  EXPECT_THAT(OpenHeader(R"({"__metadata__":{"x":"","x":""}})", 0), IsDamaged("__metadata__: want \"x\" once"));
  EXPECT_THAT(OpenHeader(R"({"a":{"dtype":"F32","dtype":"F32"}})", 0), IsDamaged("tensor \"a\": want \"dtype\" once"));
}

// What would make a careless parser overflow the stack or take many times the file's size.
TEST(Safetensors, RefusesHeadersMadeToExhaust) {
  EXPECT_THAT(OpenHeader("{\"a\":" + std::string(5'000'000, '['), 0), IsDamaged("\"a\": want an object, got an array"));
  std::string zeros = "0";
  for (int i = 0; i < 1'000'000; ++i) zeros += ",0";
  EXPECT_THAT(OpenHeader("{\"a\":{\"shape\":[" + zeros + "]}}", 0), IsDamaged("at most 16 dimensions"));
  EXPECT_THAT(OpenHeader("{\"" + std::string(1 << 21, 'x') + "\":1}", 0), IsDamaged("a string of over 1 MiB"));
  std::string many = Entry("0", 0, 0);
  for (int i = 1; i <= 1 << 16; ++i) absl::StrAppend(&many, ",", Entry(absl::StrCat(i), 0, 0));
  EXPECT_THAT(OpenHeader("{" + many + "}", 0), IsDamaged("want at most 65536 tensors, got more"));
}

// Every prefix of a sound file, and every single damaged byte of its header, is refused or read without harm.
TEST(Safetensors, SurvivesDamageAnywhere) {
  const std::string path = TestPath("sound.safetensors");
  ASSERT_THAT(WriteSafetensors(path, {{"a", RandomTensor({2, 3}, 1)}, {"b", at::zeros({4}, at::kInt)}}, {{"k", "v"}}),
              IsOk());
  const std::string sound = *ReadFile(path);
  for (size_t length = 0; length < sound.size(); ++length) {
    EXPECT_THAT(OpenBytes(sound.substr(0, length)), IsDamaged("")) << length;
  }
  const size_t header_end = sound.size() - 6 * 8 - 4 * 4;
  for (size_t i = 0; i < header_end; ++i) {
    for (char byte : {'\0', '9', '"', '}', '\x80'}) {
      std::string damaged = sound;
      damaged[i] = byte;
      ASSERT_THAT(AtomicWriteFile(path, damaged), IsOk());
      const auto file = SafetensorsFile::Open(path);
      if (!file.ok()) continue;
      for (const auto& [name, entry] : (*file)->entries()) EXPECT_THAT((*file)->Read(name), IsOk());
    }
  }
}

TEST(SafetensorsHeader, RefusesAByteOrderMark) {
  EXPECT_THAT(ParseSafetensorsHeader("\xef\xbb\xbf{}", 0),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("the header begins with a byte order mark")));
}

}  // namespace
}  // namespace retort
