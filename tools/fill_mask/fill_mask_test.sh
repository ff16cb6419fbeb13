#!/bin/bash
# The program as a user calls it, with vocabularies that are the model's and that are not.
set -u
program=$PWD/$1
mini=$PWD/data/teachers/mini
. tools/build/testing/expect.sh

# folder PIECES: a folder with the model and so many pieces of its vocabulary, or more.
folder() {
  mkdir -p "$TEST_TMPDIR/$1"
  cp -L "$mini"/{config.json,model.safetensors,tokenizer_config.json} "$TEST_TMPDIR/$1"
  { cat "$mini/vocab.txt"; echo one-more; } | head -n "$1" >"$TEST_TMPDIR/$1/vocab.txt"
  echo "$TEST_TMPDIR/$1"
}

sentence="the river falls into the [MASK] ."
expect 0 "  river  " --model="$mini" "$sentence"
[ "$(echo "$output" | wc -l)" -eq 6 ] || fail "want the sentence and 5 pieces, got: $output"
pieces=$(wc -l <"$mini/vocab.txt")

# With padded embeddings, as many models have them, no piece stands for most rows.
small=$(folder 40)
expect 0 " %" --model="$small" --top=40 "$sentence"
[ "$(echo "$output" | wc -l)" -eq 41 ] || fail "want the sentence and 40 pieces, got: $output"
expect 1 "--top: want within 1..40, got 41" --model="$small" --top=41 "$sentence"
expect 1 "--top: want within 1..$pieces, got 0" --model="$mini" --top=0 "$sentence"

large=$(folder $((pieces + 1)))
expect 1 "the tokenizer: want at most the $pieces pieces that the model has embeddings for, got $((pieces + 1))" \
  --model="$large" "$sentence"

exit $failures
