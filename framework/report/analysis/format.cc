#include "framework/report/analysis/format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace retort {
namespace {

constexpr int kMostDecimals = 9;
constexpr int kDecimalsWithoutUncertainty = 3;
constexpr double kFirstInexactInteger = 9007199254740992;  // 2^53

bool RoundsToZero(double value, int decimals) { return std::abs(value) < 0.5 * std::pow(10.0, -decimals); }

}  // namespace

int DecimalsFor(double uncertainty) {
  if (!(uncertainty > 0) || !std::isfinite(uncertainty)) return kDecimalsWithoutUncertainty;
  int exponent = static_cast<int>(std::floor(std::log10(uncertainty)));
  // 0.0996 is printed as 0.1, so it is judged as 0.1.
  if (std::round(uncertainty / std::pow(10.0, exponent)) >= 10) ++exponent;
  const double leading = uncertainty / std::pow(10.0, exponent);
  const int decimals = leading < 1.95 ? 1 - exponent : -exponent;
  return std::clamp(decimals, 0, kMostDecimals);
}

std::string FormatFixed(double value, int decimals, bool with_sign) {
  if (std::isnan(value)) return "NaN";
  std::string digits = std::isinf(value) ? "∞" : absl::StrFormat("%.*f", decimals, std::abs(value));
  const bool zero = RoundsToZero(value, decimals);
  if (value < 0 && !zero) return absl::StrCat("−", digits);
  return with_sign && !zero ? absl::StrCat("+", digits) : digits;
}

std::string FormatPlusMinus(double value, double uncertainty) {
  const int decimals = DecimalsFor(uncertainty);
  return absl::StrCat(FormatFixed(value, decimals), " ± ", FormatFixed(uncertainty, decimals));
}

FormattedInterval FormatInterval(double estimate, double low, double high) {
  int decimals = DecimalsFor((high - low) / 2);
  const auto hides = [&decimals](double end) { return end != 0 && RoundsToZero(end, decimals); };
  while (decimals < kMostDecimals && (hides(low) || hides(high))) ++decimals;
  return {FormatFixed(estimate, decimals, true), FormatFixed(low, decimals), FormatFixed(high, decimals)};
}

std::string FormatCount(double value) {
  if (!std::isfinite(value)) return FormatFixed(value, 0);
  static constexpr std::array<const char*, 7> kPrefixes = {"", " k", " M", " G", " T", " P", " E"};
  size_t prefix = 0;
  double scaled = value;
  while (std::abs(scaled) >= 999.5 && prefix + 1 < kPrefixes.size()) {
    scaled /= 1000;
    ++prefix;
  }
  const double size = std::abs(scaled);
  int decimals = size >= 99.95 ? 0 : (size >= 9.995 ? 1 : 2);
  if (prefix == 0 && scaled == std::round(scaled)) decimals = 0;
  return absl::StrCat(FormatFixed(scaled, decimals), kPrefixes[prefix]);
}

std::string FormatShare(double share) {
  const double percent = 100 * share;
  const bool whole = std::abs(percent - std::round(percent)) < 0.05;
  return absl::StrCat(FormatFixed(percent, whole ? 0 : 1), " %");
}

std::string FormatDuration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "–";
  const int64_t whole = std::llround(std::min(seconds, 3.6e9));
  if (whole >= 3600) return absl::StrFormat("%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  return absl::StrFormat("%d:%02d", whole / 60, whole % 60);
}

std::string FormatPValue(double p) {
  if (p < 0.001) return "< 0.001";
  return p > 0.999 ? "> 0.999" : FormatFixed(p, 3);
}

std::string ExactNumber(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  std::array<char, 32> buffer;
  char* const last = buffer.data() + buffer.size();
  const bool is_exact = std::abs(value) < kFirstInexactInteger;
  const std::to_chars_result end = is_exact ? std::to_chars(buffer.data(), last, value)
                                            : std::to_chars(buffer.data(), last, value, std::chars_format::scientific);
  return std::string(buffer.data(), end.ptr);
}

std::string RunFolder(const std::string& variant, uint64_t seed) {
  return absl::StrCat(absl::StrReplaceAll(variant, {{"/", "_"}}), "/seed_", seed);
}

}  // namespace retort
