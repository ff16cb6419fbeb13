#!/bin/bash
# The program as a user calls it: a masked-LM model on its own data, beside itself, and what users get wrong.
set -u
program=$PWD/$1
. tools/build/testing/expect.sh

mini=data/teachers/mini
task='masked_lm { corpus: "data/corpora/bert_sample" length: 32 }'
evaluation='masked_lm { split: "train" sequences: 8 }'
json=$TEST_TMPDIR/scores.json

expect 0 "cross-entropy, nats" --model=$mini --model $mini --task="$task" --evaluation="$evaluation" --json="$json"
for want in "split train" "accuracy, %" "Δ to $mini" "of differences, the 95 % interval"; do
  case $output in *"$want"*) ;; *) fail "want \"$want\", got: $output" ;; esac
done
for want in '"split": "train"' "\"model\": \"$mini\"" '"masked_lm/cross_entropy"' '"standard_error"'; do
  grep -qF "$want" "$json" || fail "want $want in $(cat "$json")"
done
# The program's own file is replaced, another is not.
expect 0 "" --model=$mini --task="$task" --evaluation="$evaluation" --json="$json"
echo mine >"$json"
expect 1 "--json: want a new file, got $json, which is there" --model=$mini --task="$task" --json="$json"
expect 0 "" --model=$mini --task="$task" --evaluation="$evaluation" --json="$json" --overwrite

# A file of the same text; --split goes before the evaluation's.
echo "$task" >"$TEST_TMPDIR/task.textproto"
expect 0 "split train" --model=$mini --task="$TEST_TMPDIR/task.textproto" --split=train \
  --evaluation='masked_lm { split: "report" sequences: 8 }'

expect 1 "--model: want a model folder, got none" --task="$task"
expect 1 "--task: want data to evaluate on, got none" --model=$mini
expect 1 "--task:1:10: Message type \"retort.Data\" has no field named \"maskedlm\"" --model=$mini --task='maskedlm {}'
expect 1 "--task: masked_lm: corpus: want a corpus folder, got none" --model=$mini --task='masked_lm {}'
expect 1 "--split: want none, since retort.SentenceSimilarityEvaluationConfig has no splits, got test" --model=$mini \
  --task="$task" --evaluation='sentence_similarity { pairs: "x.tsv" }' --split=test
expect 1 "predictions: want examples of a task, got others" --model=$mini --task="$task" --evaluation="$evaluation" \
  --predictions="$TEST_TMPDIR/predictions"
expect 1 "data: want texts with one label each, for a head of kind classes" --model=$mini --task="$task" \
  --evaluation='classification {}'
expect 1 "--device: want cpu or cuda, got tpu" --model=$mini --task="$task" --device=tpu
expect 1 "want flags alone" --model=$mini --task="$task" more
expect 0 "--model=A --model=B" --help

exit $failures
