#!/bin/bash
# Every shipped study resolves, against the bundled teacher and corpus, in a few seconds.
SWEEP=$1
MAKE_TINY_TEACHER=$2
. tests/integration/lib.sh
C=data/corpora/wiki

# dry_run <case> <study> [arguments]. The first run tokenizes the corpus, which does not count.
dry_run() {
  local name=$1
  shift
  out=$("$SWEEP" "$@" --dry_run --output_dir="$root/out" 2>&1)
  code=$?
  expect_code "$name" 0
  expect_text "$name" 'to train:'
}

dry_run quickstart experiments/quickstart/quickstart.textproto
expect_text quickstart '8 variants, seeds 1, 2, 3'
dry_run distilbert experiments/distilbert/table4.textproto --set=teacher.checkpoint=data/teachers/mini \
  --set=student.architecture.layers=3 --set=stage.distil.data.masked_lm.corpus=$C \
  --set=stage.distil.evaluate.sequences=64 --set=stage.evaluate.evaluation.masked_lm.sequences=64
expect_text distilbert 'no_mlm'
dry_run tinybert experiments/tinybert/general_distillation.textproto --set=teacher.checkpoint=data/teachers/mini \
  --set=student.architecture.layers=3 --set=stage.general_distillation.data.masked_lm.corpus=$C \
  --set=stage.masked_lm.data.masked_lm.corpus=$C --set=stage.evaluate.evaluation.masked_lm.sequences=64
expect_text tinybert 'one_projection'

dry_run nsp experiments/pretraining/nsp_mini.textproto
expect_text nsp 'no_nsp'

# MiniLM does not ship: the bundled teacher, which goes on from it, stands for it.
dry_run minilm experiments/minilm/minilm.textproto --set=teacher.checkpoint=data/teachers/mini
expect_text minilm 'init_random'

# GPT-2 does not ship: random ones of its family stand for the teachers.
"$MAKE_TINY_TEACHER" "$root/gpt2" gpt2 || exit 1
dry_run distilgpt2 experiments/distilgpt2/distilgpt2.textproto --set=teacher.checkpoint="$root/gpt2" \
  --set=student.architecture.layers=1 --set=stage.distil.data.causal_lm.corpus=$C \
  --set=stage.distil.data.causal_lm.length=32
expect_text distilgpt2 'no_clm'
dry_run small_gpt2 experiments/distilgpt2/teacher.textproto --set=student.vocabulary="$root/gpt2"
dry_run distilgpt2_small experiments/distilgpt2/small.textproto --set=teacher.checkpoint="$root/gpt2" \
  --set=student.architecture.layers=1 --set=stage.distil.data.causal_lm.length=32
expect_text distilgpt2_small '7 variants, seeds 1, 2, 3'
out=$("$SWEEP" experiments/distilgpt2/distilgpt2.textproto --dry_run --output_dir="$root/out" 2>&1)
code=$?
expect_code no_teacher 1
expect_text no_teacher 'models/gpt2/config.json'

# Studies on tasks: the small ones on the data that ships.
for study in distilbert/{table1_mini,table2_mini,table4_glue_mini} hinton/hinton_mini pkd/pkd_mini \
  mobilebert/progressive_mini tinybert/{pipeline_mini,mini,attention_weight_mini,table{1,2,3,4,5,6,7}_mini}; do
  dry_run "$study" "experiments/$study.textproto"
  expect_text "$study" 'teacher data/teachers/mini'
done

# What stages have in common is computed once: for each of 3 seeds 5 and 3 general distillations, for all of them a teacher of each of
# 2 tasks and its augmented sentences, and what follows.
dry_run shared_objectives experiments/tinybert/table3_mini.textproto
expect_text shared_objectives '115 results, 0 of them there'
dry_run shared_mappings experiments/tinybert/table4_mini.textproto
expect_text shared_mappings '67 results, 0 of them there'

# The full ones on a few made-up rows in the official layouts; the bundled teacher stands for the models.
# rows <file> <heading or nothing> <row with ID, a number from 0, and LABEL, which alternates> <label> <label>
rows() {
  mkdir -p "$(dirname "$root/$1")"
  { [ -z "$2" ] || printf "$2\n"
    for id in $(seq 0 199); do
      [ $((id % 2)) = 0 ] && label=$4 || label=$5
      row=${3//ID/$id}
      printf "${row//LABEL/$label}\n"
    done; } > "$root/$1"
}
PAIR='index\tsentence1\tsentence2\tlabel'
for split in train dev; do
  rows glue/CoLA/$split.tsv '' 'x\tLABEL\t*\tSome text ID.' 0 1
  rows glue/SST-2/$split.tsv 'sentence\tlabel' 'some text ID\tLABEL' 0 1
  rows glue/MRPC/$split.tsv 'Quality\t#1 ID\t#2 ID\t#1 String\t#2 String' 'LABEL\t1\t2\tSome text ID.\tOther ID.' 0 1
  rows glue/QQP/$split.tsv 'id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate' 'ID\t1\t2\tSome text ID?\tOther?\tLABEL' 0 1
  rows glue/STS-B/$split.tsv 'index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore' \
    'ID\tg\tf\ty\to\ts\ts\tSome text ID.\tOther ID.\tLABEL' 1.5 4.2
  rows glue/QNLI/$split.tsv 'index\tquestion\tsentence\tlabel' 'ID\tWhat is ID?\tSome text.\tLABEL' entailment not_entailment
  rows glue/RTE/$split.tsv "$PAIR" 'ID\tSome text ID.\tOther.\tLABEL' entailment not_entailment
  rows glue/WNLI/$split.tsv "$PAIR" 'ID\tSome text ID.\tOther.\tLABEL' 0 1
done
MNLI='index\tpromptID\tpairID\tgenre\ts1b\ts2b\ts1p\ts2p\tsentence1\tsentence2\tlabel1\tgold_label'
for split in train dev_matched dev_mismatched; do
  rows glue/MNLI/$split.tsv "$MNLI" 'ID\t1\t1\tg\tb\tb\tp\tp\tSome text ID.\tOther.\tLABEL\tLABEL' neutral contradiction
done
for split in train test; do
  for class in pos neg; do
    mkdir -p "$root/aclImdb/$split/$class"
    for id in $(seq 40); do echo "A $class film, the ${id}th." > "$root/aclImdb/$split/$class/${id}_7.txt"; done
  done
done
mkdir -p "$root/squad"
xz -dc data/tasks/squad/dev.json.xz | tee "$root"/squad/{train,dev}-v1.1.json "$root/squad/train-v2.0.json" \
  > "$root/squad/dev-v2.0.json"
printf 'film 0.5 1\nfilms 0.5 0.9\ntext -1 0.2\n' > "$root/glove.txt"

# fill <folder>: its studies, which extend one another, with the made-up data for the paths to fill in.
fill() {
  mkdir -p "$root/full/$1"
  for file in "experiments/$1"/*.textproto; do
    sed "s|models/[a-z-]*|data/teachers/mini|g; s|\"glue/|\"$root/glue/|g; s|\"aclImdb\"|\"$root/aclImdb\"|g;
      s|\"squad/|\"$root/squad/|g; s|\"corpora/[a-z_]*\"|\"$C\"|g; s|\"embeddings/[^\"]*\"|\"$root/glove.txt\"|g;
      s|sequences: 2048 micro_batches: 64|sequences: 4|; s|layers: [46]|layers: 3|g;
      s|init { checkpoint { path: \"[^\"]*\" } }|init { random_normal {} }|" \
      "$file" > "$root/full/$1/$(basename "$file")"
  done
}

# full <study>: a filled one.
full() { dry_run "full_$1" "$root/full/$1.textproto"; }

for folder in distilbert hinton mobilebert pkd tinybert; do fill "$folder"; done
full distilbert/table1
expect_text full_distilbert/table1 'stage mnli_student'
full distilbert/table2
expect_text full_distilbert/table2 'stage squad_student'
full distilbert/table4_glue
expect_text full_distilbert/table4_glue 'no_mlm'
full hinton/hinton
# The teacher does not ship: a random MobileBERT of as many layers stands for it.
"$MAKE_TINY_TEACHER" "$root/mobilebert" mobilebert || exit 1
dry_run full_mobilebert "$root/full/mobilebert/progressive.textproto" --set=teacher.checkpoint="$root/mobilebert" \
  --set=stage.predictions.evaluate.sequences=512 --set=stage.evaluate.evaluation.masked_lm.sequences=512
expect_text full_mobilebert 'stage transfer_24'
expect_text full_mobilebert 'auxiliary'
full pkd/pkd
for study in tinybert glue table{1,2,3,4,5,6,7} released_code; do full "tinybert/$study"; done
expect_text full_tinybert/released_code 'stage cola_intermediate'

finish
