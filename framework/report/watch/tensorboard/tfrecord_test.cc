#include "framework/report/watch/tensorboard/tfrecord.h"

#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(Crc32c, PublishedVectors) {
  // RFC 3720, B.4, and the customary check value.
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(Crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
  EXPECT_EQ(Crc32c(""), 0u);
}

TEST(MaskedCrc32c, RotatesAndAdds) {
  // 0xE3069283 rotated right by 15: 0x2507C60D; plus 0xA282EAD8: 0xC78AB0E5.
  EXPECT_EQ(MaskedCrc32c("123456789"), 0xC78AB0E5u);
}

TEST(FrameRecord, Layout) {
  const std::string record = FrameRecord("123456789");
  ASSERT_EQ(record.size(), 8u + 4 + 9 + 4);
  EXPECT_EQ(record.substr(0, 8), std::string("\x09\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(record.substr(12, 9), "123456789");
  EXPECT_EQ(record.substr(21), "\xE5\xB0\x8A\xC7");
}

}  // namespace
}  // namespace retort
