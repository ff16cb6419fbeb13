#ifndef RETORT_TESTS_FUZZ_MODEL_FOLDER_H_
#define RETORT_TESTS_FUZZ_MODEL_FOLDER_H_

#include "tests/fuzz/temp_folder.h"

namespace retort::fuzz {

// A folder with a sound model in it: a BERT of one layer, two wide, three pieces, with pooler and head.
class ModelFolder : public TempFolder {
 public:
  ModelFolder();
};

}  // namespace retort::fuzz

#endif  // RETORT_TESTS_FUZZ_MODEL_FOLDER_H_
