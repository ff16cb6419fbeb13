#include "framework/train/teacher_cache/record_file.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "absl/status/status.h"
#include "framework/base/file.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

class RecordFileTest : public ::testing::Test {
 protected:
  RecordFileTest() : path_(::testing::TempDir() + "/records-" + std::to_string(::getpid())) {
    std::filesystem::remove(path_);
  }
  ~RecordFileTest() override { std::filesystem::remove(path_); }

  std::unique_ptr<RecordFile> OpenToAppend() const {
    auto file = RecordFile::OpenToAppend(path_);
    EXPECT_THAT(file, IsOk());
    return *std::move(file);
  }
  std::unique_ptr<RecordFile> OpenToRead() const {
    auto file = RecordFile::OpenToRead(path_);
    EXPECT_THAT(file, IsOk());
    return *std::move(file);
  }

  static absl::Status Append(const RecordId& id, const std::string& bytes, RecordFile* file) {
    const absl::string_view pieces[] = {absl::string_view(bytes).substr(0, 1), absl::string_view(bytes).substr(1)};
    return file->Append(id, pieces);
  }

  // A record of so many bytes.
  static absl::StatusOr<std::string> Read(const RecordId& id, size_t size, RecordFile* file) {
    std::string bytes(size, '?');
    const absl::Span<char> pieces[] = {absl::Span<char>(&bytes[0], size / 2),
                                       absl::Span<char>(&bytes[size / 2], size - size / 2)};
    const absl::Status status = file->Read(id, pieces);
    return status.ok() ? absl::StatusOr<std::string>(bytes) : status;
  }

  // Two records: "first" of 0, 0 and "second" of 0, 1.
  void WriteTwo() const {
    const auto file = OpenToAppend();
    EXPECT_THAT(Append({0, 0}, "first", file.get()), IsOk());
    EXPECT_THAT(Append({0, 1}, "second", file.get()), IsOk());
  }

  // Replaces the file.
  void Put(const std::string& bytes) const { ASSERT_THAT(AtomicWriteFile(path_, bytes), IsOk()); }

  const std::string path_;
};

TEST_F(RecordFileTest, ReadsWhatWasAppended) {
  EXPECT_THAT(RecordFile::OpenToRead(path_), StatusIs(absl::StatusCode::kNotFound, HasSubstr(path_)));
  WriteTwo();
  const auto file = OpenToAppend();
  EXPECT_EQ(Read({0, 1}, 6, file.get()).value(), "second");
  EXPECT_FALSE(file->Has({1, 0}));
  ASSERT_THAT(Append({1, 0}, "third", file.get()), IsOk());
  EXPECT_EQ(Read({1, 0}, 5, file.get()).value(), "third") << "by the one who wrote it";
  const auto reader = OpenToRead();
  EXPECT_EQ(Read({0, 0}, 5, reader.get()).value(), "first");
  EXPECT_EQ(Read({1, 0}, 5, reader.get()).value(), "third");
  EXPECT_EQ(reader->damage(), "");
}

TEST_F(RecordFileTest, ATornEndIsWrittenOver) {
  WriteTwo();
  const std::string whole = ReadFile(path_).value();
  const size_t first = RecordFile::kHeaderBytes + 5;
  for (size_t size = 0; size < whole.size(); ++size) {
    Put(whole.substr(0, size));
    const auto file = OpenToAppend();
    EXPECT_EQ(file->damage(), "");
    EXPECT_EQ(file->Has({0, 0}), size >= first) << size;
    EXPECT_FALSE(file->Has({0, 1})) << size;
    if (!file->Has({0, 0})) {
      ASSERT_THAT(Append({0, 0}, "first", file.get()), IsOk());
    }
    ASSERT_THAT(Append({0, 1}, "second", file.get()), IsOk());
    EXPECT_EQ(ReadFile(path_).value(), whole) << size;
  }
}

TEST_F(RecordFileTest, EveryDamagedByteIsSeen) {
  WriteTwo();
  const std::string whole = ReadFile(path_).value();
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    Put(damaged);
    const auto file = OpenToRead();
    int sound = 0, damages = file->damage().empty() ? 0 : 1;
    for (const auto& [id, text] :
         std::vector<std::pair<RecordId, std::string>>{{{0, 0}, "first"}, {{0, 1}, "second"}}) {
      if (!file->Has(id)) continue;
      const auto got = Read(id, text.size(), file.get());
      EXPECT_EQ(got.value_or(text), text) << at;
      ++(got.ok() ? sound : damages);
    }
    EXPECT_LT(sound, 2) << at;
    EXPECT_EQ(damages, 1) << at;
  }
}

TEST_F(RecordFileTest, SaysWhatIsDamagedAndTakesItAnew) {
  WriteTwo();
  std::string bytes = ReadFile(path_).value();
  bytes[RecordFile::kHeaderBytes] = 'F';
  Put(bytes);
  const auto file = OpenToAppend();
  EXPECT_THAT(Read({0, 0}, 5, file.get()),
              StatusIs(absl::StatusCode::kDataLoss,
                       path_ + ": the record of step 1, micro-batch 1 is damaged: it is not what was written"));
  EXPECT_FALSE(file->Has({0, 0}));
  ASSERT_THAT(Append({0, 0}, "first", file.get()), IsOk());
  EXPECT_EQ(Read({0, 0}, 5, OpenToRead().get()).value(), "first") << "the later one counts";

  bytes[0] = 'x';
  Put(bytes);
  EXPECT_EQ(OpenToRead()->damage(), path_ + " is damaged at byte 0: what is there and behind it is not used");
}

TEST_F(RecordFileTest, RejectsARecordOfAnotherSize) {
  WriteTwo();
  EXPECT_THAT(
      Read({0, 0}, 6, OpenToRead().get()),
      StatusIs(absl::StatusCode::kDataLoss, path_ + ": the record of step 1, micro-batch 1: want 6 bytes, got 5"));
}

TEST_F(RecordFileTest, OneAppendsAtATime) {
  const auto file = OpenToAppend();
  EXPECT_THAT(RecordFile::OpenToAppend(path_),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("another process is writing")));
  EXPECT_THAT(RecordFile::OpenToRead(path_), IsOk());
}

// In a process of its own, whose files may be no larger than a kilobyte.
TEST_F(RecordFileTest, IsWhatItWasWhereTheDiskIsFull) {
  WriteTwo();
  const std::string before = ReadFile(path_).value();
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1024, 1024};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    auto file = RecordFile::OpenToAppend(path_);
    const bool failed = file.ok() && !Append({1, 0}, std::string(2000, 'x'), file->get()).ok();
    const bool goes_on = failed && Append({1, 0}, "x", file->get()).ok();
    ::_exit(goes_on ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(ReadFile(path_).value().substr(0, before.size()), before);
  EXPECT_EQ(Read({1, 0}, 1, OpenToRead().get()).value(), "x");
}

}  // namespace
}  // namespace retort
