#!/bin/bash
# The program as a user calls it: a small table, an interrupted run, and what users get wrong.
set -u
program=$PWD/$1
. tools/build/testing/expect.sh

mini=data/teachers/mini
vectors=data/embeddings/glove.6B.50d.subset.txt.xz
input=$TEST_TMPDIR/train.tsv
out=$TEST_TMPDIR/out.jsonl
printf 'sentence\tlabel\nA Good film about crime.\t1\nthe\t0\nwe hope it is exciting\t1\n' >"$input"
flags="--model=$mini --input=$input --text=sentence --label=label --copies=3"

expect 0 "$out: 3 texts of 3 examples in" $flags --word_vectors=$vectors --output="$out"
[ "$(wc -l <"$out")" -eq 12 ] || fail "want 12 lines, got $(cat "$out")"
[ ! -e "$out.partial" ] || fail "the partial file is left"
for want in '{"example":0,"id":"0","first":"A Good film about crime.","label":"1"}' \
  '{"example":1,"id":"1.3","first":"the","label":"0"}' '"id":"2.1"'; do
  grep -qF "$want" "$out" || fail "want $want in $(cat "$out")"
done
[ "$(grep -c '"label":"1"' "$out")" -eq 8 ] || fail "labels are lost"

# An interrupted run goes on and gives the same bytes; one of another seed is not taken for it.
head -c 300 "$out" >"$out.again.jsonl.partial"
expect 0 "" $flags --word_vectors=$vectors --output="$out.again.jsonl"
cmp "$out" "$out.again.jsonl" || fail "a resumed run gives other bytes"
cp "$out" "$out.seed.jsonl.partial"
expect 1 "out.jsonl.seed.jsonl.partial: want what was begun with these examples, this model and these options" $flags \
  --word_vectors=$vectors --seed=2 --output="$out.seed.jsonl"

# Nor is one whose table was corrected since; what an earlier run did is not said to be this one's.
for i in $(seq 40); do echo "the film $i	0"; done | sed '1i sentence\tlabel' >"$TEST_TMPDIR/rows.tsv"
rows="--model=$mini --input=$TEST_TMPDIR/rows.tsv --text=sentence --label=label --copies=1"
expect 0 "40 texts of 40 examples in" $rows --output="$TEST_TMPDIR/rows.jsonl"
mv "$TEST_TMPDIR/rows.jsonl" "$TEST_TMPDIR/rows.jsonl.partial"
cp "$TEST_TMPDIR/rows.jsonl.partial" "$TEST_TMPDIR/kept.jsonl.partial"
expect 0 "40 texts of 40 examples (32 of an earlier run) in" $rows --output="$TEST_TMPDIR/kept.jsonl"
sed -i '2s/0$/1/' "$TEST_TMPDIR/rows.tsv"
expect 1 "got other lines from example 0 on; remove it to begin anew" $rows --output="$TEST_TMPDIR/rows.jsonl"

# A table of its own output, pairs, scores.
expect 0 "12 examples" --model=$mini --input="$out" --text=first --text_pair=id --label=label --copies=1 \
  --output="$out.2.jsonl"
[ "$(wc -l <"$out.2.jsonl")" -eq 36 ] || fail "want 36 lines, got $(wc -l <"$out.2.jsonl")"
printf 'one\ttwo\t2.5\n' >"$TEST_TMPDIR/pairs.tsv"
expect 0 "2 texts of 1 examples" --model=$mini --input="$TEST_TMPDIR/pairs.tsv" --text=0 --text_pair=1 --score=2 \
  --task=MNLI --output="$out.pairs.jsonl"
[ "$(grep -c '"score":2.5' "$out.pairs.jsonl")" -eq 21 ] || fail "want 21 lines with a score, got $(cat "$out.pairs.jsonl")"

expect 1 "--output: want a new file, got $out, which is there; choose another, or say --overwrite" $flags \
  --output="$out"
expect 0 "" $flags --output="$out" --overwrite
expect 1 "--output: want another file than those that are read" $flags --output="$input" --overwrite
expect 1 "--model: want a model folder, got none" --input="$input"
expect 1 "--input: want a table, got none" --model=$mini
expect 1 "--text: want a column, got none" --model=$mini --input="$input"
expect 1 "--output: want a file to write, got none" $flags
new=$TEST_TMPDIR/new.jsonl
expect 1 "--output: want a name without .gz, .xz or .zst, as what is written is not packed, got $out.gz; pack it" $flags \
  --output="$out.gz"
expect 1 "--output: want a name that ends in .jsonl, by which \`table\` data know what the lines are, got x.txt" $flags \
  --output=x.txt
expect 1 "--task: want either --task or --copies, got both" $flags --task=RTE --output="$new"
expect 1 "--task: want one of CoLA" --model=$mini --input="$input" --text=sentence --task=WNLI --output="$new"
expect 1 "--score: want either --label or --score, got both" $flags --score=label --output="$new"
expect 1 "--words: want > 0, got 0" $flags --words=0 --output="$new"
expect 1 "--copies: want > 0, got 0" --model=$mini --input="$input" --text=sentence --copies=0 --output="$new"
expect 1 "--copies: want at most 10000, got 2000000000" --model=$mini --input="$input" --text=sentence \
  --copies=2000000000 --output="$new"
printf 'sentence\tlabel\n' >"$TEST_TMPDIR/heading.tsv"
printf 'sentence\tlabel\n\t1\n' >"$TEST_TMPDIR/blank.tsv"
: >"$TEST_TMPDIR/empty.tsv"
columns="--model=$mini --text=sentence --label=label --output=$new"
expect 1 "--input: want a table with rows of texts, got none in $TEST_TMPDIR/heading.tsv; see --text" \
  --input="$TEST_TMPDIR/heading.tsv" $columns
expect 1 "blank.tsv: left out 1 row without a text, in line 2)" --input="$TEST_TMPDIR/blank.tsv" $columns
expect 1 "empty.tsv:1: want a heading with the column sentence, got an empty file" --input="$TEST_TMPDIR/empty.tsv" \
  $columns
expect 1 "--probability: want a number from 0 to 1, got 2" $flags --probability=2 --output="$new"
expect 1 "nowhere" $flags --word_vectors=nowhere --output="$new"
expect 1 "nowhere" --model=nowhere --input="$input" --text=sentence --output="$new"
expect 1 "sentence" --model=$mini --input="$input" --text=sentences --output="$new"
expect 1 "--device: want cpu or cuda, got tpu" $flags --device=tpu --output="$new"
expect 1 "want flags alone" $flags --output="$new" more
expect 0 "augment --model=FOLDER" --help
[ ! -e "$new" ] || fail "an error left a file behind"

exit $failures
