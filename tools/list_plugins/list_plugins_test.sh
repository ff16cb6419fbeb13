#!/bin/bash
# Every plugin is printed with its kind and an example; settings with type, default and meaning.
set -u
list_plugins=$1
names=$2
failures=0
fail() {
  echo "FAILED: $1"
  failures=$((failures + 1))
}

out=$("$list_plugins") || fail "want exit code 0"
diff <(grep -E '^[a-z]' <<<"$out" | tr ' ' / | sort) <(sort "$names") || fail "want each plugin once"
[ "$(grep -c '^  example:$' <<<"$out")" = "$(wc -l < "$names")" ] || fail "want an example of each plugin"

# want <text>: whole lines of the output.
want() { case $out in *$'\n'"$1"$'\n'*) ;; *) fail "want: $1" ;; esac; }
want 'loss soft_targets'
want '  temperature   double, required'
want '  rows   ALL | LABELLED, default ALL'
want '      LABELLED   Positions with a label. Of masked-LM data the masked ones: `restrict_ce_to_mask` of DistilBERT'\''s'
want '      In the order of framework/model/config/head_spec.h.'
want '  masking   one of bert_masking, distilbert_masking, no_masking, default bert_masking'
want '      Devlin et al. 2019, arXiv:1810.04805: each position is chosen with probability `rate`; of the chosen ones 80 % become'
want '      weight   double, default 1'
want '      mask_share   double, default 0.8'
want '  range   double, default the student'\''s initializer_range'
want '    layer_copy { mapping { alternate {} } }'
grep -qE '^ *(syntax|message|optional|#|//) ?.*(proto-file|=|\{)' <<<"$out" && fail "want no raw schema"
[ "$failures" = 0 ] || { echo "$out"; exit 1; }
