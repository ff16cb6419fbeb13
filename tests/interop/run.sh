#!/bin/sh
# Checks retort against the programs that read its files and whose files it reads: transformers, tokenizers, TensorBoard.
#   tests/interop/run.sh                    all checks
#   tests/interop/run.sh MODEL_FOLDER ...   that transformers loads these models and computes what retort does
# The first run installs the pinned Python packages in a folder of the user's cache. Ends with "N checks passed, N failed".
set -eu
started_in=$PWD
cd "$(dirname "$0")/../.."
tools/build/install_packages interop

key=$(cat tests/interop/requirements.txt tests/interop/stand_in_for_cuda.py | sha256sum | cut -c1-12)
environment=${XDG_CACHE_HOME:-$HOME/.cache}/retort-interop-$key
if [ ! -e "$environment/complete" ]; then
  echo "interop: installing Python packages in $environment" >&2
  rm -rf "$environment"
  python3 -m venv "$environment"
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --only-binary=:all: --no-deps \
    --require-hashes -r tests/interop/requirements.txt
  "$environment/bin/python" tests/interop/stand_in_for_cuda.py
  touch "$environment/complete"
fi

./bazelw build //tests/interop/... //experiments:sweep //tools/convert //tools/encode_lines
binaries=$PWD/bazel-bin
checks=$PWD/tests/interop/run_checks.py
cd "$started_in"
# The models are so small that a second thread only gets in the way.
OMP_NUM_THREADS=1 RETORT_BINARIES=$binaries exec "$environment/bin/python" "$checks" "$@"
