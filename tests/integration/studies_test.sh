#!/bin/bash
# Every shipped study resolves, against the bundled teacher and corpus, in two seconds.
SWEEP=$1
. tests/integration/lib.sh
C=data/corpora/wiki

# dry_run <case> <study> [arguments]. The first run tokenizes the corpus, which does not count.
dry_run() {
  local name=$1
  shift
  out=$("$SWEEP" "$@" --dry_run --output_dir="$root/out" 2>&1)
  code=$?
  expect_code "$name" 0
  expect_text "$name" 'to train:'
}

dry_run quickstart experiments/quickstart/quickstart.textproto
expect_text quickstart '8 variants, seeds 1, 2, 3'
dry_run distilbert experiments/distilbert/table4.textproto --set=teacher.checkpoint=data/teachers/mini \
  --set=student.architecture.layers=3 --set=stage.distil.data.masked_lm.corpus=$C \
  --set=stage.distil.evaluate.sequences=64 --set=stage.evaluate.evaluation.masked_lm.sequences=64
expect_text distilbert 'no_mlm'
dry_run tinybert experiments/tinybert/general_distillation.textproto --set=teacher.checkpoint=data/teachers/mini \
  --set=student.architecture.layers=3 --set=stage.general_distillation.data.masked_lm.corpus=$C \
  --set=stage.masked_lm.data.masked_lm.corpus=$C --set=stage.evaluate.evaluation.masked_lm.sequences=64
expect_text tinybert 'one_projection'

finish
