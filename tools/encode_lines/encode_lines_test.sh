#!/bin/bash
# Runs the program on a few lines, and checks what it says about what a user can get wrong.
set -u
program=$PWD/$1
. tools/build/testing/expect.sh

expect 0 "15496 995" --tokenizer=data/vocab/gpt2 <<<'"Hello world"'
expect 0 "7592 2088" --tokenizer=data/vocab/bert-base-uncased-vocab.txt <<<'"Hello world"'
expect 0 "error: want a JSON string, got something else" --tokenizer=data/vocab/roberta <<<'Hello'
expect 0 "MB/cpu-second 2 ids" --tokenizer=data/vocab/gpt2/vocab.json --time --threads=2 <<<'"Hello world"'
expect 0 "15496 995" --tokenizer=data/vocab/gpt2 <<<$'\357\273\277"Hello world" \r'
expect 1 "error: line 2: want a JSON string, got something else" --tokenizer=data/vocab/gpt2 --time <<<$'"a"\na'
expect 1 "nowhere" --tokenizer=nowhere <<<'""'
expect 1 "make it one with: hf download 'google-bert/bert-base-uncased' --local-dir 'google-bert/bert-base-uncased'" \
  --tokenizer=google-bert/bert-base-uncased/ <<<'""'
expect 1 "--tokenizer: want a folder or file, got none" <<<'""'
expect 1 "--threads: want 1 to 1024, got 0" --tokenizer=data/vocab/gpt2 --time --threads=0 <<<'""'

exit $failures
