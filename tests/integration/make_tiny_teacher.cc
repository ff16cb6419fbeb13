// Writes a random BERT of 2 layers, 16 wide, over single characters: a model folder for tests of programs.
//
//   make_tiny_teacher <folder>

#include "framework/sweep/test_sweep.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  retort::testing::WriteTinyTeacher(argv[1]);
  return 0;
}
