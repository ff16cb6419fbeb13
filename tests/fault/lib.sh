# Helpers of the fault tests: a sweep that is disturbed, and what its results should be. Source it behind
# tests/integration/lib.sh.

# What a store holds of results, the same however they came about: students, scores and logs without their clocks.
fingerprint() {
  (cd "$1" && find . -name model.safetensors -o -name scores.json -o -name loss_parameters.safetensors | sort | xargs sha256sum)
  for log in "$1"/*/metrics.jsonl; do
    sed 's/,"tokens_per_second":[^,}]*//; s/,"check":"[^"]*"//' "$log" | sha256sum
  done
}

# same <case> <store>: the store holds what the undisturbed one does.
same() { [ "$(fingerprint "$2")" = "$whole" ] || fail "$1: other results than in one go"; }

# litter <case> <store>: nothing of what was interrupted is left.
no_litter() {
  if find "$2" -name '*.tmp-*' -o -name checkpoint -o -name lease | grep -q .; then fail "$1: left $(find "$2" -name '*.tmp-*' -o -name checkpoint -o -name lease)"; fi
}
