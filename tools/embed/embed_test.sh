#!/bin/bash
# The program as a user calls it; numbers are tested beside SentenceEmbeddings().
EMBED=$1
failures=0
fail() { echo "FAILED: $1"; failures=$((failures + 1)); }
out=$TEST_TMPDIR/embeddings.safetensors

printf 'the sea .\nthe river falls into the sea .\n' | "$EMBED" --model=data/teachers/mini --output="$out" --hidden_states
[ $? = 0 ] || fail "exit code"
for want in '"embeddings"' '"shape":[2,384]' '"hidden.0"' '"shape":[5,384]' '"hidden.1"' '"shape":[9,384]'; do
  head -c 1000 "$out" | tr -d ' \0' | grep -qF "$want" || fail "want $want"
done

# How the lines are written is no text.
printf '\357\273\277the sea .\r\nthe river falls into the sea . \r\n' | "$EMBED" --model=data/teachers/mini --output="$out.crlf" --hidden_states
cmp "$out" "$out.crlf" || fail "line ends are text"

expect_error() {
  [ "$("${@:2}" 2>&1 >/dev/null </dev/null)" = "$1" ] || fail "want \"$1\", got \"$("${@:2}" 2>&1 </dev/null)\""
}
expect_error "error: --model: want a model folder, got none" "$EMBED"
expect_error "error: --output: want a file to write, got none" "$EMBED" --model=data/teachers/mini
expect_error "error: --output: want a name without .gz, .xz or .zst, as what is written is not packed, got x.gz; pack it \
afterwards" "$EMBED" --model=data/teachers/mini --output=x.gz
expect_error "error: standard input: want a sentence per line, got none" "$EMBED" --model=data/teachers/mini --output="$out"
expect_error "error: --length: want at most the model's 512 positions, got 513" \
  sh -c "echo a | $EMBED --model=data/teachers/mini --output=$out --length=513"

# A folder of sentence-transformers says how its sentences are read and pooled.
said=$TEST_TMPDIR/said
mkdir -p "$said/1_Pooling"
cp -L data/teachers/mini/* "$said"
echo '[{"path": "", "type": "x.Transformer"}, {"path": "1_Pooling", "type": "x.Pooling"}]' >"$said/modules.json"
echo '{"pooling_mode_cls_token": true}' >"$said/1_Pooling/config.json"
echo '{"max_seq_length": 7, "do_lower_case": true}' >"$said/sentence_bert_config.json"
echo '{"prompts": {"q": "sea : "}, "default_prompt_name": "q"}' >"$said/config_sentence_transformers.json"
printed=$(echo 'The Sea .' | "$EMBED" --model="$said" --output="$out.said")
want="length: 7, as $said/sentence_bert_config.json says
prompt: \"sea : \", as $said/config_sentence_transformers.json says
lower_case: true, as $said/sentence_bert_config.json says
pooling: first, as $said/1_Pooling/config.json says"
[ "$printed" = "$want" ] || fail "want \"$want\", got \"$printed\""
printed=$(echo 'sea : the sea .' | "$EMBED" --model=data/teachers/mini --output="$out.flags" --length=7 --pooling=first)
[ "$printed" = "length: 7, as --length says
pooling: first, as --pooling says" ] || fail "flags are not what is said: $printed"
cmp "$out.said" "$out.flags" || fail "the folder is not followed"
echo 'the sea .' | "$EMBED" --model="$said" --output="$out.over" --prompt= --lower_case=false --length=128 --pooling=mean >"$TEST_TMPDIR/over"
echo 'the sea .' | "$EMBED" --model=data/teachers/mini --output="$out.plain" >"$TEST_TMPDIR/plain"
cmp "$out.over" "$out.plain" || fail "flags do not go before the folder"
grep -qF "length: 128, since the folder says nothing" "$TEST_TMPDIR/plain" || fail "no length is printed"
echo '{"max_seq_length": 600}' >"$said/sentence_bert_config.json"
expect_error "error: --length, which $said/sentence_bert_config.json says: want at most the model's 512 positions, got 600" \
  sh -c "echo a | $EMBED --model=$said --output=$out.said"

# GPT-2's tokenizer puts no special pieces around a sentence.
gpt2=$TEST_TMPDIR/gpt2
mkdir "$gpt2"
cp -L data/teachers/mini/{config.json,model.safetensors} "$gpt2"
echo '{"a": 0, "<|endoftext|>": 1}' >"$gpt2/vocab.json"
echo '#version: 0.2' >"$gpt2/merges.txt"
echo '{"tokenizer_class": "GPT2Tokenizer"}' >"$gpt2/tokenizer_config.json"
expect_error "error: line 2: want a sentence of at least one piece, got none" \
  sh -c "printf 'a\\n\\na\\n' | $EMBED --model=$gpt2 --output=$out"
many=$TEST_TMPDIR/many
mkdir "$many"
cp -L data/teachers/mini/{config.json,model.safetensors} "$many"
{ cat data/teachers/mini/vocab.txt; echo one-more; } >"$many/vocab.txt"
pieces=$(wc -l <data/teachers/mini/vocab.txt)
expect_error "error: $many: the tokenizer: want at most the $pieces pieces that the model has embeddings for, got $((pieces + 1))" \
  "$EMBED" --model="$many" --output="$out"
[ $failures = 0 ]
