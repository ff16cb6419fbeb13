#ifndef RETORT_FRAMEWORK_REPORT_ANALYSIS_FORMAT_H_
#define RETORT_FRAMEWORK_REPORT_ANALYSIS_FORMAT_H_

#include <cstdint>
#include <string>

// Numbers as words for readers. UTF-8: a true minus sign (−), ± and units. Machine-readable files print numbers with
// ExactNumber instead. Pure functions.

namespace retort {

// Decimals that a number with this uncertainty deserves: up to the first significant digit of the uncertainty, and one
// more if that digit is 1 (0.025 -> 2, 0.012 -> 3, 30 -> 0). 3 if the uncertainty is 0 or not finite. At most 9.
int DecimalsFor(double uncertainty);

// "4.090", "−0.3", "+0.18" (with_sign), "NaN", "∞".
std::string FormatFixed(double value, int decimals, bool with_sign = false);

// "4.09 ± 0.02"
std::string FormatPlusMinus(double value, double uncertainty);

// "+0.18 (0.16 to 0.21)" in parts, for callers that put words between them. An end that is not 0 never prints as 0:
// decimals grow until the interval's side of 0 can be read off.
struct FormattedInterval {
  std::string estimate, low, high;
};
FormattedInterval FormatInterval(double estimate, double low, double high);

// Three significant digits with k, M, G, T: 4321987 -> "4.32 M", 950 -> "950".
std::string FormatCount(double value);

// 0.125 -> "12.5 %", 0.5 -> "50 %".
std::string FormatShare(double share);

// "1:05", "2:03:09"; "–" if negative or not finite. Whole seconds.
std::string FormatDuration(double seconds);

// "0.042", "< 0.001", "> 0.999".
std::string FormatPValue(double p);

// The shortest decimal number that reads back as `value`; "nan", "inf", "-inf". From 2^53 on it has an exponent: a
// reader that takes digits for an integer, as pandas does, has none for many of them, and makes words of the whole
// column.
std::string ExactNumber(double value);

// The folder of a run among those of a sweep, "<variant>/seed_<n>"; a variant's '/' becomes '_'.
std::string RunFolder(const std::string& variant, uint64_t seed);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_ANALYSIS_FORMAT_H_
