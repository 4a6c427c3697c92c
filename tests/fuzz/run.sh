#!/usr/bin/env bash
# Runs the fuzzers that are built in a folder, for a number of seconds in all: run.sh BUILD SECONDS
set -euo pipefail
build=$(realpath "$1")
seconds=$2
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "fuzz: SECONDS must be a whole number above 0" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# run NAME SEEDS SECONDS [OPTION...]: stops at the first find, which lies in BUILD/found.
run() {
  mkdir -p "$build/corpus/$1" "$build/found"
  "$build/tests/fuzz/$1" -max_total_time="$3" -timeout=30 -rss_limit_mb=4096 -print_final_stats=1 \
    -artifact_prefix="$build/found/$1-" "${@:4}" "$build/corpus/$1" "$2"
}

csv_seconds=$(((seconds + 9) / 10))
run csv_fuzzer tests/fuzz/csv_corpus "$csv_seconds" -max_len=4096
((seconds > csv_seconds)) || exit 0
run scenario_fuzzer tests/fuzz/corpus "$((seconds - csv_seconds))" -max_len=16384 \
  -dict=tests/fuzz/scenario.dict
