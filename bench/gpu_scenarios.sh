#!/usr/bin/env bash
# Writes the scenarios of bench/gpu_check.sh: random networks, and the baseline's first minerals.
#
#   bench/gpu_scenarios.sh FOLDER [COUNT=100]
#
# Needs Python 3.11 and nothing besides. Equal on every machine: the seeds are the numbers 1 to COUNT.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$1
python=${PYTHON:-python3}

for seed in $(seq "${2:-100}"); do
  "$python" "$root/tests/reference/random_scenario.py" "$seed" "$folder/random-$(printf %03d "$seed")" >/dev/null
done
for count in 1 2 4 8 13; do
  (cd "$root/bench" && "$python" -c 'import sys, variants; variants.write_minerals(sys.argv[1], int(sys.argv[2]))' "$folder/minerals-$count" "$count")
done
