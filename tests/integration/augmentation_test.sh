#!/bin/bash
# Augmentation as a stage: what is made, what is trained on it, and kills in between.
SWEEP=$1 MAKE_TINY_TEACHER=$2
. tests/integration/lib.sh
make_inputs

# table <file> <rows> <seed>: words of one letter, and of several, and the class that the first one tells.
table() {
  awk -v rows="$2" -v seed="$3" 'BEGIN { srand(seed); print "sentence\tother\tlabel"
    for (r = 0; r < rows; ++r) { good = int(2 * rand()); line = good ? "b" : "z"
      for (c = 0; c < 6; ++c) line = line " " sprintf("%c", 98 + int(24 * rand()))
      print line " abc\t" substr(line, 1, 5) "\t" (good ? "good" : "bad") } }' > "$root/$1"
}
table train.tsv 600 1
table report.tsv 30 2
printf 'abc 1 0\nabd 0.9 0.1\nzzz 0 1\n' > "$root/vectors.txt"
DATA="table { train: \"$root/train.tsv\" report: \"$root/report.tsv\" text: \"sentence\" label: \"label\" length: 16 }"
TRAINING='batch { sequences: 8 } budget { steps: 12 } checkpoint_steps: 4 adamw { learning_rate: 2e-3 }'

# sweep_of <name> <data> <augmentation>: prints its path.
sweep_of() {
  echo "name: \"$1\" controls: NONE experiment { teacher { checkpoint: \"$root/teacher\" }
    student { architecture { layers: 1 } init { layer_copy { mapping { top {} } } } }
    stage { name: \"augment\" data { $2 } augmentation { copies: 4 $3 } }
    stage { name: \"tune\" data { $2 } augmented: \"@augment\" $TRAINING loss { name: \"gold\" hard_labels {} } }
    stage { name: \"score\" evaluation { classification {} } } }" > "$root/$1.textproto"
  echo "$root/$1.textproto"
}
results() {
  (cd "$root/$1/store" && find . -name model.safetensors -o -name scores.json -o -name augmented.jsonl | sort | xargs sha256sum)
}

SWEEP_FILE=$(sweep_of whole "$DATA" "word_vectors: \"$root/vectors.txt\"")
run plan "$SWEEP_FILE" --dry_run
expect_code plan 0
expect_text plan "4 copies of each text by $root/teacher"
expect_text plan 'FLOP for augmentation'
run whole "$SWEEP_FILE" --store="$root/whole/store"
expect_code whole 0
expect_text whole 'examples augmented'
[ "$(results whole | wc -l)" = 3 ] || fail "whole: want sentences, a model and scores"
made=$(echo "$root"/whole/store/*/augmented.jsonl)
rows=$(wc -l < "$made")
[ $((rows % 5)) = 0 ] && [ "$rows" -gt 2000 ] || fail "whole: want five examples of each, got $rows"
grep -q 'abd' "$made" || fail "whole: want a word of several pieces replaced by its neighbour"

# kill_when <case> <command>: kills the sweep when the command says yes.
kill_when() {
  "$SWEEP" "$SWEEP_FILE" --store="$root/$1/store" --output_dir="$root/$1/out" --threads=1 > /dev/null 2>&1 &
  local pid=$!
  while kill -0 $pid 2>/dev/null && ! eval "$2"; do sleep 0.01; done
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
}
augmenting() { [ -s "$(echo "$root"/killed/store/*/augmented.jsonl.partial)" ]; }
training() { grep -q '"step":5' "$root"/killed_training/store/*/metrics.jsonl 2>/dev/null; }
for kill in augmenting:killed training:killed_training; do
  kill_when "${kill#*:}" "${kill%:*}"
  run "${kill#*:}" "$SWEEP_FILE" --store="$root/${kill#*:}/store"
  expect_code "${kill#*:}" 0
  [ "$(results "${kill#*:}")" = "$(results whole)" ] || fail "$kill: want the same bits as without a kill"
done

# Damaged sentences are made again.
echo '{"example":0}' >> "$root"/killed/store/*/augmented.jsonl
rm "$root"/killed/store/*/scores.json
run killed "$SWEEP_FILE" --store="$root/killed/store"
expect_code killed 0
expect_text killed 'stage "augment" is computed again'
[ "$(results killed)" = "$(results whole)" ] || fail "damaged: want the same bits"

# Pairs: copies of either text.
run pairs "$(sweep_of pairs "${DATA/text: \"sentence\"/text: \"sentence\" text: \"other\"}" '')" --store="$root/pairs/store"
expect_code pairs 0
rows=$(cat "$root"/pairs/store/*/augmented.jsonl | wc -l)
[ $((rows % 9)) = 0 ] || fail "pairs: want nine examples of each, got $rows"

finish
