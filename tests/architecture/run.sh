#!/bin/bash
# Adds training data, an evaluation, a file of a report, and a model family whose layers are of another kind and whose heads are
# of another style, to a copy of the checkout. Each may touch its own folder or files and one list; the sweep then uses all of them. Ends with "passed", or with FAILED and exit code 1.
#   tests/architecture/run.sh
set -u
cd "$(dirname "$0")/../.." || exit 2
# Libraries that are unpacked already; the copy would fetch its own.
export RETORT_LIBTORCH=${RETORT_LIBTORCH:-$(bazel info output_base 2>/dev/null)/external/libtorch}
[ -d "$RETORT_LIBTORCH/lib" ] || unset RETORT_LIBTORCH
copy=$(mktemp -d)
log=$copy.log
clean_up() {
  (cd "$copy" && bazel clean --expunge && bazel shutdown) >/dev/null 2>&1
  rm -rf "$copy" "$log" "${root:-}"
}
trap clean_up EXIT

failed() {
  echo "FAILED: $1"
  tail -n 40 "$log"
  exit 1
}
step() {
  local what=$1
  shift
  echo "$what"
  "$@" >"$log" 2>&1 || failed "$what"
}

git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null | tar -cf - -T - | tar -xf - -C "$copy"
if [ -f user.bazelrc ]; then cp user.bazelrc "$copy"; fi
cd "$copy" || exit 2
git init -q . && git add -A && git -c user.name=test -c user.email=test@localhost commit -qm before || exit 2

# touched <list> <what>: the list alone differs from what was there before, and something is new. The next addition begins anew.
touched() {
  local changed added
  changed=$(git diff --name-only)
  added=$(git ls-files --others --exclude-standard)
  echo "$2 touched $changed and added $(echo "$added" | wc -l) files"
  [ "$changed" = "$1" ] && [ -n "$added" ] || { git status --short >"$log"; failed "$2: want changes in $1 alone"; }
  git add -A && git -c user.name=test -c user.email=test@localhost commit -qm "$2"
}

step 'a data plugin' bazel run //tools:new_plugin -- --kind=data --name=my_text
touched plugins/plugins.bzl 'a data plugin'
step 'an evaluation plugin' bazel run //tools:new_plugin -- --kind=evaluation --name=my_measure
touched plugins/plugins.bzl 'an evaluation plugin'

for file in tests/architecture/report_file/*.template; do cp "$file" framework/report/files/"$(basename "$file" .template)"; done
sed -i 's|^#include "framework/report/files/tables.h"|&\n#include "framework/report/files/variants_txt.h"|
  s|^\( *\){"results.json", .*|&\n\1{"variants.txt", RenderVariantsTxt},|' framework/report/files/report_files.cc
touched framework/report/files/report_files.cc 'a file of a report'

families=framework/model/family
mkdir $families/gated
for ending in h cc; do cp tests/architecture/family/gated.$ending.template $families/gated/gated.$ending; done
sed -i 's|^#include "framework/model/family/distilbert/distilbert.h"|&\n#include "framework/model/family/gated/gated.h"|
  s|{&BertFamily(), |&\&GatedFamily(), |' $families/family.cc
touched $families/family.cc 'a family with layers of another kind and a head of another style'

step 'their tests' bazel test //plugins/data/my_text:all //plugins/evaluation/my_measure:all //plugins:conformance_test \
  //plugins:roll_call_test //framework/model/family:all //framework/model/files:all //framework/report/files:all
step 'the sweep' bazel build //experiments:sweep //tests/integration:make_tiny_teacher

SWEEP=$copy/bazel-bin/experiments/sweep
MAKE_TINY_TEACHER=$copy/bazel-bin/tests/integration/make_tiny_teacher
. tests/integration/lib.sh
make_inputs
run all "$(edited all 's/architecture {/architecture { family: "gated"/; s/init { .*/init { random_normal {} } }/; s/data { masked_lm {\(.*\) min_length.*/data { my_text {\1 min_length: 4 } }/
  /loss { name: "mlm"/d; s/ rows: LABELLED//; s/evaluation { masked_lm {/evaluation { my_measure {/; $a controls: NONE')"
expect_code all 0
expect_text all similarity
grep -qs '"model_type": *"gated"' "$root"/all/store/*/model/config.json || fail 'all: want a student of the new family'
grep -qs 'intermediate.gate.weight' "$root"/all/store/*/model/model.safetensors || fail 'all: want layers of the new kind'
grep -q '^base' "$root/all/out/report/variants.txt" || fail 'all: want the new file of the report'
[ "$failures" = 0 ] || exit 1
echo passed
