#include "framework/base/try_torch.h"

#include <new>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "c10/util/Exception.h"

namespace retort {
namespace {

constexpr char kOutOfMemory[] = "memory ran out";

}  // namespace

absl::Status StatusOfException(absl::string_view what, const std::exception& exception) {
  const auto* torch = dynamic_cast<const c10::Error*>(&exception);
  std::string text = torch == nullptr ? exception.what() : torch->what_without_backtrace();
  text = text.substr(0, text.find('\n'));
  const bool out_of_memory = dynamic_cast<const std::bad_alloc*>(&exception) != nullptr ||
                             dynamic_cast<const c10::OutOfMemoryError*>(&exception) != nullptr ||
                             absl::StrContains(text, "allocate memory");
  if (out_of_memory) return absl::ResourceExhaustedError(absl::StrCat(what, ": ", kOutOfMemory, " (", text, ")"));
  return absl::InternalError(absl::StrCat(what, ": ", text));
}

bool IsOutOfMemory(const absl::Status& status) {
  return absl::IsResourceExhausted(status) && absl::StrContains(status.message(), kOutOfMemory);
}

}  // namespace retort
