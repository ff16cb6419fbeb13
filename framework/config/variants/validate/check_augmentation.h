#ifndef RETORT_FRAMEWORK_CONFIG_VARIANTS_VALIDATE_CHECK_AUGMENTATION_H_
#define RETORT_FRAMEWORK_CONFIG_VARIANTS_VALIDATE_CHECK_AUGMENTATION_H_

#include <set>
#include <string>

#include "framework/base/problems.h"
#include "framework/config/sweep.pb.h"

namespace retort {

// Adds what is wrong with the augmentation of a stage that has one, its data aside. `place` is the stage's, with ": "
// behind it.
void CheckAugmentation(const std::string& place, const Stage& stage, Problems* problems);

// Adds what is wrong with the reference `augmented` of a stage. `augmentations`: "@name" of the augmentation stages
// before it.
void CheckAugmented(const std::string& place, const Stage& stage, const std::set<std::string>& augmentations,
                    Problems* problems);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_VARIANTS_VALIDATE_CHECK_AUGMENTATION_H_
