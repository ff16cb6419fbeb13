#include "framework/report/analysis/format.h"

#include <limits>

#include "gtest/gtest.h"

namespace retort {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(DecimalsFor, OneDigitOrTwoAfterALeadingOne) {
  EXPECT_EQ(DecimalsFor(0.025), 2);
  EXPECT_EQ(DecimalsFor(0.012), 3);
  EXPECT_EQ(DecimalsFor(0.0996), 2);  // as 0.10
  EXPECT_EQ(DecimalsFor(0.6), 1);
  EXPECT_EQ(DecimalsFor(30), 0);
  EXPECT_EQ(DecimalsFor(0), 3);
  EXPECT_EQ(DecimalsFor(kNaN), 3);
  EXPECT_EQ(DecimalsFor(1e-30), 9);
}

TEST(FormatFixed, SignsAndSpecialValues) {
  EXPECT_EQ(FormatFixed(4.0904, 3), "4.090");
  EXPECT_EQ(FormatFixed(-0.31, 1), "−0.3");
  EXPECT_EQ(FormatFixed(0.184, 2, true), "+0.18");
  EXPECT_EQ(FormatFixed(-0.0004, 2, true), "0.00");  // Neither "−0.00" nor "+0.00".
  EXPECT_EQ(FormatFixed(kNaN, 2), "NaN");
  EXPECT_EQ(FormatFixed(-kInfinity, 2), "−∞");
}

TEST(FormatPlusMinus, TheUncertaintyDecides) {
  EXPECT_EQ(FormatPlusMinus(4.0904, 0.0231), "4.09 ± 0.02");
  EXPECT_EQ(FormatPlusMinus(4.0904, 0.0131), "4.090 ± 0.013");
}

TEST(FormatInterval, ExampleOfTheDesign) {
  const FormattedInterval interval = FormatInterval(0.1839, 0.1600, 0.2100);
  EXPECT_EQ(interval.estimate, "+0.18");
  EXPECT_EQ(interval.low, "0.16");
  EXPECT_EQ(interval.high, "0.21");
}

TEST(FormatInterval, AnEndBesideZeroIsNotPrintedAsZero) {
  const FormattedInterval interval = FormatInterval(0.3, 0.0041, 0.6);
  EXPECT_EQ(interval.low, "0.004");
  EXPECT_EQ(interval.estimate, "+0.300");
  EXPECT_EQ(FormatInterval(0, 0, 0).low, "0.000");
}

TEST(FormatCount, ThreeSignificantDigits) {
  EXPECT_EQ(FormatCount(950), "950");
  EXPECT_EQ(FormatCount(4321987), "4.32 M");
  EXPECT_EQ(FormatCount(999960), "1.00 M");
  EXPECT_EQ(FormatCount(81920), "81.9 k");
  EXPECT_EQ(FormatCount(1.5), "1.50");
}

TEST(FormatShare, Percent) {
  EXPECT_EQ(FormatShare(0.125), "12.5 %");
  EXPECT_EQ(FormatShare(0.5), "50 %");
}

TEST(FormatDuration, HoursOnlyWhenThereAreSome) {
  EXPECT_EQ(FormatDuration(65.2), "1:05");
  EXPECT_EQ(FormatDuration(7389), "2:03:09");
  EXPECT_EQ(FormatDuration(kInfinity), "–");
}

TEST(FormatPValue, ThreeDecimals) {
  EXPECT_EQ(FormatPValue(1e-15), "< 0.001");
  EXPECT_EQ(FormatPValue(0.0421), "0.042");
  EXPECT_EQ(FormatPValue(1), "> 0.999");
}

TEST(ExactNumber, ReadsBack) {
  EXPECT_EQ(ExactNumber(0.1), "0.1");
  EXPECT_EQ(std::stod(ExactNumber(1.0 / 3)), 1.0 / 3);
  EXPECT_EQ(ExactNumber(-kInfinity), "-inf");
  EXPECT_EQ(ExactNumber(kNaN), "nan");
  EXPECT_EQ(ExactNumber(123456789012345), "123456789012345");
  EXPECT_EQ(ExactNumber(12345678901234567000.0), "1.2345678901234567e+19") << "more than 64 bits hold";
  EXPECT_EQ(ExactNumber(-12345678901234567000.0), "-1.2345678901234567e+19");
}

TEST(RunFolder, HasNoSlashOfTheVariant) { EXPECT_EQ(RunFolder("lr=1/w=2", 3), "lr=1_w=2/seed_3"); }

}  // namespace
}  // namespace retort
