#!/bin/sh
# Everything there is to check and to time on a GPU, in one go. Two steps, since a GPU machine may lack a compiler:
#
#   tests/cuda/run.sh build            here: builds with --config=cuda and packs the programs into gpu/
#   tests/cuda/run.sh run <results>    there, from the root of the project: the CUDA tests, tokens per second of the
#                                      triple loss at BERT-base / DistilBERT shapes, and the quickstart
set -eu
cd "$(dirname "$0")/../.."
programs="tests/cuda/cuda_test tests/benchmark/step_benchmark experiments/sweep"

build() {
  bazel build --config=cuda //tests/cuda:cuda_test //tests/benchmark:step_benchmark //experiments:sweep
  rm -rf gpu && mkdir gpu
  for program in $programs; do cp -L "bazel-bin/$program" gpu/; done
  cp /usr/lib/x86_64-linux-gnu/libunwind.so.8 gpu/
}

run() {
  results=$1
  failed=0
  mkdir -p "$results"
  torch=$(python3 -c 'import torch; print(torch.__path__[0])')
  export LD_LIBRARY_PATH="$PWD/gpu:$torch/lib"
  nvidia-smi > "$results/machine.txt"
  gpu/cuda_test > "$results/cuda_test.txt" 2>&1 || fail cuda_test
  gpu/step_benchmark --benchmark_filter=cuda > "$results/step_benchmark.txt" 2>&1 || fail step_benchmark
  gpu/sweep --device=cuda --output_dir="$results/quickstart" --store=/tmp/retort_store > "$results/quickstart.txt" 2>&1 ||
    fail quickstart
  tail -n 5 "$results"/*.txt
  return $failed
}

fail() {
  echo "$1 failed" >&2
  failed=1
}

case "${1:-}" in
  build) build ;;
  run) run "${2:?want a folder for the results}" ;;
  *)
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
