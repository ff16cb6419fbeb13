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

# run <name> [arguments]: runs the sweep with its own output folder; output and exit code in $out and $code. No file may
# be larger than $file_limit KiB.
file_limit=unlimited
run() {
  local name=$1
  shift
  out=$(ulimit -S -f $file_limit; "$SWEEP" "$@" --output_dir="$root/$name/out" --threads=1 2>&1)
  code=$?
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
