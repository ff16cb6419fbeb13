#!/bin/bash
# Sentence encoders from beginning to end: students without a language-model head, measured by sentence similarity.
SWEEP=$1
MAKE_TINY_TEACHER=$2
. tests/integration/lib.sh
make_inputs

{
  printf 'sentence1\tsentence2\tscore\n'
  awk 'BEGIN { srand(2); for (l = 0; l < 60; ++l) { line = ""; for (w = 0; w < 6; ++w) { for (c = 0; c < 3; ++c)
    line = line sprintf("%c", 97 + int(26 * rand())); line = line (w == 2 ? "\t" : " ") } print line "\t" l % 6 } }'
} > "$root/pairs.tsv"
cat > "$root/similarity.textproto" <<END
name: "similarity"
experiment {
  teacher { checkpoint: "$root/teacher" }
  student {
    architecture { layers: 1 token_types: false pooler: false language_model_head: false }
    init { layer_copy { mapping { top {} } } }
  }
  stage {
    name: "distil"
    data { masked_lm { corpus: "$root/corpus" length: 24 min_length: 4 no_masking {} } }
    batch { sequences: 8 }
    budget { steps: 6 }
    loss { name: "cos" cosine {} }
    loss { name: "relation" relation_kl { query_key: 1 value_value: 1 } }
    adamw { learning_rate: 1e-2 }
  }
  stage { name: "similarity" evaluation { sentence_similarity { pairs: "$root/pairs.tsv" } } }
}
report { primary_metric: "sentence_similarity/spearman" }
END

# similarity <name> <arguments>
similarity() {
  local name=$1
  shift
  run "$name" "$root/similarity.textproto" "$@"
}

similarity run
expect_code run 1
expect_text run 'length: want at most the 32 positions of the student, got 128'
length='--set=stage.similarity.evaluation.sentence_similarity.length=16'
similarity run "$length"
expect_code run 0
expect_text run 'Spearman, pooling mean'
expect_text run 'teacher '
grep -q '"DistilBertModel"' "$root"/run/store/*/model/config.json || fail "run: want a DistilBertModel"
first=$(echo "$out" | grep '^base  ')
similarity run "$length"
[ "$(echo "$out" | grep '^base  ')" = "$first" ] || fail "run: want the same result from the store"

# What reads logits of a student without a head.
head='want a student with a language-model head (student.architecture.language_model_head: true), got one without'
similarity loss "$length" '--set=stage.distil.loss.cos.masked_lm={}'
expect_error loss "variant \"base\": stage \"distil\": loss: $head"
similarity evaluate "$length" '--set=stage.distil.evaluate={ every_steps: 3 sequences: 8 }'
expect_error evaluate "stage \"distil\": evaluate: $head"
similarity evaluation "$length" '--set=stage.similarity.evaluation.masked_lm={}'
expect_error evaluation "stage \"similarity\": evaluation: $head"

# What the folder of the model that the student began as says of sentences has to be said.
cp -r "$root/teacher" "$root/began"
mkdir "$root/began/1_Pooling"
echo '[{"path": "", "type": "x.Transformer"}, {"path": "1_Pooling", "type": "x.Pooling"}]' > "$root/began/modules.json"
echo '{"pooling_mode": "cls"}' > "$root/began/1_Pooling/config.json"
began="--set=student.init.checkpoint={ path: '$root/began' }"
similarity began "$length" "$began"
expect_error began "$root/began/1_Pooling/config.json says pooling: FIRST; say in the evaluation, for all models alike"
similarity began "$length" "$began" '--set=stage.similarity.evaluation.sentence_similarity.pooling=FIRST' --dry_run
expect_code began 0

# Files of pairs.
gzip -kc "$root/pairs.tsv" > "$root/packed.tsv"
packed="--set=stage.similarity.evaluation.sentence_similarity.pairs=[\"$root/packed.tsv\"]"
similarity packed "$length" "$packed" '--set=stage.similarity.evaluation.sentence_similarity.most_bytes=100'
expect_error packed 'got more; if it is meant, unpack it, or say a larger most_bytes in sentence_similarity'
similarity packed "$length" "$packed" '--set=stage.similarity.evaluation.sentence_similarity.most_bytes=100000' --dry_run
expect_code packed 0
sed -i 's/score/rating/' "$root/pairs.tsv"
similarity heading "$length"
expect_error heading "pairs.tsv:1: want a heading with the column score, got sentence1, sentence2, rating"
rm "$root/pairs.tsv"
similarity missing "$length"
expect_error missing "$root/pairs.tsv"

finish
