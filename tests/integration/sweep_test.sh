#!/bin/bash
# A small sweep from beginning to end: results, what is computed anew and what not, interruption, and a variant that
# diverges.
SWEEP=$1
MAKE_TINY_TEACHER=$2
. tests/integration/lib.sh
make_inputs

# Hashes of all students below a folder, in the order of their keys.
students() { (cd "$1" && find . -name model.safetensors -exec sha256sum {} + | sort -k2); }
results() { find "$1" -name done.json | wc -l; }

# The whole, in one go.
run whole "$root/base.textproto"
expect_code whole 0
expect_text whole 'init_only'
expect_text whole 'distil: 3 runs (base, init_only, scratch; seed 1): 12 steps'
expect_text whole ' % of 3 runs, base: ce '
for file in index.html README.md results.json table.tsv table.tex long.tsv per_example.tsv; do
  [ -s "$root/whole/out/report/$file" ] || fail "whole: want report/$file"
done
[ "$(results "$root/whole/store")" = 3 ] || fail "whole: want 3 students"
find "$root/whole/store" -name 'events.out.tfevents.*' | grep -q . || fail "whole: want TensorBoard events"
[ "$(find "$root/whole/store" -path '*checkpoint*' -name '*.safetensors' | wc -l)" = 0 ] || fail "whole: checkpoints are left"

for threads in -1 100000; do
  out=$("$SWEEP" "$root/base.textproto" --dry_run --threads=$threads 2>&1)
  code=$?
  expect_code threads 1
  expect_text threads "--threads: want 0 to 1024, got $threads"
done

# What a program says of itself.
out=$("$SWEEP" --help 2>&1)
code=$?
expect_code help 0
expect_text help 'sweep: runs a sweep'
expect_text help "--set='stage.distil.loss.mlm={ weight: 2 masked_lm {} }'"
expect_no_text help minloglevel
out=$("$SWEEP" --version 2>&1)
code=$?
expect_code version 0
expect_text version 'sweep of retort '

# The sweep itself is changed from the command line: seeds, controls, losses.
run set "$root/base.textproto" --dry_run --set='seeds=[3, 4]' --set=controls=NONE --set='stage.distil.remove=[cos]' \
  --set='stage.distil.loss.hard={ weight: 0.5 masked_lm {} }' --set='variant.soft={ overlay { stage { name: "distil" remove: "hard" } } }'
expect_code set 0
expect_text set 'tiny: 2 variants, seeds 3, 4'
expect_text set 'stage.distil.loss.hard: removed'
expect_text set 'nothing was trained or evaluated'

# Again: nothing is trained.
run whole "$root/base.textproto"
expect_code again 0
expect_no_text again ' of 3 runs'

# The same folder, written in other ways: the same store.
for folder in "$root/whole/out/" "$root/whole//out" "$root/whole/./out"; do
  "$SWEEP" "$root/base.textproto" --output_dir="$folder" --dry_run | grep -q ' results, \([0-9]*\) of them there; to train: 0 ' ||
    fail "slash: want all results there with --output_dir=$folder"
done
# A report among the results of stages.
run store "$root/base.textproto" --store="$root/store/out"
expect_code store 1
expect_text store 'want another folder than that of the stages'

# One more variant: it alone is trained, and the others keep their bits.
before=$(students "$root/whole/store")
{ cat "$root/base.textproto"; echo 'leave_one_out { stage: "distil" }'; } > "$root/more.textproto"
run whole "$root/more.textproto" --only=base,no_cos
expect_code more 0
expect_text more 'new since the last run: variant no_cos'
[ "$(results "$root/whole/store")" = 4 ] || fail "more: want 4 students"
for line in $(echo "$before" | cut -d' ' -f1); do
  students "$root/whole/store" | grep -q "$line" || fail "more: a student changed"
done

# Two names for the same evaluation: the teacher's row has all of both.
run named "$(edited named 's/stage { name: "evaluate".*/&\n  stage { name: "again" from: "@distil" evaluation { masked_lm { sequences: 16 } } }/')" \
  --only=base
expect_code named 0
teacher=$(sed -n '/"teachers": \[/,/\]/p' "$root/named/out/report/results.json")
[ "$(echo "$teacher" | grep -c '[0-9]')" = 6 ] || fail "named: want six numbers of the teacher, got $teacher"

# A variant alone has the same bits as in a cohort.
run alone "$root/more.textproto" --only=no_cos
expect_code alone 0
students "$root/whole/store" | grep -q "$(students "$root/alone/store" | cut -d' ' -f1)" || fail "alone: other bits than in a cohort"

# Students side by side: the same bits in a cohort and alone.
for only in base,no_cos no_cos; do
  out=$("$SWEEP" "$root/more.textproto" --only=$only --output_dir="$root/beside_$only/out" --threads=2 --students_at_once=2 2>&1)
  code=$?
  expect_code beside 0
done
students "$root/beside_base,no_cos/store" | grep -q "$(students "$root/beside_no_cos/store" | cut -d' ' -f1)" ||
  fail "beside: other bits than in a cohort"
grep -q '"students at once": "2"' "$root/beside_no_cos/out/report/results.json" || fail "beside: want it in the report"
run at_once "$root/base.textproto" --dry_run --students_at_once=2
expect_error at_once '--students_at_once: want 1 to the number of threads, 1, got 2'

# Killed at any moment and started again: the same bits.
for delay in 0.3 0.6 0.9 1.2; do
  timeout -s KILL "$delay" "$SWEEP" "$root/base.textproto" --output_dir="$root/killed/out" --threads=1 >/dev/null 2>&1
done
run killed "$root/base.textproto"
expect_code killed 0
[ "$(students "$root/killed/store")" = "$(students "$root/whole/store" | grep -F "$(students "$root/killed/store" | sed 's/.*  //')")" ] ||
  fail "killed: other bits than in one go"

# Another sweep does not overwrite the folder.
run whole "$(edited renamed 's/name: "tiny"/name: "other"/')"
expect_code renamed 1
expect_text renamed 'want the folder of sweep "other", got that of "tiny"'

# A variant whose loss stops being finite stops alone.
{
  cat "$root/base.textproto"
  echo 'variant { name: "wild" overlay { stage { name: "distil" adamw { learning_rate: 1e30 } } } }'
} > "$root/wild.textproto"
run wild "$root/wild.textproto"
expect_code wild 1
expect_text wild 'want a finite value, got'
[ "$(results "$root/wild/store")" = 3 ] || fail "wild: want 3 students"
[ -s "$root/wild/out/report/index.html" ] || fail "wild: want a report"

# Started without standard streams, one student's sweep writes nothing of what it says into its files.
{ cat "$root/base.textproto"; echo 'controls: NONE'; } > "$root/one.textproto"
for streams in '<&- >&-' '<&- >&- 2>&-' '2>&-'; do
  rm -rf "$root/closed"
  eval '"$SWEEP" "$root/one.textproto" --output_dir="$root/closed/out" --threads=1 > /dev/null' "$streams"
  run closed "$root/one.textproto"
  expect_code "closed $streams" 0
  expect_text "closed $streams" '2 results, 2 of them there'
  [ "$(grep -vc '^{.*}$' "$root"/closed/store/*/metrics.jsonl)" = 0 ] || fail "closed $streams: want JSON alone in the log"
done

# The log is removed while the stage trains: the same command repairs what that spoilt.
rm -rf "$root/removed"
"$SWEEP" "$root/one.textproto" --output_dir="$root/removed/out" --threads=1 --set=stage.distil.budget.steps=300 > /dev/null 2>&1 &
for _ in $(seq 100); do
  rm -f "$root"/removed/store/*/metrics.jsonl 2>/dev/null && [ -n "$(ls "$root"/removed/store/*/stage.binpb 2>/dev/null)" ] && break
  sleep 0.05
done
sleep 0.2
rm -f "$root"/removed/store/*/metrics.jsonl
wait
run removed "$root/one.textproto" --set=stage.distil.budget.steps=300
expect_code removed 0
run removed "$root/one.textproto" --set=stage.distil.budget.steps=300
expect_code removed_again 0
expect_text removed_again '2 results, 2 of them there'

# bfloat16 trains, and is another result.
run bf16 "$root/base.textproto" --set=stage.distil.precision=BFLOAT16 --only=base
expect_code bf16 0

finish
