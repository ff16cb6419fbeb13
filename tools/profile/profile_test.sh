#!/bin/bash
# The program as a user calls it; numbers are tested beside their functions, and times nowhere.
set -u
program=$PWD/$1
. tools/build/testing/expect.sh
mini=data/teachers/mini
json=$TEST_TMPDIR/profile.json

# Two models on the text that comes along, which is cut short.
expect 0 "times as fast" --model=$mini --model $mini --latency_sequences=1 --rounds=2 --threads=1,2 --length=8 \
  --json="$json"
for want in "computed by $mini: the last hidden state, and logits of: vocabulary" \
  "text: data/corpora/bert_sample/bert_sample_text.txt.xz" "instruction set: " "libtorch: " "device: cpu" \
  "28.6 MB of BF16" "FLOPs at 8" "round 2 of 2"; do
  case $output in
    *"$want"*) ;;
    *) fail "want \"$want\", got: $output" ;;
  esac
done
[ "$(grep -c '"by_length_seconds"' "$json")" -eq 8 ] || fail "want 2 models x 2 numbers of threads x 2 rounds in $json"

# It replaces its own file, and no other.
text=$TEST_TMPDIR/text.txt
printf 'the sea .\nthe river falls into the sea .\n' >"$text"
small="--latency_sequences=1 --rounds=1 --threads=1"
# shellcheck disable=SC2086  # lists of words
{
  expect 0 "computed by $mini: the last hidden state
" --model=$mini --text="$text" --part=encoder --precision=bfloat16 --json="$json" $small
  grep -q '"precision": "bfloat16"' "$json" || fail "the file is not replaced"
  echo mine >"$json"
  expect 1 "--json: want a new file, got $json, which is there; choose another, or say --overwrite" \
    --model=$mini --text="$text" --json="$json" $small
  expect 0 "" --model=$mini --text="$text" --json="$json" --overwrite $small
}
expect 1 "--json: want another file than those that are read" --model=$mini --text="$text" --json="$text" --overwrite

# What a user can get wrong.
expect 1 "--model: want a model folder, got none; see --help"
expect 1 "nowhere/config.json" --model=nowhere
expect 1 "want flags alone, got" $mini
for flag in rounds length batch; do expect 1 "--$flag: want >= 1, got 0" --model=$mini --$flag=0; done
for flag in latency_sequences most_bytes; do expect 1 "--$flag: want >= 0, got -1" --model=$mini --$flag=-1; done
expect 1 "--part: want all or encoder, got \"head\"" --model=$mini --part=head
expect 1 "--precision: want float32 or bfloat16, got \"int8\"" --model=$mini --precision=int8
expect 1 "--device: want cpu or cuda, got tpu" --model=$mini --device=tpu
for threads in 0 1,x 2,2 100000; do
  expect 1 "--threads: want different numbers from 1 to 1024, parted by commas, as in 1,2, got \"$threads\"" --model=$mini \
    --threads=$threads
done
expect 1 "--length: want at most the 512 positions of $mini, got 513; say --length=512" --model=$mini --length=513
expect 1 "$text:1: " --model=$mini --text="$text" --length=1
expect 1 "nowhere.txt: No such file or directory; say --text=FILE with a sequence per line" --model=$mini \
  --text=nowhere.txt
expect 1 "--text: want a file with a sequence per line, got none" --model=$mini --text=
: >"$text"
expect 1 "$text: want a text with a sequence per line, got one without any; choose another" --model=$mini --text="$text"

expect 0 "as often as wanted" --help
case $output in
  *minloglevel*) fail "--help lists flags of libraries" ;;
esac

exit $failures
