#!/bin/bash
# Kills within for_each and within the search of tune: the bits of a run that nothing stopped. A search that may not write
# into its folder does not begin.
SWEEP=$1 MAKE_TINY_TEACHER=$2
. tests/integration/lib.sh
make_inputs
table train.tsv 120 1
table report.tsv 30 2

# data <text column>: prints the data of a task.
data() {
  echo "data { table { train: \"$root/train.tsv\" report: \"$root/report.tsv\" text: \"$1\" label: \"label\" length: 16 } }"
}

# sweep_of <name> <more>: a sweep of two tasks; prints its path.
sweep_of() {
  cat > "$root/$1.textproto" <<END
name: "$1"
experiment {
  teacher { checkpoint: "$root/teacher" }
  student { architecture { layers: 1 } init { layer_copy { mapping { top {} } } } }
  for_each {
    task { name: "long" overlay { stage { name: "tune" $(data sentence) } } }
    task { name: "short" overlay { stage { name: "tune" $(data other) } } }
    stage {
      name: "tune" batch { sequences: 8 } budget { steps: 40 } checkpoint_steps: 4 adamw { learning_rate: 2e-3 }
      loss { name: "gold" hard_labels {} }
    }
    stage { name: "score" evaluation { classification {} } }
  }
}
controls: NONE
${2:-}
END
  echo "$root/$1.textproto"
}

for_each=$(sweep_of for_each)
run tasks "$for_each" --store="$root/tasks/store"
expect_code tasks 0
[ "$(bits_of tasks | wc -l)" = 4 ] || fail "tasks: want a model and scores for each of two tasks"
for task in long short; do expect_resumed "killed_$task" "${task}_tune" "$for_each" tasks; done

# The search trains the stages of the same names, with two rates, before the run does.
tuned=$(sweep_of tuned 'tune { learning_rate: [1e-4, 2e-3] }')
run search "$tuned" --store="$root/search/store"
expect_code search 0
[ "$(bits_of search | wc -l)" = 12 ] || fail "search: want a model and scores for each of two tasks, two of them tried"
for task in long short; do expect_resumed "killed_search_$task" "${task}_tune" "$tuned" search; done

# The folder of another sweep.
run tasks "$tuned" --store="$root/other/store"
expect_code other 1
expect_text other 'want the folder of sweep "tuned", got that of "for_each"'
expect_no_text other 'tuned_tuning'

finish
