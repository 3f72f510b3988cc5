#!/usr/bin/env bash
# rollcall-hook.sh lint|diff [--option=value ...] FILE...
# Runs the CLI on each file that is committed; diff compares it with the file of the last commit.
# The CLI is $ROLLCALL_CLI when that is set (a program, or a .mjs file), else `rollcall` on the PATH.
set -uo pipefail

rollcall() {
  case "${ROLLCALL_CLI:-}" in
    '') command rollcall "$@" ;;
    *.mjs | *.js) node "$ROLLCALL_CLI" "$@" ;;
    *) "$ROLLCALL_CLI" "$@" ;;
  esac
}

mode="${1:-}"
if [ "$mode" != lint ] && [ "$mode" != diff ]; then
  echo 'usage: rollcall-hook.sh lint|diff [--option=value ...] FILE...' >&2
  exit 2
fi
shift

options=()
while [ $# -gt 0 ]; do
  case "$1" in
    --) shift; break ;;
    --*) options+=("$1"); shift ;;
    *) break ;;
  esac
done

base="$(mktemp)"
trap 'rm -f "$base"' EXIT

# The first failure that is no verdict counts; else whether any verdict is no.
worst=0
for file in "$@"; do
  code=0
  if [ "$mode" = lint ]; then
    rollcall lint "${options[@]+"${options[@]}"}" -- "$file" || code=$?
  elif git show "HEAD:./$file" > "$base" 2> /dev/null; then
    rollcall diff "${options[@]+"${options[@]}"}" -- "$base" "$file" || code=$?
  else
    echo "$file is new: there is nothing to compare it with."
  fi
  if [ "$code" -ne 0 ] && { [ "$worst" -eq 0 ] || [ "$worst" -eq 1 ]; }; then worst=$code; fi
done
exit "$worst"
