#include "framework/config/variants/validate/check_augmentation.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/config/reflection.h"
#include "google/protobuf/descriptor.h"

namespace retort {
namespace {

// The names of the set fields that say nothing of an augmentation.
std::vector<std::string> OtherFields(const Stage& stage) {
  std::vector<std::string> others;
  for (const google::protobuf::FieldDescriptor* field : SetFields(stage)) {
    switch (field->number()) {
      case Stage::kNameFieldNumber:
      case Stage::kDataFieldNumber:
      case Stage::kTaskFieldNumber:
      case Stage::kAugmentationFieldNumber:
        break;
      default:
        others.emplace_back(field->name());
    }
  }
  return others;
}

}  // namespace

void CheckAugmentation(const std::string& place, const Stage& stage, Problems* problems) {
  const Augmentation& augmentation = stage.augmentation();
  const std::string inside = place + "augmentation: ";
  const std::vector<std::string> others = OtherFields(stage);
  problems->Want(others.empty(), place + "augmentation", "`data` beside it alone",
                 absl::StrCat(absl::StrJoin(others, ", "), "; leave out what is not of the augmentation"));
  if (augmentation.model().empty()) {
    problems->Add(inside + "model", "want the folder of a masked language model, or a teacher to take, got neither");
  }
  problems->Positive(inside + "copies", augmentation.copies());
  problems->Positive(inside + "candidates", augmentation.candidates());
  problems->Share(inside + "probability", augmentation.probability(), /*one_allowed=*/true);
  problems->Positive(inside + "words", augmentation.words());
}

void CheckAugmented(const std::string& place, const Stage& stage, const std::set<std::string>& augmentations,
                    Problems* problems) {
  if (stage.augmented().empty() || augmentations.count(stage.augmented()) > 0) return;
  const std::string there =
      augmentations.empty() ? "there is none" : "there are: " + absl::StrJoin(augmentations, ", ");
  problems->Add(place + "augmented", absl::StrCat("want \"@name\" of an earlier augmentation stage (", there,
                                                  "), got \"", stage.augmented(), "\""));
}

}  // namespace retort
