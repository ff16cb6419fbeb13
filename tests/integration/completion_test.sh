#!/bin/bash
# What shells complete of the sweep program's command line.
SWEEP=$1
MAKE_TINY_TEACHER=$2
. tests/integration/lib.sh
make_inputs
sweep=$root/base.textproto
code=0

# expect_completions <word> <candidates>: what the program gives for a word.
expect_completions() {
  out=$("$SWEEP" "$sweep" --complete="$1" 2>&1 | tr '\n' ' ')
  [ "$out" = "$2" ] || fail "complete \"$1\": want \"$2\""
}
expect_completions --set=stage.distil.lo '--set=stage.distil.loss. '
expect_completions --set=stage.distil.loss.c '--set=stage.distil.loss.ce. --set=stage.distil.loss.cos. '
expect_completions --only=base,i '--only=base,init_only '
expect_completions --dr '--dry_run '
expect_completions --device=cu '--device=cuda '
expect_completions --completion= '--completion=bash --completion=zsh '
expect_completions --store= ''
expect_completions '' ''  # Nor is anything trained.

# Bash parts words at "=".
completer=_retort_sweep
out=$(source <("$SWEEP" --completion=bash)
  COMP_WORDS=("$SWEEP" "$sweep" --set = stage.distil.lo)
  COMP_LINE="$SWEEP $sweep --set=stage.distil.lo"
  COMP_POINT=${#COMP_LINE}
  "$completer"
  echo "${COMPREPLY[@]}")
expect_text bash 'stage.distil.loss.'
expect_no_text bash '--set'

# zsh_line <line>: the line after Tab in an interactive zsh, whose folder and HOME are $root. The key Ctrl-X ends it.
zsh_line() {
  rm -f "$root/line"
  HOME=$root ZDOTDIR=$root timeout 20 zsh -f -s "$(realpath "$SWEEP")" "$root" "$1" <<'END'
zmodload zsh/zpty
zpty shell "exec zsh -f -i"
zpty -w shell "autoload -Uz compinit; compinit -u -D; source <(${(q)1} --completion=zsh); cd ${(q)2}; bindkey -e"
zpty -w shell 'leave() { print -r -- "$BUFFER" > line; exit }; zle -N leave; bindkey "^X" leave; print rea""dy'
zpty -r -m shell output '*ready*'
zpty -w -n shell "$3"$'\t\x18'
while zpty -r shell output; do :; done
END
  cat "$root/line" 2>&1
}

# expect_zsh <line> <line after Tab>
expect_zsh() {
  out=$(zsh_line "$1")
  [ "$out" = "$2" ] || fail "zsh, \"$1\": want \"$2\""
}

if command -v zsh > /dev/null; then
  program=$(realpath "$SWEEP")
  cp "$sweep" "$root/my sweep.textproto"
  mkdir "$root/folder"
  expect_zsh "$program --dr" "$program --dry_run"
  expect_zsh "$program --device=cu" "$program --device=cuda"
  expect_zsh "$program bas" "$program base.textproto "
  expect_zsh "$program base.textproto --set=stage.distil.lo" "$program base.textproto --set=stage.distil.loss."
  expect_zsh "$program my\\ sweep.textproto --only=base,i" "$program my\\ sweep.textproto --only=base,init_only"
  expect_zsh "$program ~/base.textproto --only=i" "$program ~/base.textproto --only=init_only"
  expect_zsh "$program --store=fo" "$program --store=folder/"
  set_teacher='base.textproto --set=teacher.checkpoint='
  expect_zsh "$program ${set_teacher}fo" "$program ${set_teacher}folder/"
else
  echo "SKIPPED: completion in zsh: zsh is not installed"
fi

finish
