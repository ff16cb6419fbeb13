#include "framework/config/variants/validate/check_augmentation.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace retort {
namespace {

constexpr int kMostCopies = 10'000;

// Fields of stages that train or evaluate.
bool HasOtherWork(const Stage& stage) {
  return stage.has_from() || stage.has_teacher() || stage.has_adamw() || stage.has_budget() || stage.has_batch() ||
         !stage.use().empty() || !stage.augmented().empty() || stage.has_seed();
}

}  // namespace

void CheckAugmentation(const std::string& place, const Stage& stage, Problems* problems) {
  const Augmentation& augmentation = stage.augmentation();
  const std::string inside = place + "augmentation: ";
  if (HasOtherWork(stage)) {
    problems->Add(
        place + "augmentation",
        "want `data` beside it alone, got from, teacher, augmented, use, batch, budget, seed or an optimizer");
  }
  if (augmentation.model().empty()) {
    problems->Add(inside + "model", "want the folder of a masked language model, or a teacher to take, got neither");
  }
  problems->Positive(inside + "copies", augmentation.copies());
  problems->Want(augmentation.copies() <= kMostCopies, inside + "copies", absl::StrCat("at most ", kMostCopies),
                 augmentation.copies());
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
