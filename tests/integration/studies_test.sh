#!/bin/bash
# Every shipped study resolves, against the bundled teacher and corpus, in two seconds.
SWEEP=$1
MAKE_TINY_TEACHER=$2
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

# MiniLM does not ship: the bundled teacher, which goes on from it, stands for it.
dry_run minilm experiments/minilm/minilm.textproto --set=teacher.checkpoint=data/teachers/mini
expect_text minilm 'init_random'

# GPT-2 does not ship: random ones of its family stand for the teachers.
"$MAKE_TINY_TEACHER" "$root/gpt2" gpt2 || exit 1
dry_run distilgpt2 experiments/distilgpt2/distilgpt2.textproto --set=teacher.checkpoint="$root/gpt2" \
  --set=student.architecture.layers=1 --set=stage.distil.data.causal_lm.corpus=$C \
  --set=stage.distil.data.causal_lm.length=32
expect_text distilgpt2 'no_clm'
dry_run small_gpt2 experiments/distilgpt2/teacher.textproto --set=student.vocabulary="$root/gpt2"
dry_run distilgpt2_small experiments/distilgpt2/small.textproto --set=teacher.checkpoint="$root/gpt2" \
  --set=student.architecture.layers=1 --set=stage.distil.data.causal_lm.length=32
expect_text distilgpt2_small '7 variants, seeds 1, 2, 3'
out=$("$SWEEP" experiments/distilgpt2/distilgpt2.textproto --dry_run --output_dir="$root/out" 2>&1)
code=$?
expect_code no_teacher 1
expect_text no_teacher 'models/gpt2/config.json'

finish
