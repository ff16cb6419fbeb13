#!/bin/bash
# Goes the way of docs/first_hour.md in a copy of the checkout, by doing what its blocks say, and says how long each took:
# `sh` is run, `diff` is applied, and a block with a file's name behind its language is that file. A block whose program
# is not installed is left out, and said, as is the one that --without names by its first command: without the quickstart
# it takes three minutes. Ends with FAILED and exit code 1 where a block fails. No time fails the walk.
#   tests/first_hour/walk.sh [--without='bazel run //experiments:sweep']
set -u
without=${1-}
without=${without#--without=}
cd "$(dirname "$0")/../.." || exit 2
# Libraries that are unpacked already; the copy would fetch its own.
export RETORT_LIBTORCH=${RETORT_LIBTORCH:-$(bazel info output_base 2>/dev/null)/external/libtorch}
[ -d "$RETORT_LIBTORCH/lib" ] || unset RETORT_LIBTORCH
copy=$(mktemp -d)
blocks=$copy.blocks
clean_up() {
  (cd "$copy" && bazel clean --expunge && bazel shutdown) >/dev/null 2>&1
  rm -rf "$copy" "$blocks"
}
trap clean_up EXIT

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }'; }

fail() {
  echo "FAILED: $1"
  tail -n 40 "$blocks/log"
  exit 1
}

# Writes each block of the document to a file NUMBER.LANGUAGE, and what it is called to NUMBER.name: the file that it is,
# else the heading that it stands below.
split_document() {
  awk -v folder="$blocks" '
    /^```/ && file == "" { base = sprintf("%s/%03d", folder, ++count); file = base "." substr($1, 4)
                           print ($2 == "" ? heading : $2) > (base ".name"); next }
    /^```/ { close(file); file = ""; next }
    file != "" { print > file; next }
    /^## / { heading = substr($0, 4) }' "$1"
}

# run_block <file>: does what a block says; its first word is the program that it needs.
run_block() {
  case $1 in
    *.sh) bash -eu "$1" ;;
    *.diff) git apply "$1" ;;
    *) cp "$1" "$(cat "${1%.*}.name")" ;;
  esac
}

mkdir "$blocks"
split_document docs/first_hour.md
git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null | tar -cf - -T - | tar -xf - -C "$copy"
if [ -f user.bazelrc ]; then cp user.bazelrc "$copy"; fi
cd "$copy" || exit 2

start=$(now)
for block in "$blocks"/*.sh "$blocks"/*.diff "$blocks"/*.textproto "$blocks"/*.tex; do echo "$block"; done | sort > "$blocks/order"
while read -r block; do
  command=$(grep -v '^#' "$block" | head -n 1)
  what="$(cat "${block%.*}.name"): $command"
  if [ "$command" = "$without" ] || { [ "${block##*.}" = sh ] && ! command -v "${command%% *}" >/dev/null; }; then
    printf '%9s  %s\n' 'left out' "$what"
    continue
  fi
  begin=$(now)
  run_block "$block" >"$blocks/log" 2>&1 </dev/null || fail "$what"
  printf '%7s s  %s\n' "$(since "$begin")" "$what"
done < "$blocks/order"
printf '%7s s  %s\n' "$(since "$start")" 'in all'

grep -q reverse runs/reverse_kl/report/table.tex || fail 'want the variant in the table'
grep -q 2306.08543 docs/plugins/loss/reverse_kl.md || fail 'want the paper on the page of the plugin'
echo 'passed'
