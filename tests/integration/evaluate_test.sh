#!/bin/bash
# tools:evaluate on students that sweeps trained, of classes and of spans: the sweep's own score, a comparison, and
# predictions without labels.
SWEEP=$1 MAKE_TINY_TEACHER=$2 EVALUATE=$3
. tests/integration/lib.sh
make_inputs

table train.tsv 120 1
table report.tsv 40 2
table test.tsv 5 3
cut -f1 "$root/test.tsv" > "$root/unlabelled.tsv"
TABLE="table { train: \"$root/train.tsv\" report: \"$root/report.tsv\" test: \"$root/unlabelled.tsv\" text: \"sentence\"
  label: \"label\" length: 16 }"

# train <name> <data> <evaluation>: trains a student on the task; its folder in $model, and the data in $task.
train() {
  task=$2
  cat > "$root/$1.textproto" <<END
name: "$1"
experiment {
  teacher { checkpoint: "$root/teacher" }
  student { architecture { layers: 1 } init { layer_copy { mapping { top {} } } } }
  stage {
    name: "student" data { $task } batch { sequences: 8 } budget { steps: 12 } adamw { learning_rate: 2e-3 }
    loss { name: "gold" hard_labels {} }
  }
  stage { name: "score" evaluation { $3 {} } }
}
controls: NONE
END
  run "$1" "$root/$1.textproto" --store="$root/$1/store"
  expect_code "$1" 0
  model=$(dirname "$(find "$root/$1/store" -name model.safetensors)")
}

# evaluate <arguments>: output and exit code in $out and $code.
evaluate() {
  out=$("$EVALUATE" --model="$model" --task="$task" "$@" 2>&1)
  code=$?
}

# reported <name>: the sweep's score. score_of <metric>: the one that tools:evaluate has written.
reported() { sed -n '/"by_seed"/{n;s/.*: //;p;q}' "$root/$1/out/report/results.json"; }
score_of() { sed -n "/\"${1//\//\\/}\"/{n;s/.*: \(.*\),/\1/;p;q}" "$root/scores.json"; }

# expect_score <name> <metric>: both are the same.
expect_score() {
  [ -n "$(score_of "$2")" ] && [ "$(score_of "$2")" = "$(reported "$1")" ] ||
    fail "$1: want the $2 $(reported "$1") that the sweep reports, got $(score_of "$2")"
}

train tasks "$TABLE" classification

# The first metric that either reports is the accuracy.
evaluate --json="$root/scores.json"
expect_code scores 0
expect_text scores 'accuracy, %'
expect_score tasks classification/accuracy

evaluate --model="$model" --evaluation='classification { f1_of: "bad" }'
expect_code comparison 0
expect_text comparison 'F1 of bad, %'
expect_text comparison "Δ to $model   0.000 (0.000 to 0.000)"

# Without labels there are no scores.
evaluate --split=test
expect_code unlabelled 1
expect_text unlabelled 'tools:evaluate -- --predictions=FOLDER'
evaluate --split=test --predictions="$root/predictions"
expect_code predictions 0
expect_text predictions 'not scored: split: want examples with labels'
expect_text predictions "predictions.tsv: 5 predictions of $model"
[ "$(cut -f1 "$root/predictions/predictions.tsv" | tr '\n' ' ')" = "index 0 1 2 3 4 " ] || fail "predictions: want five rows"
[ -z "$(tail -n +2 "$root/predictions/predictions.tsv" | cut -f2 | grep -vx 'good\|bad')" ] || fail "predictions: want names"
evaluate --split=test --predictions="$root/predictions"  # Replaces its own.
expect_code again 0
evaluate --split=dev
expect_code unknown 1
expect_text unknown 'split: want one of report, test, train, select, got "dev"'

# squad <file> <questions> <seed>: made-up questions in the layout of SQuAD 1.1, and beside it <file>.gold, whose lines
# are id, answer and context.
squad() {
  awk -v rows="$2" -v seed="$3" -v gold="$root/$1.gold" 'BEGIN { srand(seed)
    printf "{\"version\": \"1.1\", \"data\": [{\"title\": \"words\", \"paragraphs\": ["
    for (r = 0; r < rows; ++r) { context = ""; chosen = int(3 * rand())
      for (w = 0; w < 3; ++w) {
        word = sprintf("%c%c", 97 + int(26 * rand()), 97 + int(26 * rand())); if (w == chosen) answer = word
        context = context (w ? " " : "") word }
      printf "%s{\"context\": \"%s\", \"qas\": [{\"id\": \"q%d\", \"question\": \"ab cd\", ", (r ? ", " : ""), context, r
      printf "\"answers\": [{\"text\": \"%s\", \"answer_start\": %d}]}]}", answer, 3 * chosen
      printf "q%d\t%s\t%s\n", r, answer, context > gold }
    print "]}]}" }' > "$root/$1"
}
squad train.json 40 4
squad report.json 20 5
FILES="train: \"$root/train.json\" report: \"$root/report.json\""
train spans "squad { $FILES length: 24 stride: 8 question_length: 6 }" spans

# The predictions are an object of texts of the contexts by id, in the order of the file, and their exact matches are
# the score.
evaluate --json="$root/scores.json" --overwrite --predictions="$root/answers"
expect_code answers 0
expect_text answers 'F1, %'
expect_text answers 'exact match, %'
expect_text answers "predictions.json: 20 predictions of $model"
expect_score spans spans/f1
answers=$root/answers/predictions.json
[ "$(head -1 "$answers")$(tail -1 "$answers")" = '{}' ] || fail "answers: want an object"
sed -n 's/^ "\(q[0-9]*\)": "\(.*\)"\(,\|\)$/\1\t\2/p' "$answers" > "$root/answers.tsv"
[ "$(cut -f1 "$root/answers.tsv")" = "$(cut -f1 "$root/report.json.gold")" ] || fail "answers: want one of each question"
matches=$(paste "$root/answers.tsv" "$root/report.json.gold" |
  awk -F '\t' '$2 == "" || !index($5, $2) { bad = 1 } $2 == $4 { ++matches } END { print bad ? "bad" : matches / NR }')
[ "$matches" != bad ] || fail "answers: want texts of the contexts"
awk -v a="$matches" -v b="$(score_of spans/exact_match)" 'BEGIN { exit !(b != "" && (a - b) ^ 2 < 1e-12) }' ||
  fail "answers: want the exact match $matches of the predictions, got $(score_of spans/exact_match)"

finish
