#include "framework/text/sequence_template.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace retort {

std::string SequenceTemplateText(const SequenceTemplate& sequence) {
  std::string text = absl::StrCat(sequence.second_type);
  for (const auto* list :
       {&sequence.before, &sequence.between, &sequence.behind, &sequence.between_types, &sequence.behind_types}) {
    absl::StrAppend(&text, ";", absl::StrJoin(*list, ","));
  }
  return text;
}

}  // namespace retort
