#!/bin/bash
# What users get wrong, by the text that they are shown.
SWEEP=$1
MAKE_TINY_TEACHER=$2
. tests/integration/lib.sh
make_inputs

# case_of <name> <sed expression> <text>
case_of() {
  run "$1" "$(edited "$1" "$2")"
  expect_error "$1" "$3"
}

case_of typo 's/soft_targets/soft_target/' 'typo.textproto:11:45: Message type "retort.Loss" has no field named "soft_target"; linked loss plugins: attention_kl'
case_of unknown_mapping 's/top {}/upper {}/' 'linked mapping plugins: alternate'
case_of twice 's/name: "cos"/name: "ce"/' '"ce"'
case_of mapping_outside 's/top {}/explicit { pair { student: 1 teacher: 3 } }/' 'explicit: student layer 1 <- teacher layer 3 does not fit a teacher of 2 layers and a student of 1'
case_of unknown_stage 's/name: "evaluate"/name: "evaluate" from: "@nowhere"/' '@nowhere'
case_of stage_itself 's/name: "evaluate"/name: "evaluate" from: "@evaluate"/' '@evaluate'
case_of width 's/layers: 1/layers: 1 hidden_size: 8 heads: 2/; s/layer_copy.*top {} } }/random_normal {}/' 'want teacher and student of one width, got 16 in the teacher and 8 in the student'
case_of positions 's/length: 24/length: 64/' 'length: want at most the 32 positions of the'
case_of no_corpus "s#$root/corpus#$root/nothing#" "$root/nothing"
case_of no_teacher 's#/teacher"#/no_teacher"#' 'no_teacher/config.json'
case_of too_many 's/sequences: 16/sequences: 5000/' 'sequences: want at most the'
case_of negative_weight 's/weight: 5/weight: -5/' 'weight: want a finite number >= 0, got -5'
case_of temperature 's/temperature: 2/temperature: 0/' 'SoftTargetsConfig.temperature: want > 0, got 0'

# The student's own vocabulary.
printf '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n' > "$root/other_vocab.txt"
case_of vocabulary "s#layers: 1 token_types: false pooler: false }#layers: 1 token_types: false pooler: false } vocabulary: \"$root/other_vocab.txt\"#; s/layer_copy.*top {} } }/random_normal {}/" 'got 57 pieces in the teacher and 7 in the student'

# Corpora.
mkdir -p "$root/empty" "$root/latin1"
: > "$root/empty/text.txt"
printf 'caf\351 au lait\n' > "$root/latin1/text.txt"
for corpus in empty latin1; do cp "$root/corpus/corpus.textproto" "$root/$corpus/"; done
case_of empty_corpus "s#$root/corpus#$root/empty#" 'empty'
case_of latin1_corpus "s#$root/corpus#$root/latin1#" 'UTF-8'

# Archives, damage, pipes and devices.
for corpus in tar damaged pipe; do mkdir -p "$root/$corpus"; cp "$root/corpus/corpus.textproto" "$root/$corpus/"; done
tar -C "$root/corpus" -czf "$root/tar/text.txt" text.txt
gzip -c "$root/corpus/text.txt" | head -c -9 > "$root/damaged/text.txt"
mkfifo "$root/pipe/text.txt"
case_of tar_corpus "s#$root/corpus#$root/tar#" 'text.txt: want text, plain or packed by gzip, xz or zstd, got a tar archive; unpack it'
case_of damaged_corpus "s#$root/corpus#$root/damaged#" 'text.txt: damaged or truncated after byte'
case_of pipe_corpus "s#$root/corpus#$root/pipe#" 'text.txt: want a regular file, got a named pipe'
run device /dev/zero
expect_error device '/dev/zero: want a regular file, got a device'

# Numbers that cannot be: before anything runs, by the field's name.
case_of infinite 's/temperature: 2/temperature: inf/' 'soft_targets: temperature: want a finite number of at most'
case_of flops 's/budget {[^}]*}/budget { student_flops: 1e30 }/' 'budget.student_flops: want > 0, of at most 1000000000 steps in all'
case_of tokens 's/budget {[^}]*}/budget { tokens: 9223372036854775807 }/' 'budget.tokens: want > 0, of at most 1000000000 steps in all'
case_of layers 's/layers: 1/layers: 2147483647/' 'architecture: layers: want at most 1000, got 2147483647'

# Weights: truncated, with a header that is too long, of another dtype, with NaN.
for damage in truncated header dtype nan; do cp -r "$root/teacher" "$root/$damage"; done
head -c 5000 "$root/teacher/model.safetensors" > "$root/truncated/model.safetensors"
printf '\377\377\377\377\377\377\377\177' | dd of="$root/header/model.safetensors" conv=notrunc 2>/dev/null
sed -i '0,/"F32"/s//"F99"/' "$root/dtype/model.safetensors"
printf '\377\377\377\177' | dd of="$root/nan/model.safetensors" conv=notrunc bs=1 seek=$(($(stat -c %s "$root/nan/model.safetensors") - 4)) 2>/dev/null
case_of truncated_weights 's#/teacher"#/truncated"#' 'truncated/model.safetensors: not a sound safetensors file'
case_of header_weights 's#/teacher"#/header"#' 'want a header of at most'
case_of dtype_weights 's#/teacher"#/dtype"#' 'dtype: want one of F64'
case_of nan_weights 's#/teacher"#/nan"#' 'holds NaN or infinity'

run cuda "$root/base.textproto" --device=cuda
expect_error cuda '--device: want cpu, got cuda'
run only "$root/base.textproto" --only=nobody
expect_error only '--only: want variants of this sweep (base, init_only, scratch), got "nobody"'
run set "$root/base.textproto" --set=stage.distil.adamw.learning_rat=1
expect_error set 'learning_rat'
run set_item "$root/base.textproto" --set=stage.distil.loss.gold=1
expect_error set_item '--set stage.distil.loss.gold: want a message in braces, like {}, got "1"'
run no_flag "$root/base.textproto" --learning_rate=1
expect_error no_flag '--learning_rate: there is no such flag; --help has those that there are; fields of a sweep are set by --set'
for value in threads=many checkpoint_seconds=0 checkpoint_seconds=nan; do
  run value "$root/base.textproto" --$value
  expect_error value "--${value%=*}: want "
done

# A file where the output folder should be.
mkdir -p "$root/unwritable"
: > "$root/unwritable/out"
run unwritable "$root/base.textproto"
expect_error unwritable 'unwritable/out'

# Disks that fill up, at one place after the other; a limit on the size of files stands for them. Each run leaves only
# what is whole, and goes on where the one before it had to stop; the last one has room.
students() { (cd "$1" && find . -name model.safetensors -exec sha256sum {} + | sort -k2); }
run roomy "$root/base.textproto"
expect_code roomy 0
# full <limit> <file> [arguments]: there is no room for the file.
full() {
  file_limit=$1
  run full "$root/base.textproto" "${@:3}"
  expect_code "full $1" 1
  expect_text "full $1" "File too large"
  expect_text "full $1" "$root/full/"
  expect_text "full $1" "$2"
  if find "$root/full" -name '*.tmp-*' | grep -q .; then fail "full $1: left unfinished files"; fi
}
full 4 "tokens-"
[ "$(find "$root/full" -name '*.store' | wc -l)" = 0 ] || fail "full: left a token store"
file_limit=unlimited
run full "$root/base.textproto" --dry_run
full 1 "sweep.resolved.textproto"
full 5 "metrics.jsonl" --set=stage.distil.checkpoint_steps=100
[ "$(find "$root/full" -name done.json | wc -l)" = 0 ] || fail "full: left results without their logs"
full 30 "checkpoint/step_4.safetensors"
[ "$(find "$root/full" -name done.json | wc -l)" = 0 ] || fail "full: left results"
full 70 "index.html"
[ "$(find "$root/full" -name done.json | wc -l)" = 3 ] || fail "full: want the results, for which there was room"
file_limit=unlimited
run full "$root/base.textproto"
expect_code "room again" 0
[ -s "$root/full/out/report/index.html" ] || fail "room again: want a report"
[ "$(students "$root/full/store")" = "$(students "$root/roomy/store")" ] || fail "room again: other bits than with room"
for log in "$root"/full/store/*/metrics.jsonl; do
  [ "$(wc -l < "$log")" = 12 ] || fail "room again: $log is not whole"
done

# An update that no loss has seen: that variant stops, the others finish.
sed 's/budget { steps: 12 }/budget { steps: 1 }/' "$root/base.textproto" > "$root/last_step.textproto"
echo 'variant { name: "wild" overlay { stage { name: "distil" adamw { learning_rate: 1e38 weight_decay: 1e3 } } } }' >> "$root/last_step.textproto"
run last_step "$root/last_step.textproto"
expect_code last_step 1
expect_text last_step 'step 1: parameters: want finite values, got NaN or infinity'
[ "$(find "$root/last_step" -name done.json | wc -l)" = 3 ] || fail "last_step: want 3 students"

# Warnings of dead options.
run weight_zero "$(edited weight_zero 's/weight: 5/weight: 0/')" --dry_run
expect_text weight_zero 'loss "ce" has weight 0: it is not computed'
expect_code weight_zero 0
run without_teacher "$root/base.textproto" --set=stage.distil.loss.ce.weight=0 --set=stage.distil.loss.cos.weight=0
expect_code without_teacher 0
run without_gold "$root/base.textproto" --set=stage.distil.loss.mlm.weight=0
expect_text without_gold 'has no loss that is learnt from the text alone'
expect_code without_gold 0

finish
