#!/bin/bash
# What the program says of a vocabulary names the file that the user gave.
set -u
program=$PWD/$1
out=$TEST_TMPDIR/cut
pieces=$TEST_TMPDIR/pieces.txt
cut="--model=data/teachers/mini --vocabulary=$pieces --output=$out"
. tools/build/testing/expect.sh

{ printf '\357\273\277'; head -2000 data/teachers/mini/vocab.txt; } >"$pieces"
expect 1 "$pieces: want text, got a byte order mark before it" $cut
gzip -c data/teachers/mini/vocab.txt >"$pieces"
expect 1 "$pieces: want plain text, got a file packed by gzip; unpack it, and name the text" $cut
printf '[PAD]\n[UNK]\n[CLS]\n[MASK]\n' >"$pieces"
expect 1 "$pieces: want the special piece [SEP], got none" $cut
case $output in */tmp/retort*) fail "want no temporary folder named, got: $output" ;; esac
[ ! -e "$out" ] || fail "an error left a folder behind"

exit $failures
