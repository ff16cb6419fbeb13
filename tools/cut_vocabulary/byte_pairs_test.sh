#!/bin/sh
# Cuts GPT-2's vocabulary as a user does, and checks what the program says about what a user can get wrong.
set -u
cut_vocabulary=$PWD/$1
out=$TEST_TMPDIR/gpt2_4k
failures=0

# expect CODE TEXT ARGUMENT...: the program ends with this code and prints this text.
expect() {
  code=$1 text=$2
  shift 2
  output=$("$cut_vocabulary" --vocabulary=data/vocab/gpt2/vocab.json --size=4096 "$@" 2>&1)
  got=$?
  [ "$got" -eq "$code" ] || { echo "FAILED: $*: want exit code $code, got $got: $output"; failures=$((failures + 1)); }
  case $output in
    *"$text"*) ;;
    *) echo "FAILED: $*: want \"$text\", got: $output"; failures=$((failures + 1)) ;;
  esac
}

expect 1 "--output: want a file or folder to write, got none"
expect 1 "want no corpus folders for a vocab.json, whose first merges stay, got 2" --output="$out" data/corpora/wiki more
[ ! -e "$out" ] || { echo "FAILED: an error left a folder behind"; failures=$((failures + 1)); }
# 256 bytes, <|endoftext|>, and a piece for each merge.
expect 0 "gpt2_4k: 4096 pieces, 3839 merges" --output="$out"
[ "$(wc -l <"$out/merges.txt")" -eq 3840 ] || { echo "FAILED: want a heading and 3839 merges"; failures=$((failures + 1)); }

exit $failures
