# Helpers for tests of the sweep program. Source it, with the programs' paths in $SWEEP and $MAKE_TINY_TEACHER.

set -u
failures=0
root=$(mktemp -d "${TEST_TMPDIR:-/tmp}/sweep.XXXXXX")

# A teacher, a corpus of 400 made-up lines, and a sweep over both that trains in a second.
make_inputs() {
  "$MAKE_TINY_TEACHER" "$root/teacher" || exit 1
  mkdir -p "$root/corpus"
  awk 'BEGIN { srand(1); for (l = 0; l < 400; ++l) { line = ""; for (w = 0; w < 8; ++w) { for (c = 0; c < 3; ++c)
    line = line sprintf("%c", 97 + int(26 * rand() * rand())); line = line " " } print line } }' > "$root/corpus/text.txt"
  cat > "$root/corpus/corpus.textproto" <<'END'
file { path: "text.txt" document: LINE }
select_share: 0.1
report_share: 0.1
END
  cat > "$root/base.textproto" <<END
name: "tiny"
experiment {
  teacher { checkpoint: "$root/teacher" }
  student { architecture { layers: 1 token_types: false pooler: false } init { layer_copy { mapping { top {} } } } }
  stage {
    name: "distil"
    data { masked_lm { corpus: "$root/corpus" length: 24 min_length: 4 distilbert_masking {} } }
    batch { sequences: 8 }
    budget { steps: 12 }
    checkpoint_steps: 4
    loss { name: "ce" weight: 5 soft_targets { temperature: 2 rows: LABELLED } }
    loss { name: "cos" cosine {} }
    loss { name: "mlm" weight: 2 masked_lm {} }
    adamw { learning_rate: 1e-3 }
  }
  stage { name: "evaluate" evaluation { masked_lm { sequences: 16 } } }
}
END
}

# table <file> <rows> <seed>: short texts of the classes good and bad, which their first letter tells, and a score.
table() {
  awk -v rows="$2" -v seed="$3" 'BEGIN { srand(seed); print "sentence\tother\tlabel\tscore"
    for (r = 0; r < rows; ++r) { good = int(2 * rand()); line = good ? "a" : "z"
      for (c = 0; c < 6; ++c) line = line " " sprintf("%c", 97 + int(26 * rand()))
      print line "\t" substr(line, 1, 5) "\t" (good ? "good" : "bad") "\t" good + rand() } }' > "$root/$1"
}

# run <name> [arguments]: runs the sweep with its own output folder; output and exit code in $out and $code. No file may
# be larger than $file_limit KiB.
file_limit=unlimited
run() {
  local name=$1
  shift
  out=$(ulimit -S -f $file_limit; "$SWEEP" "$@" --output_dir="$root/$name/out" --threads=1 2>&1)
  code=$?
}

# bits_of <name>: the models and scores that a run with its own store has computed.
bits_of() { (cd "$root/$1/store" && find . -name model.safetensors -o -name scores.json | sort | xargs sha256sum); }

# has_begun <name> <stage>: whether a stage of this name has logged six steps in the run's store.
has_begun() {
  local description
  for description in $(grep -ls "name: \"$2\"" "$root/$1"/store/*/stage.textproto 2>/dev/null); do
    [ "$(cat "$(dirname "$description")/metrics.jsonl" 2>/dev/null | wc -l)" -lt 6 ] || return 0
  done
  return 1
}

# kill_in <name> <stage> <sweep>: runs the sweep with its own store and kills it when the stage has begun.
kill_in() {
  "$SWEEP" "$3" --store="$root/$1/store" --output_dir="$root/$1/out" --threads=1 > /dev/null 2>&1 &
  local pid=$!
  for _ in $(seq 600); do
    if has_begun "$1" "$2" || ! kill -0 $pid 2>/dev/null; then break; fi
    sleep 0.02
  done
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
}

# expect_resumed <name> <stage> <sweep> <whole>: the sweep, killed in the stage and started again, has the bits of the
# run `whole`, which nothing stopped.
expect_resumed() {
  kill_in "$1" "$2" "$3"
  run "$1" "$3" --store="$root/$1/store"
  expect_code "$1" 0
  [ "$(bits_of "$1")" = "$(bits_of "$4")" ] || fail "$1: want the same bits as without a kill"
}

fail() {
  echo "FAILED: $1"
  echo "--- exit code $code, output:"
  echo "$out" | tail -30
  failures=$((failures + 1))
}

# expect_text <case> <text>: the text stands in the output.
expect_text() { case $out in *"$2"*) ;; *) fail "$1: want \"$2\"" ;; esac; }
expect_no_text() { case $out in *"$2"*) fail "$1: did not want \"$2\"" ;; esac; }
expect_code() { [ "$code" = "$2" ] || fail "$1: want exit code $2"; }

# expect_error <case> <text>: a user's error with this text that left no report and no result behind.
expect_error() {
  expect_text "$1" "$2"
  expect_code "$1" 1
  if [ -e "$root/$1/out/report" ]; then fail "$1: left a report"; fi
  if find "$root/$1" -name done.json 2>/dev/null | grep -q .; then fail "$1: left results"; fi
}

# edited <name> <sed expression>: the base sweep, edited; prints its path.
edited() {
  sed "$2" "$root/base.textproto" > "$root/$1.textproto"
  echo "$root/$1.textproto"
}

finish() {
  rm -rf "$root"
  echo "$failures failures"
  [ "$failures" = 0 ]
}
