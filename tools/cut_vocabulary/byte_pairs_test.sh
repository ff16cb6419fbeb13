#!/bin/bash
# Cuts GPT-2's vocabulary as a user does, and checks what the program says about what a user can get wrong.
set -u
program=$PWD/$1
out=$TEST_TMPDIR/gpt2_4k
cut="--vocabulary=data/vocab/gpt2/vocab.json --size=4096"
. tools/build/testing/expect.sh

expect 1 "--output: want a file or folder to write, got none" $cut
expect 1 "--output: want a name for a list of pieces, got x.json, which would be read as JSON; end it in .txt" --output=x.json more
expect 1 "want no corpus folders for a vocab.json, whose first merges stay, got 2" $cut --output="$out" data/corpora/wiki more
[ ! -e "$out" ] || fail "an error left a folder behind"
# 256 bytes, <|endoftext|>, and a piece for each merge.
expect 0 "gpt2_4k: 4096 pieces, 3839 merges" $cut --output="$out"
[ "$(wc -l <"$out/merges.txt")" -eq 3840 ] || fail "want a heading and 3839 merges"
expect 1 "--output: want a new file, got $out/vocab.json, which is there" $cut --output="$out"
expect 0 "gpt2_4k: 4096 pieces" $cut --output="$out" --overwrite
expect 1 "--output: want another file than those that are read, got $out/./vocab.json" --vocabulary="$out/vocab.json" --size=1024 \
  --output="$out/." --overwrite

marked=$TEST_TMPDIR/marked
mkdir "$marked"
cp "$out/vocab.json" "$marked"
{ printf '\357\273\277'; cat "$out/merges.txt"; } >"$marked/merges.txt"
expect 1 "$marked/merges.txt: want text, got a byte order mark before it" \
  --vocabulary="$marked/vocab.json" --size=2048 --output="$TEST_TMPDIR/of_marked"
gzip -c "$out/merges.txt" >"$marked/merges.txt"
expect 1 "$marked/merges.txt: want plain text, got a file packed by gzip; unpack it, and name the text" \
  --vocabulary="$marked/vocab.json" --size=2048 --output="$TEST_TMPDIR/of_marked"
{ cat "$out/merges.txt"; printf '\n\n'; } >"$marked/merges.txt"
expect 0 "of_marked: 2048 pieces" --vocabulary="$marked/vocab.json" --size=2048 --output="$TEST_TMPDIR/of_marked"

exit $failures
