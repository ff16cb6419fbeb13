#!/bin/sh
# run.sh SWEEP MODEL_FILES... -- [ARGUMENTS]: links the teacher's files into runs/teachers/minilm of the folder that
# Bazel was called from, and runs the study there.
set -eu
sweep=$PWD/$1
shift
folder=$BUILD_WORKING_DIRECTORY/runs/teachers/minilm
mkdir -p "$folder"
while [ "$1" != -- ]; do
  ln -sf "$(readlink -f "$1")" "$folder/$(basename "$1")"
  shift
done
shift
exec "$sweep" experiments/minilm/minilm.textproto "$@"
