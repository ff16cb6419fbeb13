#include "framework/sweep/show/environment.h"

#include <cstdlib>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

TEST(DescribeComputation, SaysThreadsInstructionsAndLibrary) {
  EXPECT_THAT(DescribeComputation(c10::Device(at::kCPU)),
              MatchesRegex("threads [0-9]+, .+, libtorch [0-9.]+.*, products by (oneDNN|MKL).*"));
}

// Settings that change the bits of a product.
TEST(DescribeComputation, HasEverySettingOfTheLibrariesThatIsSet) {
  for (const char* name :
       {"MKL_CBWR", "ONEDNN_MAX_CPU_ISA", "ONEDNN_DEFAULT_FPMATH_MODE", "DNNL_DEFAULT_FPMATH_MODE"}) {
    const std::string before = DescribeComputation(c10::Device(at::kCPU));
    EXPECT_THAT(before, Not(HasSubstr(name)));
    ::setenv(name, "ANY", 1);
    EXPECT_EQ(DescribeComputation(c10::Device(at::kCPU)), before + ", " + name + "=ANY");
    ::unsetenv(name);
  }
}

TEST(DescribeComputation, NamesTheDevice) {
  EXPECT_THAT(DescribeComputation(c10::Device(at::kCUDA, 0)), HasSubstr(", cuda:0"));
}

}  // namespace
}  // namespace retort
