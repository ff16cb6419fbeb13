#!/bin/bash
# This workspace has retort as a repository. It builds a sweep program of its own from it, with a loss of its own, tests the
# loss and trains with it. Ends with "passed", or with FAILED and exit code 1.
#   tests/external/run.sh
set -u
cd "$(dirname "$0")" || exit 2
# Libraries that the checkout has unpacked already; this workspace would fetch its own.
export RETORT_LIBTORCH=${RETORT_LIBTORCH:-$(cd ../.. && bazel info output_base 2>/dev/null)/external/libtorch}
[ -d "$RETORT_LIBTORCH/lib" ] || unset RETORT_LIBTORCH
root=$(mktemp -d)
trap 'rm -rf "$root"; bazel shutdown' EXIT

fail() {
  echo "FAILED: $1"
  exit 1
}

bazel test //... || fail 'the tests of the loss'
bazel build //:sweep || fail 'building the sweep'
bazel-bin/sweep sweep.textproto --output_dir="$root/out" --threads=1 || fail 'the sweep'
grep -q narrow "$root"/out/report/* || fail 'want the variant in the report'

# first_value <text of the loss's settings>: of the loss "huber" in the runs that have these settings.
first_value() {
  for stage in "$root"/store/*/stage.textproto; do
    if tr -d ' \n' < "$stage" | grep -q "huber{$1}"; then
      sed -n '1s/.*"huber":{"weight":[^,]*,"value":\([^,]*\),.*/\1/p' "${stage%/*}/metrics.jsonl"
    fi
  done
}
wide=$(first_value '')
narrow=$(first_value 'delta:0.1')
awk -v wide="$wide" -v narrow="$narrow" 'BEGIN { exit !(narrow > 0 && wide > narrow) }' ||
  fail "want a first value for each delta, the greater for the greater delta; got \"$wide\" and \"$narrow\""
echo passed
