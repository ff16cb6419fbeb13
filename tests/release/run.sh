#!/bin/bash
# Builds the package of //tools/release and runs it on a bare Debian 12, on which nothing is installed: all programs start,
# and a sweep of seconds trains, from two places. Ends with "passed", or with FAILED and exit code 1. As root.
#   tests/release/run.sh
set -u
cd "$(dirname "$0")/../.." || exit 2
bare=$(mktemp -d)
trap 'umount "$bare/proc" 2>/dev/null; rm -rf --one-file-system "$bare"' EXIT

fail() {
  echo "FAILED: $1"
  exit 1
}

bazel build //tools/release || fail 'packing'
mmdebstrap --quiet --variant=minbase bookworm "$bare" || fail 'making a bare Debian'
mount -t proc proc "$bare/proc" || fail 'mounting /proc'  # Where a program learns the folder it lies in.
tar -xzf bazel-bin/tools/release/retort.tar.gz -C "$bare/opt" || fail 'unpacking'
package=$(basename "$bare"/opt/retort-*)

# in_bare <folder> <command...>: runs a command there, with no environment of ours.
in_bare() {
  local folder=$1
  shift
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root chroot "$bare" /bin/sh -c 'cd "$0" && exec "$@"' "$folder" "$@"
}

for program in "$bare/opt/$package"/bin/*; do
  in_bare / "/opt/$package/bin/$(basename "$program")" --help | grep -q . || fail "$(basename "$program") --help"
done
# train <folder>: the quickstart, cut to two steps of its base.
train() {
  in_bare "$1" bin/sweep experiments/quickstart/quickstart.textproto --only=base --set=stage.distil.budget.steps=2 \
    --set=stage.evaluate.evaluation.masked_lm.sequences=8 || fail "the sweep in $1"
}
train "/opt/$package"
rm -r "$bare/opt/$package/runs"  # Else nothing is left to train.
mv "$bare/opt/$package" "$bare/srv/elsewhere"
train /srv/elsewhere
grep -q torch- "$bare/srv/elsewhere/LICENCES.md" || fail "want libtorch's licence named"
for package in absl archive glog icu protobuf unwind; do
  grep -q "| lib[^ ]*$package" "$bare/srv/elsewhere/LICENCES.md" || fail "want the licence of $package named"
done
echo passed
