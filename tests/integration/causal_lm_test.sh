#!/bin/bash
# Causal students from beginning to end: distilled from a GPT-2, and trained from random weights to be a teacher.
SWEEP=$1
MAKE_TINY_TEACHER=$2
. tests/integration/lib.sh
make_inputs
"$MAKE_TINY_TEACHER" "$root/gpt2" gpt2 || exit 1

# write_sweep <name> <teacher or nothing> <student> <losses>
write_sweep() {
  cat > "$root/$1.textproto" <<END
name: "$1"
experiment {
  $2
  student { $3 }
  stage {
    name: "train"
    data { causal_lm { corpus: "$root/corpus" length: 24 } }
    batch { sequences: 8 micro_batches: 2 }
    budget { steps: 12 }
    checkpoint_steps: 4
    $4
    loss { name: "clm" weight: 2 causal_lm {} }
    adamw { learning_rate: 1e-2 }
    evaluate { every_steps: 4 sequences: 8 }
    keep { best { metric: "causal_lm/cross_entropy" } }
  }
  stage { name: "evaluate" evaluation { causal_lm { sequences: 16 } } }
}
END
}
COPY='architecture { layers: 1 } init { layer_copy { mapping { top {} } } }'
DISTILLATION='loss { name: "ce" weight: 5 soft_targets { temperature: 2 } } loss { name: "cos" cosine {} }'

write_sweep distilled "teacher { checkpoint: \"$root/gpt2\" }" "$COPY" "$DISTILLATION"
run distilled "$root/distilled.textproto"
expect_code distilled 0
expect_text distilled 'cross-entropy'
expect_text distilled 'init_only'
grep -q '"causal_lm/kl_to_teacher"' "$root/distilled/out/report/results.json" || fail "distilled: want the KL to the teacher"
grep -q masked_lm "$root/distilled/out/report/results.json" && fail "distilled: did not want metrics of masked LM"
for file in config.json model.safetensors vocab.json merges.txt; do
  [ "$(find "$root/distilled/store" -path "*/model/$file" | wc -l)" = 3 ] || fail "distilled: want $file of 3 students"
done
grep -q '"GPT2LMHeadModel"' "$root"/distilled/store/*/model/config.json || fail "distilled: want a GPT2LMHeadModel"

# From random weights; then the result teaches.
write_sweep pretrained '' "architecture { family: \"gpt2\" layers: 2 hidden_size: 16 heads: 2 intermediate_size: 32
  max_positions: 32 } vocabulary: \"$root/gpt2\" init { random_normal {} }" ''
echo 'controls: NONE' >> "$root/pretrained.textproto"
run pretrained "$root/pretrained.textproto"
expect_code pretrained 0
model=$(echo "$root"/pretrained/store/*/model)
write_sweep taught "teacher { checkpoint: \"$model\" }" "$COPY" "$DISTILLATION"
run taught "$root/taught.textproto" --only=base
expect_code taught 0

finish
