#include "framework/report/files/variants_txt.h"

#include "absl/strings/str_cat.h"

namespace retort {

std::string RenderVariantsTxt(const SweepResult& result, const Analysis&) {
  std::string text;
  for (const VariantInfo& variant : result.variants) absl::StrAppend(&text, variant.name, "\n");
  return text;
}

}  // namespace retort
