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
# cell <case> <column>: of v.
cell() { awk -F'\t' -v column="$2" 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == column) c = i } $1 == "v" { print $c }' \
  "$root/$1/out/report/table.tsv"; }
expect_compared() { [ -n "$(cell "$1" "$2.difference.estimate")" ] || fail "$1: want a difference of $2"; }
# expect_apart <case> <metric> <reason>: v has a score of its own, and no difference.
expect_apart() {
  [ -n "$(cell "$1" "$2.mean")" ] || fail "$1: want v's own $2"
  [ -z "$(cell "$1" "$2.difference.estimate")" ] || fail "$1: want no difference of $2"
  [ "$(cell "$1" "$2.difference.not_compared")" = "$3" ] || fail "$1: want $3 in the table"
}
# expect_other_examples <case> <stage> <metric>: said by the plan, before anything runs, and by the report.
expect_other_examples() {
  expect_code "$1" 0
  expect_text "$1" "variant \"v\": stage \"$2\": it is measured on other examples than base"
  expect_text "$1" 'v (other examples) is not comparable'
  expect_no_text "$1" $'\nv: '
  expect_apart "$1" "$3" 'other examples'
}

# The evaluation follows the data of the stage it evaluates, so that a variant's is another.
run corpus "$(with corpus "$(variant "stage { name: \"distil\" data { masked_lm { corpus: \"$root/easy\" } } }")")"
expect_other_examples corpus evaluate masked_lm/cross_entropy
expect_text corpus 'This holds for this teacher'
expect_no_text corpus 'corpus ('
[ "$(cut -f9 "$root/corpus/out/report/per_example.tsv" | sort -u | wc -l)" = 3 ] || fail 'corpus: want two test sets'
run length "$(with length "$(variant 'stage { name: "distil" data { masked_lm { length: 20 } } }')")"
expect_other_examples length evaluate masked_lm/cross_entropy
run mask_seed "$(with mask_seed "$(variant 'stage { name: "evaluate" evaluation { masked_lm { mask_seed: 3 } } }')")"
expect_other_examples mask_seed evaluate masked_lm/cross_entropy
run number "$(with number "$(variant 'stage { name: "evaluate" evaluation { masked_lm { sequences: 8 } } }')")"
expect_other_examples number evaluate masked_lm/cross_entropy

# Other pieces: cross-entropy is per piece.
"$MAKE_TINY_TEACHER" "$root/swapped"
sed 's/^a$/./; s/^b$/a/; s/^\.$/b/' "$root/teacher/vocab.txt" > "$root/swapped/vocab.txt"
OTHER_PIECES="student { vocabulary: \"$root/swapped/vocab.txt\" init { random_normal {} } }
  stage { name: \"distil\" remove: \"ce\" remove: \"cos\" }"
run vocabulary "$(with vocabulary "$(variant "$OTHER_PIECES")")"
expect_other_examples vocabulary evaluate masked_lm/cross_entropy

# On one test set, training on another corpus is compared.
run same "$(with same "$(variant "stage { name: \"distil\" data { masked_lm { corpus: \"$root/easy\" } } }
  stage { name: \"evaluate\" evaluation { masked_lm { corpus: \"$root/corpus\" } } }")")"
expect_no_text same 'other examples'
expect_compared same masked_lm/cross_entropy
expect_no_text same 'this corpus'

# Cross-entropy is compared between students of two teachers, the KL to each its own is not; both teachers are named.
"$MAKE_TINY_TEACHER" "$root/other_teacher" 7
run teachers "$(with teachers "$(variant "teacher { checkpoint: \"$root/other_teacher\" }")")"
expect_code teachers 0
expect_text teachers 'it has another teacher than base'
expect_text teachers "teacher $root/teacher"
expect_text teachers "teacher $root/other_teacher"
expect_no_text teachers 'this teacher'
expect_compared teachers masked_lm/cross_entropy
expect_apart teachers masked_lm/kl_to_teacher 'other teacher'

# Without the base, the first variant is what the others are compared with.
TWO="variant { name: \"u\" overlay { stage { name: \"distil\" remove: \"cos\" } } }
  $(variant "stage { name: \"distil\" data { masked_lm { corpus: \"$root/easy\" } } }")"
run only "$(with only "$TWO")" --only=u,v
expect_code only 0
expect_text only 'variant "v": stage "evaluate": it is measured on other examples than u'
expect_text only 'Against u (cross-entropy'
expect_text only 'Δ to u'
expect_no_text only 'than base'

# Sentence pairs: those of another file, and pooled otherwise; models of other pieces read the same pairs.
pairs() { awk -v seed="$1" 'BEGIN { srand(seed); print "sentence1\tsentence2\tscore"
  for (l = 0; l < 40; ++l) { line = ""; for (w = 0; w < 6; ++w) { for (c = 0; c < 3; ++c)
    line = line sprintf("%c", 97 + int(26 * rand())); line = line (w == 2 ? "\t" : " ") } print line "\t" l % 6 } }'; }
pairs 2 > "$root/pairs.tsv"
pairs 3 > "$root/other_pairs.tsv"
sed -i "s#stage { name: \"evaluate\".*#stage { name: \"pairs\" evaluation { sentence_similarity { pairs: \"$root/pairs.tsv\" length: 16 } } }#" \
  "$root/base.textproto"
run pair_file "$(with pair_file "$(variant "stage { name: \"pairs\" evaluation { sentence_similarity { pairs: \"$root/other_pairs.tsv\" } } }")")"
expect_other_examples pair_file pairs sentence_similarity/spearman
run pooling "$(with pooling "$(variant 'stage { name: "pairs" evaluation { sentence_similarity { pooling: FIRST } } }')")"
expect_other_examples pooling pairs sentence_similarity/spearman
expect_text pooling 'Spearman, pooling mean or Spearman, pooling first'
run pieces "$(with pieces "$(variant "$OTHER_PIECES")")"
expect_code pieces 0
expect_no_text pieces 'other examples'
expect_compared pieces sentence_similarity/spearman

# A twin of the base, and one seed.
run twin "$(with twin "$(variant 'stage { name: "distil" loss { name: "ce" weight: 5 } }')")"
expect_text twin 'v is the same experiment'
expect_text twin 'One seed: nothing is known of other seeds.'

finish
