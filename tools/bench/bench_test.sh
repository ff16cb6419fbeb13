#!/bin/bash
# The program as a user calls it, on a workload of seconds; the parts of the table are tested beside their functions.
set -u
program=$PWD/$1
. tools/build/testing/expect.sh
results=$TEST_TMPDIR/results

# value COLUMN ROW: of the table, whose rows are numbered from 1.
value() {
  grep -v '^#' "$results/bench.tsv" | awk -F '\t' -v name="$1" -v row="$2" \
    'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == name) column = i } NR == row + 1 { print $column }'
}

# between COLUMN ROW LOW HIGH
between() {
  awk -v x="$(value "$1" "$2")" -v low="$3" -v high="$4" 'BEGIN { exit !(x != "" && x > low && x < high) }' ||
    fail "$1 of row $2: want between $3 and $4, got $(value "$1" "$2")"
}

expect 0 "tokens/s" --workloads=tiny,tokenize --rounds=2 --steps=2 --threads=1 --corpus=data/corpora/wikitext2 \
  --output_dir="$results"
for want in "round 2 of 2: tiny bfloat16" "processor: " "instruction set: " "threads: 1" "date: " "command: bench" \
  "rounds: 2, of 2 steps after one that warms up" "products alone" "student forward"; do
  case $output in
    *"$want"*) ;;
    *) fail "want \"$want\", got: $output" ;;
  esac
done
[ "$(grep -vc '^#' "$results/bench.tsv")" -eq 4 ] || fail "want a header and 3 rows in $results/bench.tsv"
[ "$(value precision 1)$(value precision 2)$(value precision 3)" = float32bfloat16 ] || fail "precisions of the rows"
for row in 1 2; do
  between tokens_per_second.median $row 0 1e9
  between share.median $row 0 1.1
  between memory_bytes.greatest $row 1e6 1e12
  between phase.backward.median $row 0 10
done
between tokens_per_second.median 3 0 1e9
[ -z "$(value gflops.median 3)" ] || fail "tokenizing has no matrix products"
grep -q 'title="backward' "$results/bench.html" || fail "no bars in $results/bench.html"

# It replaces its own files, and no others. One float32 row is enough.
small="--workloads=tiny --rounds=1 --steps=1 --precision=float32 --noproducts"
# shellcheck disable=SC2086  # lists of words
{
  expect 0 "GFLOP/s" $small --output_dir="$results"
  [ -z "$(value share.median 1)" ] || fail "--noproducts gives no share"
  echo mine >"$results/bench.html"
  expect 1 "--output_dir: want a new file, got $results/bench.html, which is there; choose another, or say --overwrite" \
    $small --output_dir="$results"
  expect 0 "" $small --output_dir="$results" --overwrite
}

expect 0 "base_512                   triple loss" --list
expect 0 '"name":"tinybert_x7","losses":"tinybert"' --shapes

# What a user can get wrong.
expect 1 "--workloads: want different names parted by commas, each one of small, " --workloads=nothing
expect 1 "--precision: want float32, bfloat16 or float32,bfloat16, got \"int8\"" --precision=int8
expect 1 "--precision: want float32, bfloat16 or float32,bfloat16, got \"float32,float32\"" --precision=float32,float32
expect 1 "--device: want cpu or cuda, got tpu" --device=tpu
for flag in rounds steps; do expect 1 "--$flag: want >= 1, got 0" --$flag=0; done
expect 1 "--threads: want 0 to 1024, got -1" --threads=-1
expect 1 "--output_dir: want a folder for the results, got none" --output_dir=
expect 1 "want flags alone, got" tiny
expect 1 "corpus nowhere: want a folder with a corpus.textproto" --workloads=mask --corpus=nowhere --output_dir="$results"

expect 0 "how often everything is measured" --help
case $output in
  *minloglevel*) fail "--help lists flags of libraries" ;;
esac

exit $failures
