#!/bin/bash
# What is measured on other examples, or beside another teacher, is not compared.
SWEEP=$1 MAKE_TINY_TEACHER=$2
. tests/integration/lib.sh
make_inputs
mkdir "$root/easy"
cp "$root/corpus/corpus.textproto" "$root/easy"
sed 's/[c-z]/a/g' "$root/corpus/text.txt" > "$root/easy/text.txt"
sed -i 's/budget { steps: 12 }/budget { steps: 2 }/' "$root/base.textproto"

# with <case> <what to add to the sweep>: its name, for run.
with() {
  { cat "$root/base.textproto"; echo "controls: NONE $2"; } > "$root/$1.textproto"
  echo "$root/$1.textproto"
}
variant() { echo "variant { name: \"v\" overlay { $1 } }"; }
cell() { awk -F'\t' -v column="$1" 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == column) c = i } $1 == "v" { print $c }' "$2"; }

# The evaluation follows the data of the stage it evaluates, so that a variant's is another.
for change in "corpus: \"$root/easy\"" 'length: 20' 'min_length: 6'; do
  run examples "$(with examples "$(variant "stage { name: \"distil\" data { masked_lm { $change } } }")")"
  expect_code "examples $change" 0
  expect_text "examples $change" 'variant "v": stage "evaluate": it is measured on other examples than base'
  expect_text "examples $change" 'v (other examples) is not comparable'
  table=$root/examples/out/report/table.tsv
  [ -n "$(cell masked_lm/cross_entropy.mean "$table")" ] || fail "examples $change: want the variant's own score"
  [ -z "$(cell masked_lm/cross_entropy.difference.estimate "$table")" ] || fail "examples $change: want no difference"
done
run seed "$(with seed "$(variant 'stage { name: "evaluate" evaluation { masked_lm { seed: 3 } } }')")"
expect_text seed 'v (other examples) is not comparable'

# On one test set, training on another corpus is compared.
run same "$(with same "$(variant "stage { name: \"distil\" data { masked_lm { corpus: \"$root/easy\" } } }
  stage { name: \"evaluate\" evaluation { masked_lm { corpus: \"$root/corpus\" } } }")")"
expect_no_text same 'other examples'
[ -n "$(cell masked_lm/cross_entropy.difference.estimate "$root/same/out/report/table.tsv")" ] || fail 'same: want a difference'
expect_no_text same 'this corpus'

# Cross-entropy is compared between students of two teachers, the KL to each its own is not; both teachers are named.
"$MAKE_TINY_TEACHER" "$root/other_teacher" 7
run teachers "$(with teachers "$(variant "teacher { checkpoint: \"$root/other_teacher\" }")")"
expect_code teachers 0
expect_text teachers 'it has another teacher than base'
expect_text teachers "teacher $root/teacher"
expect_text teachers "teacher $root/other_teacher"
expect_no_text teachers 'this teacher'
table=$root/teachers/out/report/table.tsv
[ -n "$(cell masked_lm/cross_entropy.difference.estimate "$table")" ] || fail 'teachers: want a difference of cross-entropy'
[ -z "$(cell masked_lm/kl_to_teacher.difference.estimate "$table")" ] || fail 'teachers: want no difference of KL'

# A twin of the base, and one seed.
run twin "$(with twin "$(variant 'stage { name: "distil" loss { name: "ce" weight: 5 } }')")"
expect_text twin 'v is the same experiment'
expect_text twin 'One seed: nothing is known of other seeds.'

finish
