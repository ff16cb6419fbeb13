#!/bin/bash
# Fine-tuning and distillation on tasks, from the files to the report: heads, class names, the teacher trained within the
# experiment, several tasks, and kills in between.
SWEEP=$1 MAKE_TINY_TEACHER=$2
. tests/integration/lib.sh
make_inputs

table train.tsv 120 1
table report.tsv 30 2
table test.tsv 5 3
DATA="table { train: \"$root/train.tsv\" report: \"$root/report.tsv\" text: \"sentence\" label: \"label\" length: 16 }"
TRAINING='batch { sequences: 8 } budget { steps: 12 } checkpoint_steps: 4 adamw { learning_rate: 2e-3 }'

# sweep_of <name> <experiment> <more>: prints its path.
sweep_of() {
  echo "name: \"$1\" experiment { teacher { checkpoint: \"$root/teacher\" } $2 } controls: NONE ${3:-}" > "$root/$1.textproto"
  echo "$root/$1.textproto"
}
STUDENT='student { architecture { layers: 1 } init { layer_copy { mapping { top {} } } } }'
TEACHER_STAGE="stage { name: \"teacher\" from: \"TEACHER\" data { $DATA } $TRAINING
  evaluate { every_steps: 4 } keep { best { metric: \"classification/accuracy\" } } loss { name: \"gold\" hard_labels {} } }"
STUDENT_STAGE="stage { name: \"student\" data { $DATA } $TRAINING loss { name: \"gold\" hard_labels {} } }"
SCORE='stage { name: "score" evaluation { classification {} } }'
DISTILLED='variant { name: "distilled" overlay { stage { name: "student" teacher: "@teacher"
    loss { name: "kd" soft_targets { temperature: 2 } } } } }
  variant { name: "head" overlay { student { init { teacher: "@teacher" } } } }'

# The whole way; then the same with a kill in each training stage: the same models and scores.
SWEEP_FILE=$(sweep_of tasks "$STUDENT $TEACHER_STAGE $STUDENT_STAGE $SCORE" "$DISTILLED")
run whole "$SWEEP_FILE" --store="$root/whole/store"
expect_code whole 0
expect_text whole 'distilled'
expect_text whole 'accuracy'
[ "$(bits_of whole | wc -l)" = 8 ] || fail "whole: want 4 models, and scores of 3 students and the teacher"

for stage in teacher student; do expect_resumed "killed_$stage" "$stage" "$SWEEP_FILE" whole; done

# The cost of every stage is told before anything runs, and what was cut of the texts.
run plan "$(sweep_of plan "$STUDENT $TEACHER_STAGE $STUDENT_STAGE $SCORE")" --dry_run --set=stage.student.data.table.length=8
expect_code plan 0
expect_text plan 'stage teacher: 12 steps'
expect_text plan 'stage student: 12 steps'
expect_text plan 'examples cut to 8 pieces'

# Scores instead of classes, of pairs; two tasks, with a column each and their average.
PAIRS="table { train: \"$root/train.tsv\" report: \"$root/report.tsv\" text: \"sentence\" text: \"other\" score: \"score\" length: 24 }"
run two_tasks "$(sweep_of two_tasks "$STUDENT for_each {
  task { name: \"pairs\" overlay { stage { name: \"tune\" data { $PAIRS } } stage { name: \"score\" evaluation { regression {} } } } }
  task { name: \"topic\" overlay { stage { name: \"tune\" data { $DATA } } } }
  stage { name: \"tune\" $TRAINING loss { name: \"gold\" hard_labels {} } }
  stage { name: \"score\" evaluation { classification {} } } }")"
expect_code two_tasks 0
expect_text two_tasks 'pairs'
expect_text two_tasks 'topic'
expect_text two_tasks 'macro'

# What cannot be.
refused() {
  run "$1" "$(sweep_of "$1" "$2" "${4:-}")"
  expect_error "$1" "$3"
}
sed 's/\tbad\t/\tgood\t/' "$root/train.tsv" > "$root/one_class.tsv"
refused one_class "$STUDENT ${STUDENT_STAGE//train.tsv/one_class.tsv} $SCORE" \
  'want examples of at least 2 classes, got all of "good"'
refused unknown_class "$STUDENT ${STUDENT_STAGE//label: \"label\"/label: \"label\" classes: \"good\" classes: \"better\"} $SCORE" \
  'label: want one of the classes (good, better), got "bad"'
refused no_head "$STUDENT stage { name: \"student\" data { masked_lm { corpus: \"$root/corpus\" length: 24 } } $TRAINING
  loss { name: \"gold\" hard_labels {} } } " 'want a student with a head of classes, spans or a score'
refused unknown_split "$STUDENT $STUDENT_STAGE stage { name: \"score\" evaluation { classification { split: \"dev\" } } }" \
  'split: want one of report, train, select, got "dev"'
sed '1s/label/none/' "$root/test.tsv" > "$root/unlabelled.tsv"
refused train_on_test "$STUDENT ${STUDENT_STAGE//train.tsv/unlabelled.tsv} $SCORE" 'unlabelled.tsv'


finish
