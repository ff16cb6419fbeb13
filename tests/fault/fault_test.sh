#!/bin/bash
# Kills, stops, damage and second processes: the same command always ends with the results of an undisturbed run.
#   fault_test <sweep> <make_tiny_teacher> [rounds of kills]
SWEEP=$1
MAKE_TINY_TEACHER=$2
rounds=${3:-40}
. tests/integration/lib.sh
. tests/fault/lib.sh
make_inputs
sed -i 's/budget { steps: 12 }/budget { steps: 40 }/' "$root/base.textproto"
sweep=$root/base.textproto
run whole "$sweep"
expect_code whole 0
whole=$(fingerprint "$root/whole/store")

# Killed at random times, again and again, until it is through.
RANDOM=${SEED:-2026}
kills=0
while [ $kills -lt "$rounds" ]; do
  rm -rf "$root/killed"
  for _ in 1 2 3 4; do
    timeout -s KILL 0.$((RANDOM % 9))$((RANDOM % 10)) "$SWEEP" "$sweep" --output_dir="$root/killed/out" --threads=1 >/dev/null 2>&1
    [ $? = 137 ] && kills=$((kills + 1))
  done
  run killed "$sweep"
  expect_code "killed $kills" 0
  same "killed $kills" "$root/killed/store"
  no_litter "killed $kills" "$root/killed/store"
done
echo "$kills kills"

# Stopped by each signal wherever it is: within a second, with exit code 130.
for signal in INT TERM HUP; do
  for delay in 0.05 0.2 0.5 0.8; do
    rm -rf "$root/stopped"
    "$SWEEP" "$sweep" --output_dir="$root/stopped/out" --threads=1 --set=stage.distil.budget.steps=4000 > "$root/stopped.txt" 2>&1 &
    pid=$!
    sleep $delay
    begin=$(date +%s%N)
    kill -$signal $pid
    wait $pid
    code=$?
    took=$((($(date +%s%N) - begin) / 1000000))
    out=$(cat "$root/stopped.txt")
    expect_code "$signal after $delay" 130
    expect_text "$signal after $delay" 'stopping; again to quit at once'
    [ $took -lt 1500 ] || fail "$signal after $delay: took $took ms"
  done
done

# A reader that is gone does not end it.
"$SWEEP" "$sweep" --output_dir="$root/pipe/out" --threads=1 2>&1 | head -1 > /dev/null
[ "${PIPESTATUS[0]}" = 0 ] || fail "pipe: want exit code 0, got ${PIPESTATUS[0]}"
same pipe "$root/pipe/store"

# Every stored file, damaged in every way: computed again, with a line that says so.
damages='cut flip empty remove'
damage() {
  case $2 in
    cut) truncate -s $(($(stat -c %s "$1") / 2)) "$1" ;;
    flip) python3 - "$1" <<'PY' ;;
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[len(data) // 2] ^= 1
open(sys.argv[1], "wb").write(data)
PY
    empty) : > "$1" ;;
    remove) rm "$1" ;;
  esac
}
cp -r "$root/whole" "$root/damaged"
for file in model/model.safetensors model/config.json metrics.jsonl done.json scores.json; do
  for how in $damages; do
    one=$(find "$root/damaged/store" -path "*/$file" | sort | head -1)
    damage "$one" $how
    run damaged "$sweep"
    expect_code "$how $file" 0
    same "$how $file" "$root/damaged/store"
    case "$how $file" in
      'remove done.json' | 'remove scores.json') ;;
      *) expect_text "$how $file" 'is computed again' ;;
    esac
  done
done
rm -rf "$root"/damaged/store/*/model "$(find "$root/damaged/store" -mindepth 1 -maxdepth 1 -type d -name '????????????*' | head -1)"
run damaged "$sweep"
expect_code 'models and a folder removed' 0
same 'models and a folder removed' "$root/damaged/store"

# Several processes with one store divide the work, and each has the whole report.
for i in 1 2 3; do
  "$SWEEP" "$sweep" --output_dir="$root/shared/out$i" --store="$root/shared/store" --threads=1 > "$root/shared$i.txt" 2>&1 &
  pids[$i]=$!
done
for i in 1 2 3; do
  wait "${pids[$i]}" || { out=$(cat "$root/shared$i.txt"); fail "shared: process $i"; }
done
same shared "$root/shared/store"
no_litter shared "$root/shared/store"
for i in 2 3; do
  cmp -s "$root/shared/out1/report/table.tsv" "$root/shared/out$i/report/table.tsv" || fail "shared: report $i is another"
done

# One of two is killed: the other takes over.
"$SWEEP" "$sweep" --output_dir="$root/over/out1" --store="$root/over/store" --threads=1 >/dev/null 2>&1 &
first=$!
"$SWEEP" "$sweep" --output_dir="$root/over/out2" --store="$root/over/store" --threads=1 > "$root/over.txt" 2>&1 &
second=$!
sleep 0.5
kill -KILL $first
wait $second
code=$? out=$(cat "$root/over.txt")
expect_code over 0
same over "$root/over/store"

finish
