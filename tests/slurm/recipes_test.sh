#!/usr/bin/env bash
# The recipes of docker/slurm/ on a Slurm of this machine alone: their results are those of one
# process, undisturbed.
#
#   tests/slurm/recipes_test.sh BLOCRISK     in the source folder's root, as root; 77: skipped
set -euo pipefail
source tests/slurm/local_slurm.sh

skip() {
  echo "skipped: $1"
  exit 77
}
for program in munged slurmctld slurmd sbatch srun h5diff; do
  command -v "$program" >/dev/null || skip "there is no $program (./dev packages test slurm)"
done
((EUID == 0)) || skip "slurmd has to be root"

export BLOCRISK
BLOCRISK=$(realpath "$1")
folder=$(mktemp -d "${TMPDIR:-/tmp}/blocrisk-slurm.XXXXXX")
trap 'stop_slurm; rm -rf "$folder"' EXIT
start_slurm "$folder/slurm" 8

# Enough paths to be met in the midst.
scenario=$PWD/configs/baseline/scenario.toml paths=30000
small=(--set clock.years=1 --set 'bloc.members=["JPN","KOR"]' --attribution 300 --samples 100
  --no-volatile --quiet)
slow=(--lanes 1 --batch 5000 --checkpoint-every 1e-6)
job=(--parsable --time=30 --output="$folder/log-%x-%A" --cpus-per-task=1)

"$BLOCRISK" run "$scenario" --paths "$paths" "${small[@]}" -o "$folder/whole.h5" >"$folder/whole.txt"

fail() {
  echo "recipes_test.sh: $1" >&2
  squeue >&2 || true
  tail -n 20 "$folder"/log-* >&2 || true
  exit 1
}

# same_as RECIPE EXPECTED FILE
same_as() {
  cmp "$2" "$3" || fail "$1 gave another result"
  echo "$1: the bytes of one process"
}

# finish JOB: waits until Slurm knows nothing of it that is to be done. A job that was put into the
# queue again waits for two minutes unless somebody says otherwise: here, once what is left of its
# first start has had time to go, for a step does not start beside one that it follows.
finish() {
  local waits=0
  while squeue --noheader --jobs="$1" 2>/dev/null | grep -q .; do
    if ((++waits > 30)); then scontrol update "JobId=$1" StartTime=now 2>/dev/null || true; fi
    sleep 0.5
  done
}

# disturb JOB KEPT: what Slurm does shortly before the time limit, once that file holds something. A
# journal begins with a line.
disturb() {
  until (($(stat -c %s "$2" 2>/dev/null || echo 0) > 1000)); do
    squeue --noheader --jobs="$1" | grep -q . || fail "job $1 ended before it could be disturbed"
    sleep 0.05
  done
  scancel --signal=TERM "$1"
}

array=$(sbatch "${job[@]}" --array=0-2 docker/slurm/array.sbatch "$scenario" "$paths" \
  "$folder/array.h5" "${small[@]}")
sbatch "${job[@]}" --wait --dependency="afterok:$array" --kill-on-invalid-dep=yes --job-name=merge \
  --wrap "$BLOCRISK merge $folder/array.h5.part-* -o $folder/array.h5 --no-volatile" >/dev/null ||
  fail "array.sbatch was not merged"
# How intervals narrowed is not known of parts.
differences=$(h5diff --exclude-path /convergence "$folder/whole.h5" "$folder/array.h5" || true)
differences=$(sed -n '/^\(dataset\|attribute\|.*not comparable\)/p' <<<"$differences")
[[ -z $differences ]] || fail "array.sbatch gave another result: $differences"
echo "array.sbatch: the numbers of one process"

# await_disturbed JOB KEPT WHAT EXPECTED OUTPUT
await_disturbed() {
  disturb "$1" "$2"
  finish "$1"
  grep -q "stopped by SIGTERM" "$folder"/log-*-"$1" || fail "$3 was not stopped"
  [[ -e $5 ]] || fail "$3 left no result"
  same_as "$3, stopped and put into the queue again" "$4" "$5"
}

run_disturbed() {
  local recipe=$1 output=$2 number
  shift 2
  number=$(sbatch "${job[@]}" "$@" "docker/slurm/$recipe" "$scenario" "$paths" "$output" \
    "${small[@]}" "${slow[@]}")
  await_disturbed "$number" "$output.checkpoint" "$recipe" "$folder/whole.h5" "$output"
}

run_disturbed requeue.sbatch "$folder/requeue.h5"

if "$BLOCRISK" run "$scenario" --paths 64 --mpi on --quiet -o "$folder/mpi-here.h5" >/dev/null 2>&1; then
  sbatch "${job[@]}" --wait --ntasks-per-node=3 docker/slurm/mpi.sbatch "$scenario" "$paths" \
    "$folder/mpi.h5" "${small[@]}" >/dev/null || fail "mpi.sbatch failed"
  same_as mpi.sbatch "$folder/whole.h5" "$folder/mpi.h5"
  run_disturbed mpi.sbatch "$folder/mpi2.h5" --ntasks-per-node=3
  sweep=(sweep "$PWD/configs/sweeps/policies.toml" 64)
  few=(--set clock.years=1 --no-volatile --quiet)
  "$BLOCRISK" "${sweep[0]}" "${sweep[1]}" --paths "${sweep[2]}" "${few[@]}" \
    -o "$folder/whole-sweep.h5" >/dev/null
  sbatch "${job[@]}" --wait --ntasks-per-node=3 docker/slurm/mpi.sbatch "${sweep[@]}" \
    "$folder/sweep.h5" "${few[@]}" >/dev/null || fail "mpi.sbatch sweep failed"
  same_as "mpi.sbatch sweep" "$folder/whole-sweep.h5" "$folder/sweep.h5"
  # Members of seconds, of which a journal with a first one has more to come.
  sweep[2]=3000
  "$BLOCRISK" "${sweep[0]}" "${sweep[1]}" --paths "${sweep[2]}" "${few[@]}" \
    -o "$folder/whole-sweep2.h5" >/dev/null
  number=$(sbatch "${job[@]}" --ntasks-per-node=2 docker/slurm/mpi.sbatch "${sweep[@]}" \
    "$folder/sweep2.h5" "${few[@]}" --lanes 1)
  await_disturbed "$number" "$folder/sweep2.h5.journal" "mpi.sbatch sweep" \
    "$folder/whole-sweep2.h5" "$folder/sweep2.h5"
else
  echo "mpi.sbatch: not tried, for this build has no MPI"
fi
