#!/bin/bash
# Cuts GPT-2's vocabulary as a user does, and checks what the program says about what a user can get wrong.
set -u
program=$PWD/$1
out=$TEST_TMPDIR/gpt2_4k
cut="--vocabulary=data/vocab/gpt2/vocab.json --size=4096"
. tools/build/testing/expect.sh

expect 1 "--output: want a file or folder to write, got none" $cut
expect 1 "want no corpus folders for a vocab.json, whose first merges stay, got 2" $cut --output="$out" data/corpora/wiki more
[ ! -e "$out" ] || fail "an error left a folder behind"
# 256 bytes, <|endoftext|>, and a piece for each merge.
expect 0 "gpt2_4k: 4096 pieces, 3839 merges" $cut --output="$out"
[ "$(wc -l <"$out/merges.txt")" -eq 3840 ] || fail "want a heading and 3839 merges"
expect 1 "--output: want a new file, got $out/vocab.json, which is there" $cut --output="$out"
expect 0 "gpt2_4k: 4096 pieces" $cut --output="$out" --overwrite
expect 1 "--output: want another file than those that are read, got $out/./vocab.json" --vocabulary="$out/vocab.json" --size=1024 \
  --output="$out/." --overwrite

exit $failures
