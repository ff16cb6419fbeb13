# For tests of programs as a user calls them; sourced by bash, after `program` is set.

failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# expect CODE TEXT ARGUMENT...: the program ends with this code and prints this text; $output keeps all of it.
expect() {
  local code=$1 text=$2
  shift 2
  output=$("$program" "$@" 2>&1)
  local got=$?
  [ "$got" -eq "$code" ] || fail "$*: want exit code $code, got $got: $output"
  case $output in
    *"$text"*) ;;
    *) fail "$*: want \"$text\", got: $output" ;;
  esac
}
