#include "framework/sweep/completion.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "framework/config/text/parse.h"
#include "framework/config/text/set_field.h"
#include "framework/config/variants/expand.h"
#include "framework/config/variants/variant_plans.h"

namespace retort {
namespace {

// Bash parts words at "=": what it gets is to lack all up to the last one.
constexpr char kBash[] = R"bash(_retort_sweep() {
  local line=${COMP_LINE:0:COMP_POINT} file= word
  for word in "${COMP_WORDS[@]:1}"; do
    case $word in *.textproto) file=$word ;; esac
  done
  word=${line##* }
  local before=
  case $word in *=*) before=${word%"${word##*=}"} ;; esac
  COMPREPLY=()
  while read -r candidate; do
    COMPREPLY+=("${candidate#"$before"}")
  done < <(OMP_WAIT_POLICY=passive "${COMP_WORDS[0]}" ${file:+"$file"} --complete="$word" 2>/dev/null)
}
complete -o nospace -o default -F _retort_sweep sweep
)bash";

// Words come as they were typed, with quotes and "~". What follows the last "=" of a word may be a file of its own.
constexpr char kZsh[] = R"zsh((( $+functions[compdef] )) || { autoload -Uz compinit; compinit }
_retort_sweep() {
  local program=${${(Q)words[1]}/#\~\//$HOME/} file= word
  for word in ${(Q)words[2,-1]}; do
    [[ $word == *.textproto ]] && file=${word/#\~\//$HOME/}
  done
  local -a candidates
  candidates=(${(f)"$(OMP_WAIT_POLICY=passive $program ${file:+$file} --complete=${(Q)PREFIX} 2>/dev/null)"})
  if (( $#candidates )); then
    compadd -S '' -- $candidates
  else
    compset -P '--*='
    _files
  fi
}
compdef _retort_sweep sweep
)zsh";

void AddFitting(absl::string_view word, const std::string& candidate, std::vector<std::string>* fitting) {
  if (absl::StartsWith(candidate, word)) fitting->push_back(candidate);
}

// After the last comma of --only=base,...
std::vector<std::string> CompleteVariants(absl::string_view word, const Sweep& sweep) {
  const absl::StatusOr<ExpandedSweep> expanded = Expand(sweep);
  if (!expanded.ok()) return {};
  const size_t comma = word.rfind(',');
  const absl::string_view before = word.substr(0, (comma == absl::string_view::npos ? word.find('=') : comma) + 1);
  std::vector<std::string> fitting;
  for (const ExpandedVariant& variant : expanded->variants) {
    AddFitting(word, absl::StrCat(before, variant.name), &fitting);
  }
  if (expanded->controls) {
    for (const char* control : {kInitOnlyVariant, kScratchVariant}) {
      AddFitting(word, absl::StrCat(before, control), &fitting);
    }
  }
  return fitting;
}

}  // namespace

absl::StatusOr<std::string> CompletionScript(absl::string_view shell) {
  if (shell == "bash") return std::string(kBash);
  if (shell == "zsh") return std::string(kZsh);
  return absl::InvalidArgumentError(absl::StrCat("--completion: want bash or zsh, got \"", shell, "\""));
}

std::vector<std::string> CompleteWord(absl::string_view word, const std::string& sweep_file,
                                      const std::vector<std::string>& flags) {
  std::vector<std::string> fitting;
  absl::string_view path = word;
  const bool sets = absl::ConsumePrefix(&path, "--set="), chooses = absl::StartsWith(word, "--only=");
  if (sets || chooses) {
    const absl::StatusOr<Sweep> sweep = LoadSweep(sweep_file);
    if (!sweep.ok()) return {};
    if (chooses) return CompleteVariants(word, *sweep);
    for (const std::string& candidate : CompletePath(path, *sweep))
      fitting.push_back(absl::StrCat("--set=", candidate));
    return fitting;
  }
  if (absl::StrContains(word, '=')) {
    for (const char* value : {"--device=cpu", "--device=cuda", "--completion=bash", "--completion=zsh"}) {
      AddFitting(word, value, &fitting);
    }
  } else if (absl::StartsWith(word, "-")) {
    for (const std::string& flag : flags) AddFitting(word, flag, &fitting);
  }
  return fitting;
}

}  // namespace retort
