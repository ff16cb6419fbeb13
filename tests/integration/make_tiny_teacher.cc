// Writes a random model of 2 layers, 16 wide, over single characters: a model folder for tests of programs.
//
//   make_tiny_teacher <folder>              a BERT
//   make_tiny_teacher <folder> 7            the BERT of another seed
//   make_tiny_teacher <folder> gpt2         a GPT-2
//   make_tiny_teacher <folder> mobilebert   a MobileBERT with LayerNorms and 24 layers

#include <cstdlib>
#include <string>

#include "framework/sweep/test_sweep.h"

int main(int argc, char** argv) {
  if (argc == 2) {
    retort::testing::WriteTinyTeacher(argv[1]);
  } else if (argc == 3 && std::string(argv[2]) == "gpt2") {
    retort::testing::WriteTinyGpt2(argv[1]);
  } else if (argc == 3 && std::string(argv[2]) == "mobilebert") {
    retort::testing::WriteTinyTeacher(argv[1], /*seed=*/5, retort::testing::TinyMobilebertConfig(24));
  } else if (argc == 3 && std::atoi(argv[2]) > 0) {
    retort::testing::WriteTinyTeacher(argv[1], std::atoi(argv[2]));
  } else {
    return 2;
  }
  return 0;
}
