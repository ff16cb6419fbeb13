#include "benchmark/benchmark.h"
#include "framework/base/memory.h"

// Runs the benchmarks of a program with memory kept as a program that trains keeps it.
int main(int argc, char** argv) {
  retort::KeepFreedMemory();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
