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

# A file where the output folder should be.
mkdir -p "$root/unwritable"
: > "$root/unwritable/out"
run unwritable "$root/base.textproto"
expect_error unwritable 'unwritable/out'

# Warnings of dead options.
run weight_zero "$(edited weight_zero 's/weight: 5/weight: 0/')" --dry_run
expect_text weight_zero 'loss "ce" has weight 0: it is not computed'
expect_code weight_zero 0

finish
