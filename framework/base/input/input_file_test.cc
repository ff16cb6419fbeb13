#include "framework/base/input/input_file.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>

#include "framework/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;

std::string ErrorOf(const std::string& path) {
  const absl::Status opened = InputFile::Open(path).status();
  EXPECT_EQ(ReadFile(path).status(), opened);
  return std::string(opened.message());
}

TEST(InputFile, ReadsARegularFileInPieces) {
  const std::string path = ::testing::TempDir() + "/regular";
  ASSERT_TRUE(AtomicWriteFile(path, "abc").ok());
  auto file = InputFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->size(), 3);
  char bytes[2];
  EXPECT_EQ(*file->Read(bytes, 2), 2u);
  InputFile moved = *std::move(file);
  EXPECT_EQ(*moved.Read(bytes, 2), 1u);
  EXPECT_EQ(bytes[0], 'c');
  EXPECT_EQ(*moved.Read(bytes, 2), 0u);
}

TEST(InputFile, ReadsPartsWithoutMoving) {
  const std::string path = ::testing::TempDir() + "/parts";
  ASSERT_TRUE(AtomicWriteFile(path, "0123456789").ok());
  absl::StatusOr<InputFile> file = InputFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  char bytes[4];
  ASSERT_TRUE(file->ReadAt(6, bytes, 4).ok());
  EXPECT_EQ(std::string(bytes, 4), "6789");
  ASSERT_EQ(*file->Read(bytes, 1), 1u);
  EXPECT_EQ(bytes[0], '0');
  const absl::Status beyond = file->ReadAt(8, bytes, 4);
  EXPECT_EQ(beyond.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(beyond.message()),
              HasSubstr("parts: want 12 bytes, got only 10; it was cut while it was open"));
}

// Reading any of these would wait, or never end.
TEST(InputFile, RefusesWhatIsNoRegularFile) {
  const std::string pipe = ::testing::TempDir() + "/pipe";
  std::remove(pipe.c_str());
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(ErrorOf(pipe), HasSubstr("/pipe: want a regular file, got a named pipe"));
  EXPECT_THAT(ErrorOf("/dev/zero"), HasSubstr("cannot open /dev/zero: want a regular file, got a device"));
  EXPECT_THAT(ErrorOf(::testing::TempDir()), HasSubstr("want a regular file, got a folder"));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/input_file_test_%d", ::getpid());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_THAT(ErrorOf(address.sun_path), HasSubstr("want a regular file, got a socket"));
  ::close(socket);
  std::remove(address.sun_path);
}

}  // namespace
}  // namespace retort
