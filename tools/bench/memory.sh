#!/bin/bash
# What a plan says that training and evaluating take, beside the most that the program then took: a line per workload.
#
#   bazel build //experiments:sweep && tools/bench/memory.sh bazel-bin/experiments/sweep [BERT_BASE]
#
# From the repository's root; some minutes. BERT_BASE: a folder with a BERT-base of any weights, beside which a
# DistilBERT is trained. THREADS: 1 unless it is set.
set -eu
program=$1
base=${2-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# experiment NAME TEACHER LAYERS STAGE [STAGES]: writes a sweep of one student.
experiment() {
  cat > "$scratch/$1.textproto" << END
name: "$1"
experiment {
  teacher { checkpoint: "$2" }
  student {
    architecture { layers: $3 token_types: false pooler: false }
    init { layer_copy { mapping { alternate {} } } }
  }
  stage { name: "train" $4 adamw { learning_rate: 5e-5 } }
  ${5-}
}
seeds: [1]
controls: NONE
END
}

# measure NAME SWEEP FLAG...
measure() {
  local name=$1
  shift
  local flags=("$@" --threads="${THREADS:-1}" --output_dir="$scratch/$name/run" --store="$scratch/$name/store")
  mkdir -p "$scratch/$name"
  "$program" "${flags[@]}" --dry_run > "$scratch/$name/plan"
  python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=sys.stderr)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$program" "${flags[@]}" 2> "$scratch/$name/log" > "$scratch/$name/peak"
  local said
  said=$(sed -n 's/^  memory: \(about [^;]*\).*/\1/p' "$scratch/$name/plan")
  printf '%-14s %s; took %d MB\n' "$name" "$said" "$(($(cat "$scratch/$name/peak") * 1024 / 1000000))"
}

losses='loss { name: "ce" weight: 5 soft_targets { temperature: 2 rows: LABELLED } } loss { name: "cos" cosine {} }
  loss { name: "mlm" weight: 2 masked_lm {} }'
quickstart=(experiments/quickstart/quickstart.textproto --set='seeds=[1]' --set=stage.distil.budget.steps=8
  --set=stage.evaluate.evaluation.masked_lm.sequences=64)
table='train: "data/tasks/rt_polarity/train.tsv.xz" report: "data/tasks/rt_polarity/dev.tsv.xz"
  text: "sentence" label: "label"'

measure quickstart_1 "${quickstart[@]}" --only=base
measure quickstart_8 "${quickstart[@]}"

experiment fine_tuning data/teachers/mini 3 "data { table { $table length: 64 } } batch { sequences: 32 }
  budget { steps: 8 } loss { name: \"labels\" hard_labels {} }"
measure fine_tuning "$scratch/fine_tuning.textproto"

experiment long data/teachers/mini 3 "data { masked_lm { corpus: \"data/corpora/state_of_the_union\" length: 512 } }
  batch { sequences: 8 } budget { steps: 2 } $losses" \
  'stage { name: "evaluate" evaluation { masked_lm { split: "report" sequences: 4 } } }'
measure long "$scratch/long.textproto"

if [ -n "$base" ]; then
  experiment distilbert "$base" 6 "data { masked_lm { corpus: \"data/corpora/wiki\" length: 128 } }
    batch { sequences: 8 } budget { steps: 2 } $losses"
  measure distilbert "$scratch/distilbert.textproto"
fi
