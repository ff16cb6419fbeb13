#!/bin/bash
# Runs the program on a small corpus, and checks what it says about what a user can get wrong.
set -u
program=$PWD/$1
vocabulary=data/vocab/bert-base-uncased-vocab.txt
store=$TEST_TMPDIR/sample.store
. tools/build/testing/expect.sh

expect 0 "documents" --corpus=data/corpora/bert_sample --tokenizer=$vocabulary --output="$store"
[ -s "$store" ] || fail "no store was written"

printf 'one two\n\nthree\n' >"$TEST_TMPDIR/a.txt"
expect 0 "2 documents, 3 tokens" --tokenizer=$vocabulary --document=LINE --output="$store" "$TEST_TMPDIR/a.txt"
expect 0 "1 documents, 3 tokens" --tokenizer=$vocabulary --document=FILE --output="$store" "$TEST_TMPDIR/a.txt"

# Relative paths are relative to where `bazel run` was called.
cp $vocabulary "$TEST_TMPDIR/vocab.txt"
BUILD_WORKING_DIRECTORY=$TEST_TMPDIR
export BUILD_WORKING_DIRECTORY
expect 0 "b.store: 2 documents" --tokenizer=vocab.txt --document=LINE --output=b.store a.txt
[ -s "$TEST_TMPDIR/b.store" ] || fail "b.store is not in the user's folder"
unset BUILD_WORKING_DIRECTORY

expect 1 "--output: want a file to write" --corpus=data/corpora/bert_sample
expect 1 "got neither" --output="$store"
expect 1 "got both" --output="$store" --corpus=data/corpora/bert_sample "$TEST_TMPDIR/a.txt"
expect 1 "--threads: want 0 to 1024, got 1025" --output="$store" --corpus=data/corpora/bert_sample --threads=1025
expect 1 "corpus nowhere: want a folder" --output="$store" --corpus=nowhere
expect 1 "--document: want BLANK_LINE, LINE or FILE, got \"PAGE\"" --output="$store" --document=PAGE "$TEST_TMPDIR/a.txt"
expect 1 "no-vocab.txt" --tokenizer=no-vocab.txt --output="$store" "$TEST_TMPDIR/a.txt"
expect 1 "missing.txt" --tokenizer=$vocabulary --output="$store" missing.txt
expect 1 "nofolder" --tokenizer=$vocabulary --output="$TEST_TMPDIR/nofolder/x.store" "$TEST_TMPDIR/a.txt"

# How a file is written is no text; what it is packed in has to be sound, and to be no archive.
printf '\357\273\277one two \r\n\r\nthree' >"$TEST_TMPDIR/crlf.txt"
expect 0 "2 documents, 3 tokens" --tokenizer=$vocabulary --document=LINE --output="$store.crlf" "$TEST_TMPDIR/crlf.txt"
expect 0 "2 documents, 3 tokens" --tokenizer=$vocabulary --document=LINE --output="$store" "$TEST_TMPDIR/a.txt"
cmp "$store" "$store.crlf" || fail "line ends are text"
tar -C "$TEST_TMPDIR" -czf "$TEST_TMPDIR/ab.tar.gz" a.txt crlf.txt
expect 1 "ab.tar.gz: want text, plain or packed by gzip, xz or zstd, got a tar archive; unpack it" --tokenizer=$vocabulary \
  --output="$store" "$TEST_TMPDIR/ab.tar.gz"
mkfifo "$TEST_TMPDIR/pipe"
expect 1 "pipe: want a regular file, got a named pipe" --tokenizer=$vocabulary --output="$store" "$TEST_TMPDIR/pipe"
gzip -c "$TEST_TMPDIR/a.txt" >"$TEST_TMPDIR/bomb"
expect 1 "got more; if it is meant, unpack it, or say a larger --most_bytes" --tokenizer=$vocabulary --output="$store" --most_bytes=5 "$TEST_TMPDIR/bomb"

# What is there stays, unless it is a token store or the user says otherwise; what is read stays in any case.
echo mine >"$TEST_TMPDIR/mine"
expect 1 "--output: want a new file, got $TEST_TMPDIR/mine, which is there; choose another, or say --overwrite" --tokenizer=$vocabulary \
  --output="$TEST_TMPDIR/mine" "$TEST_TMPDIR/a.txt"
[ "$(cat "$TEST_TMPDIR/mine")" = mine ] || fail "a file of the user's is lost"
expect 0 "documents" --tokenizer=$vocabulary --output="$TEST_TMPDIR/mine" --overwrite "$TEST_TMPDIR/a.txt"
for input in a.txt vocab.txt; do
  expect 1 "--output: want another file than those that are read, got" --tokenizer="$TEST_TMPDIR/vocab.txt" --overwrite \
    --output="$TEST_TMPDIR/./$input" "$TEST_TMPDIR/a.txt"
done
cmp $vocabulary "$TEST_TMPDIR/vocab.txt" || fail "the vocabulary is lost"

printf 'good\nb\377d\n' >"$TEST_TMPDIR/bad.txt"
rm -f "$store"
expect 1 "byte 6: want UTF-8, got 0xff" --tokenizer=$vocabulary --output="$store" "$TEST_TMPDIR/bad.txt"
[ ! -e "$store" ] || fail "an error left a store behind"

exit $failures
