#!/bin/bash
# tools:evaluate on a student that a sweep trained: the sweep's own score, a comparison, and predictions without labels.
SWEEP=$1 MAKE_TINY_TEACHER=$2 EVALUATE=$3
. tests/integration/lib.sh
make_inputs

table train.tsv 120 1
table report.tsv 40 2
table test.tsv 5 3
cut -f1 "$root/test.tsv" > "$root/unlabelled.tsv"
TABLE="table { train: \"$root/train.tsv\" report: \"$root/report.tsv\" test: \"$root/unlabelled.tsv\" text: \"sentence\"
  label: \"label\" length: 16 }"
cat > "$root/tasks.textproto" <<END
name: "tasks"
experiment {
  teacher { checkpoint: "$root/teacher" }
  student { architecture { layers: 1 } init { layer_copy { mapping { top {} } } } }
  stage {
    name: "student" data { $TABLE } batch { sequences: 8 } budget { steps: 12 } adamw { learning_rate: 2e-3 }
    loss { name: "gold" hard_labels {} }
  }
  stage { name: "score" evaluation { classification {} } }
}
controls: NONE
END
run tasks "$root/tasks.textproto" --store="$root/tasks/store"
expect_code tasks 0
model=$(dirname "$(find "$root/tasks/store" -name model.safetensors)")

# evaluate <arguments>: output and exit code in $out and $code.
evaluate() {
  out=$("$EVALUATE" --model="$model" --task="$TABLE" "$@" 2>&1)
  code=$?
}

# The first metric that either reports is the accuracy.
evaluate --json="$root/scores.json"
expect_code scores 0
expect_text scores 'accuracy, %'
theirs=$(sed -n '/"by_seed"/{n;s/.*: //;p;q}' "$root/tasks/out/report/results.json")
ours=$(sed -n '/"classification\/accuracy"/{n;s/.*: \(.*\),/\1/;p;q}' "$root/scores.json")
[ -n "$ours" ] && [ "$ours" = "$theirs" ] || fail "scores: want the accuracy $theirs that the sweep reports, got $ours"

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

finish
