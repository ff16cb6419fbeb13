#!/bin/sh
# Everything there is to check and to time on a GPU, in one go of at most ten minutes. Two steps, since a GPU machine may lack a compiler:
#
#   tests/cuda/run.sh compile          anywhere with nvcc: builds with --config=cuda
#   tests/cuda/run.sh build            here: the same, and packs the programs into gpu/
#   tests/cuda/run.sh run <results>    there, from the root of the project: the CUDA tests, the same under
#                                      compute-sanitizer, the tests of kernels, a step of the triple loss at BERT-base /
#                                      DistilBERT shapes against PyTorch, and the quickstart in both precisions; Python
#                                      with torch and transformers is wanted
#
# Each part writes <results>/<part>.txt; the exit status is 0 if all of them passed.
set -eu
cd "$(dirname "$0")/../.."
operations="adamw attention dropout layer_norm row_loss"
programs="tests/cuda/cuda_test tests/cuda/cuda_training_test tools/bench/bench experiments/sweep"
for operation in $operations; do
  programs="$programs framework/ops/$operation/${operation}_device_test"
done

compile() { bazel build --config=cuda //tests/cuda/... //framework/ops/... //tools:bench //experiments:sweep; }

build() {
  compile
  rm -rf gpu && mkdir -p gpu/programs
  for program in $programs; do
    strip -o "gpu/programs/$(basename "$program")" "bazel-bin/$program"
  done
  system_libraries | xargs cp -L -t gpu/programs
  tar -cJf gpu/programs.tar.xz -C gpu programs
  rm -r gpu/programs
}

# The distribution's libraries that the programs want, but for those of the C and C++ runtimes.
system_libraries() {
  for program in $programs; do ldd "bazel-bin/$program"; done |
    sed -n 's,.* => \(/lib/[^ ]*\) .*,\1,p' | sort -u | grep -vE '/lib(c|m|dl|rt|util|pthread|gcc_s|stdc\+\+)\.so'
}

run() {
  results=$1
  failed=0
  mkdir -p "$results"
  scratch=$(mktemp -d)
  python3 -m tarfile -e gpu/programs.tar.xz "$scratch"
  programs=$scratch/programs
  torch=$(python3 -c 'import torch; print(torch.__path__[0])')
  export LD_LIBRARY_PATH="$programs:$torch/lib"
  part machine 10 nvidia-smi
  part cuda_test 60 "$programs/cuda_test"
  for operation in $operations; do
    part "${operation}_device_test" 30 "$programs/${operation}_device_test"
  done
  part cuda_training_test 120 "$programs/cuda_training_test"
  part memcheck 120 compute-sanitizer --error-exitcode 1 "$programs/cuda_test"
  part step 330 python3 tests/peers/step_peer.py --bench "$programs/bench" --device cuda --precision bfloat16 --rounds 3 --steps 20 \
    --workloads base_32x128,base_256x128 --contestants retort,eager,compile --output "$results/step.tsv"
  part kernels 90 python3 tests/cuda/kernel_times.py "$programs/bench" base_256x128
  for precision in FLOAT32 BFLOAT16; do
    part "quickstart_$precision" 60 "$programs/sweep" --device=cuda --set=stage.distil.precision=$precision \
      --output_dir="$results/quickstart_$precision" --store="$scratch/store"
  done
  rm -r "$scratch"
  return $failed
}

# part <name> <seconds> <command>: its output goes to a file, the end of that to the terminal.
part() {
  name=$1
  seconds=$2
  shift 2
  started=$(date +%s)
  status=0
  timeout "$seconds" "$@" > "$results/$name.txt" 2>&1 || status=$?
  tail -n 15 "$results/$name.txt"
  echo "== $name: status $status, $(($(date +%s) - started)) s"
  [ $status = 0 ] || failed=1
}

case "${1:-}" in
  compile) compile ;;
  build) build ;;
  run) run "${2:?want a folder for the results}" ;;
  *)
    sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
