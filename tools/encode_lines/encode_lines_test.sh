#!/bin/sh
# Runs the program on a few lines, and checks what it says about what a user can get wrong.
set -u
encode_lines=$PWD/$1
failures=0

# expect CODE TEXT INPUT ARGUMENT...: the program ends with this code and prints this text.
expect() {
  code=$1 text=$2 input=$3
  shift 3
  output=$(printf '%s\n' "$input" | "$encode_lines" "$@" 2>&1)
  got=$?
  [ "$got" -eq "$code" ] || { echo "FAILED: $*: want exit code $code, got $got: $output"; failures=$((failures + 1)); }
  case $output in
    *"$text"*) ;;
    *) echo "FAILED: $*: want \"$text\", got: $output"; failures=$((failures + 1)) ;;
  esac
}

expect 0 "15496 995" '"Hello world"' --tokenizer=data/vocab/gpt2
expect 0 "7592 2088" '"Hello world"' --tokenizer=data/vocab/bert-base-uncased-vocab.txt
expect 0 "error: want a JSON string, got something else" 'Hello' --tokenizer=data/vocab/roberta
expect 0 "MB/cpu-second 2 ids" '"Hello world"' --tokenizer=data/vocab/gpt2/vocab.json --time --threads=2
expect 1 "error: line 2: want a JSON string, got something else" '"a"
a' --tokenizer=data/vocab/gpt2 --time
expect 1 "nowhere" '""' --tokenizer=nowhere
expect 1 "--tokenizer: want a folder or file, got none" '""'
expect 1 "--threads: want >= 1, got 0" '""' --tokenizer=data/vocab/gpt2 --time --threads=0

exit $failures
