#!/bin/bash
# Converts a small model as a user does, and checks what the program says about what a user can get wrong.
set -u
program=$PWD/$1
make_tiny_teacher=$PWD/$2
root=$(mktemp -d "${TEST_TMPDIR:-/tmp}/convert.XXXXXX")
. tools/build/testing/expect.sh

# list FOLDER: the tensors' lines.
list() { "$program" --model="$1" 2>&1 | grep -E '  (F32|F16|BF16) '; }

# expect_same NAME TEXT TEXT
expect_same() { [ "$2" = "$3" ] || fail "$1: want the same, got $(diff <(echo "$2") <(echo "$3"))"; }

model=$root/model
"$make_tiny_teacher" "$model" || exit 1
printf '{"tokenizer_class": "BertTokenizer", "do_lower_case": true, "strip_accents": false, "model_max_length": 8}' >"$model/tokenizer_config.json"
listed=$(list "$model")

# What is written is listed with these hashes; the one of a LayerNorm, 16 ones in float32, is known.
[ "$(echo "$listed" | wc -l)" -eq 42 ] || fail "want 42 tensors, got $(echo "$listed" | wc -l)"
case $listed in
  *"bert.embeddings.LayerNorm.weight                        F32   "*"  [16]"*) ;;
  *) fail "no line of a LayerNorm in: $listed" ;;
esac
expect 0 "42 tensors, 6297 parameters, with a language-model head" --model="$model"

# One file, several files, and one file again: the same bytes, and the same tokenizer.
expect 0 "family=bert" --model="$model" --output="$root/shards" --max_shard_size=10KB
[ -s "$root/shards/model.safetensors.index.json" ] || fail "no index"
[ ! -e "$root/shards/model.safetensors" ] || fail "one file where several were wanted"
for file in "$root"/shards/model-*.safetensors; do
  # The limit is the tensors'; header and metadata come on top.
  [ "$(stat -c %s "$file")" -lt 13000 ] || fail "$file is too large"
done
expect_same shards "$listed" "$(list "$root/shards")"
expect 0 "" --model="$root/shards" --output="$root/merged"
cmp "$model/model.safetensors" "$root/merged/model.safetensors" || fail "merging changes bytes"
cmp "$model/tokenizer_config.json" "$root/merged/tokenizer_config.json" || fail "the tokenizer lost its options"
cmp "$model/vocab.txt" "$root/merged/vocab.txt" || fail "the tokenizer lost its pieces"
# In place.
expect 0 "" --model="$root/shards" --output="$root/shards"
expect_same "in place" "$(cd "$model" && ls)" "$(cd "$root/shards" && ls)"

# Types; without the flag it stays.
for type in float16:F16 bfloat16:BF16; do
  expect 0 "" --model="$model" --output="$root/half" --overwrite --dtype="${type%:*}"
  [ "$(list "$root/half" | grep -c "  ${type#*:} ")" -eq 42 ] || fail "want 42 tensors of $type"
  halves=$(list "$root/half")
  expect 0 "" --model="$root/half" --output="$root/same" --overwrite
  expect_same "$type" "$halves" "$(list "$root/same")"
  expect 0 "" --model="$root/half" --output="$root/again" --overwrite --dtype=float32
  expect 0 "" --model="$root/again" --output="$root/again" --dtype="${type%:*}"
  expect_same "$type twice" "$halves" "$(list "$root/again")"
done

# The encoder alone.
expect 0 "eos_token_id=none" --model="$model" --output="$root/encoder" --part=encoder
expect 0 "without a language-model head" --model="$root/encoder"
grep -q '"BertModel"' "$root/encoder/config.json" || fail "the encoder's class is not named"
expect_same encoder "$(echo "$listed" | grep '^bert' | tr -s ' ')" "$(list "$root/encoder" | tr -s ' ')"

# Students.
expect 0 "family=distilbert" --model="$model" --output="$root/student" --family=distilbert --layers=1
hash() { list "$1" | awk -v name="$2" '$1 == name { print $3 }'; }
expect_same "a student's layer" "$(hash "$model" bert.encoder.layer.0.intermediate.dense.weight)" \
  "$(hash "$root/student" distilbert.transformer.layer.0.ffn.lin1.weight)"
expect 0 "layers.1.norm=post" --model="$model" --output="$root/top" --layers=1 --extract='layer_copy { mapping { top {} } }'
expect_same "the last layer" "$(hash "$model" bert.encoder.layer.1.intermediate.dense.weight)" \
  "$(hash "$root/top" bert.encoder.layer.0.intermediate.dense.weight)"
expect 0 "" --model="$model" --output="$root/drawn" --family=distilbert --novocab_transform
[ "$(hash "$root/drawn" vocab_transform.weight)" != "$(hash "$root/student" vocab_transform.weight)" ] ||
  fail "--novocab_transform takes the transform over"

# What a user can get wrong.
expect 1 "--model: want a model folder, got none"
expect 1 "nowhere/config.json" --model=nowhere
expect 1 "want flags alone, got" --model="$model" "$root/x"
expect 1 "--output: want a folder to write for --dtype, --layers, got none" --model="$model" --dtype=float16 --layers=1
expect 1 "--dtype: want float32, float16 or bfloat16, got \"int8\"" --model="$model" --output="$root/x" --dtype=int8
expect 1 "--part: want all or encoder, got \"head\"" --model="$model" --output="$root/x" --part=head
for size in 5 MB 0MB -1MB 5XB 99999999999GB; do
  expect 1 "--max_shard_size: want a number with B, KB, MB" --model="$model" --output="$root/x" --max_shard_size="$size"
done
expect 1 "--extract: want --layers or --family beside it" --model="$model" --output="$root/x" --extract='random_normal {}'
expect 1 "--extract:1:18: Message type \"retort.LayerCopyConfig\" has no field named \"map\"; its fields: mapping" --model="$model" \
  --output="$root/x" --layers=1 --extract='layer_copy { map {} }'
expect 1 "want a student of at most the teacher's 2 layers, got 3" --model="$model" --output="$root/x" --layers=3
expect 1 "family: want one of \"bert\"" --model="$model" --output="$root/x" --family=t5
[ ! -e "$root/x" ] || fail "an error left a folder behind"

# What is there stays: another model, and another tokenizer's files.
mkdir "$root/mine"
echo mine >"$root/mine/merges.txt"
expect 1 "got $root/mine with merges.txt; choose another folder, or say --overwrite" --model="$model" --output="$root/mine"
expect_same mine merges.txt "$(ls "$root/mine")"
expect 1 "--output: want a folder without a model's files" --model="$model" --output="$root/top"
expect 0 "" --model="$model" --output="$root/mine" --overwrite
[ ! -e "$root/mine/merges.txt" ] || fail "a merges.txt beside a vocab.txt"

# --overwrite is no help against a file.
echo mine >"$root/file"
expect 1 "--output: want a folder, got $root/file: Not a directory; choose another" --model="$model" --output="$root/file"
case $output in
  *overwrite*) fail "--overwrite is advised where a file is in the way" ;;
esac

# Weights that the model is not read from stay; files of a tokenizer beside the one that is read are copied with it.
cp -r "$model" "$root/beside"
touch "$root/beside/model-00001-of-00002.safetensors"
echo '{}' >"$root/beside/vocab.json"
expect 1 "want a folder without weights beside the model's, which would be replaced or removed, got $root/beside with" \
  --model="$root/beside" --output="$root/beside" --dtype=float16
rm "$root/beside/model-00001-of-00002.safetensors"
expect 0 "" --model="$root/beside" --output="$root/beside" --dtype=float16
[ "$(cat "$root/beside/vocab.json")" = '{}' ] || fail "a vocab.json beside the vocab.txt is lost"

# A tokenizer that nobody here reads is copied as it is; what cannot be written leaves everything as it was.
cp -r "$model" "$root/unread"
echo '{"tokenizer_class": "MPNetTokenizer"}' >"$root/unread/tokenizer_config.json"
expect 0 "the tokenizer's files are copied as they are: $root/unread/tokenizer_config.json: tokenizer_class: want BertTokenizer" \
  --model="$root/unread" --output="$root/unread_student" --layers=1
cmp "$root/unread/tokenizer_config.json" "$root/unread_student/tokenizer_config.json" || fail "a tokenizer is changed"
expect 0 "" --model="$root/unread" --output="$root/unread" --layers=1
[ "$(cat "$root/unread/tokenizer_config.json")" = '{"tokenizer_class": "MPNetTokenizer"}' ] || fail "a tokenizer is lost"

# What nobody reads.
cp -r "$model" "$root/foreign"
sed -i 's/^{/{ "x": NaN, "y": [-Infinity], "id2label": {"7": null},/; s/"gelu"/"gelu_python"/' "$root/foreign/config.json"
expect 0 "42 tensors" --model="$root/foreign"
sed -i 's/"gelu_python"/"silu"/' "$root/foreign/config.json"
expect 1 'hidden_act: want one of "gelu", "gelu_accurate"' --model="$root/foreign"

# Weights that cannot be read. Paths are quoted for the shell.
expect 1 "hf download 'google/bert_tiny' --local-dir 'google/bert_tiny'" --model=google/bert_tiny
expect 1 "want a model folder, got a file: its folder is $model" --model="$model/vocab.txt"
mkdir "$root/it's"
cp "$model/config.json" "$root/it's"
touch "$root/it's/tf_model.h5"
expect 1 "transformers<5" --model="$root/it's"
expect 1 "save_pretrained(d)' 'BertForMaskedLM' '$root/it'\\''s'" --model="$root/it's"
touch "$root/it's/pytorch_model-00001-of-00002.bin" "$root/it's/pytorch_model-00002-of-00002.bin"
expect 1 "where PyTorch is installed (pip install torch numpy safetensors), convert all of them once with: python3 -c 'import sys" \
  --model="$root/it's"
expect 1 "'$root/it'\\''s/pytorch_model-00002-of-00002.bin' '$root/it'\\''s/model.safetensors'" --model="$root/it's"
mkdir "$root/pickle"
cp "$model/config.json" "$root/pickle"
touch "$root/pickle/pytorch_model.bin"
expect 1 "pickles are not read, since they can run code; where PyTorch is installed" --model="$root/pickle"
head -c 9000 "$model/model.safetensors" >"$root/pickle/model.safetensors"
expect 1 "model.safetensors: not a sound safetensors file" --model="$root/pickle"

expect 0 "extracts DistilBERT's student" --help
case $output in
  *minloglevel*) fail "--help lists flags of libraries" ;;
esac

rm -rf "$root"
exit $failures
