#!/usr/bin/env bash
# Does a GPU compute the CPU's bits, and how fast? One command, under ten minutes.
#
#   bench/gpu_check.sh [--out FOLDER] [--minutes 9.5] [--bits-only] [--dry-run]
#                      [--program FILE] [--fast-math FILE]
#
# Needs a GPU, its driver and bash; for parts of it a CUDA toolkit (compute-sanitizer, ncu) and
# Python with JAX or CuPy, which are left out, with the reason, where they are missing. Runs in a
# checkout after ./dev build, or from the folder that ./dev gpu-pack makes; there it rebuilds the
# programs from the sources and libraries beside it should they not run.
#
# Leaves in FOLDER (default: bench/results/<date>-<device>): report.md for people, equality.csv,
# timings.csv, counters.csv, peer.json and log.txt. Exits 1 where any bit differs, the sanitizer
# complains or something else than CUDA computed, 4 where the check could not run.
# --bits-only leaves everything out but the comparison of bits.
# --dry-run goes as far as it can without a device, with few paths: for testing this script.
set -eEuo pipefail
export LC_ALL=C
trap 'echo "gpu_check: broke off in line $LINENO" >&2' ERR

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
pack=$(dirname "$root") # the folder of ./dev gpu-pack, if this is one
[[ -f $pack/gpu-pack ]] || pack=

out='' minutes=9.5 dry_run='' bits_only='' program='' fast_math='' asked="$0 $*"

usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }

parse_arguments() {
  while (($#)); do
    case $1 in
      --out) out=$2 && shift ;;
      --minutes) minutes=$2 && shift ;;
      --program) program=$2 && shift ;;
      --fast-math) fast_math=$2 && shift ;;
      --dry-run) dry_run=yes ;;
      --bits-only) bits_only=yes ;;
      -h | --help) usage && exit 0 ;;
      *) echo "gpu_check: $1 is no option; --help lists them" >&2 && exit 2 ;;
    esac
    shift
  done
}

# ---- saying and failing

say() { echo "gpu_check: $*" >&2; }
die() { say "$*" && exit 4; }
failures=()
fail() {
  say "FAILED: $*"
  failures+=("$*")
}

seconds_left() { awk -v all="$minutes" -v gone="$SECONDS" 'BEGIN { print int(all * 60 - gone) }'; }
number() { awk -v value="$1" 'BEGIN { printf "%.0f", value }'; }
calculate() { awk "BEGIN { printf \"$1\", $2 }"; }

# ---- the programs

works() { [[ -x $1 ]] && "$1" --version >/dev/null 2>&1; }

build_from_sources() {
  [[ -n $pack ]] || die "no program to run: ./dev build first, or name one with --program"
  say "the programs of the pack do not run here; building from its sources"
  command -v cmake >/dev/null || die "building needs cmake, a C++20 compiler and nvcc"
  command -v make >/dev/null || export CMAKE_GENERATOR=Ninja
  cmake -S "$root" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DBLOCRISK_PORTABLE=ON \
    -DBLOCRISK_CUDA=ON -DBLOCRISK_REPRO_TAX=ON -DBLOCRISK_TESTS=OFF -DBLOCRISK_BENCH=OFF \
    -DCMAKE_CUDA_ARCHITECTURES=native -DCMAKE_PREFIX_PATH="$pack/deps" >>"$log" 2>&1 &&
    cmake --build "$work/build" --parallel --target blocrisk blocrisk_fast_math >>"$log" 2>&1 ||
    die "building failed: see $log"
  program=$work/build/blocrisk fast_math=$work/build/blocrisk_fast_math
}

find_programs() {
  local folder
  for folder in ${pack:+"$pack/bin"} "$root"/build/{portable,release,gpu-pack}; do
    [[ -n $program ]] || ! works "$folder/blocrisk" || program=$folder/blocrisk
  done
  [[ -n $program ]] || build_from_sources
  works "$program" || die "$program does not run here"
  # The twin has to be of the same build.
  fast_math=${fast_math:-$(dirname "$program")/blocrisk_fast_math}
  works "$fast_math" || fast_math=
}

# A tool of the toolkit, wherever it lies; empty where it is not.
find_tool() {
  local found
  for found in "$(command -v "$1" || true)" /usr/local/cuda*/bin/"$1" /opt/nvidia/nsight-compute/*/"$1"; do
    [[ ! -x $found ]] || { echo "$found" && return; }
  done
}

# ---- one run

# run_once NAME [fast_math] OPTION...: samples; leaves $work/NAME.h5, and in NAME.json what it says.
run_once() {
  local which=$program name=$1
  shift
  [[ $1 != fast_math ]] || { which=$fast_math && shift; }
  echo "+ $which run $* --attribution none" >>"$log"
  "$which" run "$@" --attribution none -o "$work/$name.h5" --overwrite --quiet --json >"$work/$name.json" 2>>"$log"
}
# told NAME KEY: the first value of that key in what the run said.
told() { grep -o "\"$2\":[^,}]*" "$work/$1.json" | head -n 1 | cut -d: -f2- | tr -d '"'; }

# ---- the parts

describe() {
  local line
  echo "- date: $(date -u +%Y-%m-%dT%H:%M:%SZ)"
  echo "- program: $("$program" --version); commit of the sources: $commit"
  echo "- command: \`$asked\`"
  if command -v nvidia-smi >/dev/null && line=$(nvidia-smi \
    --query-gpu=name,driver_version,memory.total,clocks.sm,clocks.max.sm,clocks.mem,power.limit,compute_mode \
    --format=csv 2>/dev/null); then
    echo "- device, before: $(sed 's/^/  /' <<<"$line" | paste -sd'|' | sed 's/|/; /g')"
  fi
  [[ -z $(find_tool nvcc) ]] || echo "- toolkit: $("$(find_tool nvcc)" --version | grep release)"
  echo "- processor: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
  "$program" devices | sed 's/^/    /'
}

# expect_same NAME SCENARIO OPTION...: the device's file and digest against one lane of the CPU.
expect_same() {
  local name=$1 scenario=$2 cpu device computed same=yes on_cpu
  shift 2
  run_once cpu "$scenario" "$@" --no-volatile --backend cpu --lanes 1 &
  on_cpu=$!
  if ! run_once device "$scenario" "$@" --no-volatile "${on_device[@]}" ${split:+--devices "$split"}; then
    fail "$name: the device's run failed: $(tail -n 1 "$log")"
    wait "$on_cpu" || true
    return
  fi
  wait "$on_cpu" || { fail "$name: the CPU's run failed: $(tail -n 1 "$log")" && return; }
  cpu=$(told cpu digest) device=$(told device digest) computed=$(told device backend)
  [[ $computed == "$expected" ]] || fail "$name: computed by $computed, not by $expected"
  [[ -n $cpu && $cpu == "$device" ]] || { same=no && fail "$name: digest $device on the device, $cpu on the CPU"; }
  cmp -s "$work/cpu.h5" "$work/device.h5" || { same=no && fail "$name: the files differ"; }
  echo "$name,$(told device paths),$computed,${split//,/+},$cpu,$device,$same" >>"$out/equality.csv"
}

check_equality() {
  local scenario n_random=0 split=
  echo "scenario,paths,backend,devices,cpu_digest,device_digest,same" >"$out/equality.csv"
  # Over the edge of a digest block, per-path measures of the first thousands stored.
  expect_same baseline "$baseline" --path-range "$range" --samples "$n_samples"
  expect_same weekly "${weekly[@]}" --path-range "$weekly_range" --samples "$n_samples"
  [[ $expected == cpu ]] || split=0,0 expect_same "baseline in two shares" "$baseline" --path-range "$range" --samples "$n_samples"
  if ((n_devices > 1)); then
    split=$(seq -s, 0 $((n_devices - 1))) expect_same "baseline on $n_devices devices" \
      "$baseline" --path-range "$range" --samples "$n_samples"
  fi
  for scenario in "$scenarios"/random-*/scenario.toml; do
    ((n_random < most_random)) || break
    (($(seconds_left) > least_left)) || { fail "only $n_random of $most_random random networks: no time" && break; }
    n_random=$((n_random + 1))
    expect_same "$(basename "$(dirname "$scenario")")" "$scenario" --paths "$random_paths" --samples "$random_paths"
  done
}

report_equality() {
  local n n_same
  n=$(($(wc -l <"$out/equality.csv") - 1)) n_same=$(grep -c ',yes$' "$out/equality.csv" || true)
  echo "$n_same of $n scenarios have the same digest of every path's measures and the same file, byte for"
  echo "byte, on the device and with one lane of the CPU (\`equality.csv\`):"
  echo
  sed 's/,/ | /g; s/^/| /; s/$/ |/; 1s/$/\n| --- | ---: | --- | --- | --- | --- | --- |/' "$out/equality.csv" | head -n 8
  ((n <= 6)) || echo "| … | | | | | | |"
}

sanitize() {
  local tool sanitizer limit
  sanitizer=$(find_tool compute-sanitizer)
  [[ -z $dry_run ]] || { echo "- left out: a dry run has no device" && return; }
  [[ -n $sanitizer ]] || { echo "- left out: compute-sanitizer is not installed" && return; }
  for tool in memcheck racecheck initcheck; do
    limit=$(($(seconds_left) / 6))
    ((limit > 15)) || { echo "- $tool: left out, no time" && continue; }
    run_sanitizer "$sanitizer" "$tool" "$limit"
  done
}

# Two shares, batches and draining: every kernel, on few paths.
run_sanitizer() {
  local text=$work/$2.txt summary status=0
  timeout "$3" "$1" --tool "$2" --error-exitcode 99 "$program" run "$small" --paths 96 --batch 48 \
    --samples 32 -o "$work/sanitized.h5" --overwrite --quiet --backend cuda >"$text" 2>&1 || status=$?
  cat "$text" >>"$log"
  summary=$(grep -E 'ERROR SUMMARY|RACECHECK SUMMARY' "$text" | tail -n 1 | sed 's/=* *//' || true)
  case $status in
    0) echo "- $2: ${summary:-no complaint}" ;;
    99) echo "- $2: **${summary:-complaints}**" && fail "compute-sanitizer $2: ${summary:-complaints}" ;;
    124) echo "- $2: not finished in $3 s" ;;
    *)
      echo "- $2: exit $status: $(grep -m 1 -iE 'error|support' "$text" || tail -n 1 "$text")"
      grep -qiE 'not supported|unable to|failed to initialize' "$text" || fail "compute-sanitizer $2: exit $status"
      ;;
  esac
}

# time_run QUESTION LABEL [fast_math] OPTION...: a row of timings.csv.
time_run() {
  local question=$1 label=$2 sample_s paths rate
  shift 2
  run_once timed "$@" || { fail "$question, $label: the run failed: $(tail -n 1 "$log")" && return 1; }
  paths=$(told timed paths) sample_s=$(told timed sample_s)
  rate=$(calculate %.0f "$paths / $sample_s")
  echo "$question,$label,$(told timed backend),$paths,$sample_s,$(told timed total_s),$rate" >>"$out/timings.csv"
}
# Best rate of a question's rows, and of one label's; 0 where there is none.
rate_of() { awk -F, -v q="$1" -v l="$2" '$1 == q && $2 == l && $7 > best { best = $7 } END { print best + 0 }' "$out/timings.csv"; }

# Whether as many paths fit into this part of the time left, at the best rate so far.
affordable() {
  local rate
  rate=$(rate_of paths "$2")
  ((rate == 0)) || (($(number "$1") / rate < $(seconds_left) * $3 / 100))
}

measure() {
  local paths last=none repetition count steps
  echo "question,label,backend,paths,sample_s,total_s,paths_per_s" >"$out/timings.csv"
  time_run warm-up baseline "$baseline" --paths "${sizes[0]}" "${on_device[@]}" || return 0
  for paths in "${sizes[@]}"; do
    [[ $last == none ]] || affordable "$paths" "$last" 35 || { say "$paths paths left out: no time" && break; }
    for repetition in 1 2 3; do
      [[ $repetition == 1 ]] || affordable "$paths" "$paths" 3 || break
      time_run paths "$paths" "$baseline" --paths "$paths" "${on_device[@]}" || return 0
    done
    last=$paths
  done
  watch_clocks
  for repetition in 1 2 3; do
    for steps in 12 52; do
      time_run steps "$steps" "$baseline" --paths "$middle" --set clock.steps_per_year="$steps" "${on_device[@]}"
    done
    for count in 1 2 4 8 13; do
      [[ ! -f $scenarios/minerals-$count/scenario.toml ]] ||
        time_run minerals "$count" "$scenarios/minerals-$count/scenario.toml" --paths "$middle" "${on_device[@]}"
    done
    time_run repro_tax exact "$baseline" --paths "$middle" "${on_device[@]}"
    [[ -z $fast_math ]] || time_run repro_tax fast_math fast_math "$baseline" --paths "$middle" "${on_device[@]}"
    time_run short "1e4 a call" "$baseline" --paths "$short_calls" --batch 1e4 "${on_device[@]}"
    time_run short "one call" "$baseline" --paths "$short_calls" "${on_device[@]}"
    time_run short "process of 1e4" "$baseline" --paths "$short_process" "${on_device[@]}"
    time_run backends device "$baseline" --paths "$middle" "${on_device[@]}"
    time_run backends cpu "$baseline" --paths "$cpu_paths" --backend cpu
    [[ -z $dry_run ]] && (($(seconds_left) > 120)) || break
  done
}

# Clocks while the device works.
watch_clocks() {
  clocks=
  command -v nvidia-smi >/dev/null && [[ -z $dry_run ]] || return 0
  "$program" run "$baseline" --paths 1e12 -o "$work/clocks.h5" --overwrite --quiet --backend cuda 2>/dev/null &
  local runner=$!
  sleep 3
  clocks=$(nvidia-smi --query-gpu=clocks.sm,clocks.mem,power.draw,temperature.gpu,utilization.gpu --format=csv,noheader | head -n 1)
  kill "$runner" 2>/dev/null || true
  wait "$runner" 2>/dev/null || true
}

report_timings() {
  local device cpu exact fast
  echo "Best rates, sampling alone; all rows in \`timings.csv\`."
  [[ -z ${clocks:-} ]] || echo "Clocks at work: $clocks (SM, memory, power, temperature, utilisation)."
  echo
  echo "| question | | backend | paths | paths/s | runs | spread % |"
  echo "| --- | --- | --- | ---: | ---: | ---: | ---: |"
  awk -F, 'NR > 1 {
      key = $1 "," $2 "," $3 "," $4
      if (!(key in n)) order[++keys] = key
      n[key]++; sum[key] += $7; squares[key] += $7 * $7; if ($7 > best[key]) best[key] = $7
    } END {
      for (k = 1; k <= keys; k++) {
        key = order[k]; mean = sum[key] / n[key]; variance = squares[key] / n[key] - mean * mean
        split(key, part, ",")
        printf "| %s | %s | %s | %s | %.0f | %d | %.1f |\n", part[1], part[2], part[3], part[4], best[key], n[key],
          (n[key] > 1 && variance > 0) ? 100 * sqrt(variance * n[key] / (n[key] - 1)) / mean : 0
      }
    }' "$out/timings.csv"
  echo
  device=$(rate_of backends device) cpu=$(rate_of backends cpu)
  [[ $cpu == 0 ]] || echo "- device over all $(nproc) cores of this CPU: $(calculate %.1f "$device / $cpu")"
  report_roof
  exact=$(rate_of repro_tax exact) fast=$(rate_of repro_tax fast_math)
  if [[ $fast != 0 ]]; then
    echo "- \`repro_tax\`: equal bits cost $(calculate %.1f "100 * ($fast - $exact) / $fast") % of the speed with --use_fast_math"
  else
    echo "- \`repro_tax\`: left out, no blocrisk_fast_math (configure with -DBLOCRISK_REPRO_TAX=ON)"
  fi
}

# Counted operations a second beside what the device can issue: multiprocessors x 128 lanes x clock.
report_roof() {
  local operations multiprocessors clock rate
  "$program" plan "$baseline" --json >"$work/plan.json"
  "$program" devices --json >"$work/devices.json"
  operations=$(told plan operations_per_path) rate=$(rate_of backends device)
  multiprocessors=$(told devices multiprocessors) clock=$(told devices highest_clock_hz)
  [[ -z $multiprocessors ]] || echo "- share of issue peak: $(calculate %.1f \
    "100 * $operations * $rate / ($multiprocessors * 128 * $clock)") %, at $operations operations a path as \`plan\` counts them"
}

metrics=(
  gpu__time_duration.sum launch__registers_per_thread launch__occupancy_limit_registers launch__grid_size
  sm__warps_active.avg.pct_of_peak_sustained_active smsp__issue_active.avg.pct_of_peak_sustained_active
  smsp__inst_executed.sum dram__bytes_read.sum dram__bytes_write.sum lts__t_bytes.sum
  l1tex__t_bytes_pipe_lsu_mem_local_op_ld.sum l1tex__t_bytes_pipe_lsu_mem_local_op_st.sum
)

count_hardware() {
  local ncu kernels
  ncu=$(find_tool ncu)
  [[ -z $dry_run ]] || { echo "- left out: a dry run has no device" && return; }
  [[ -n $ncu ]] || { echo "- left out: ncu is not installed" && return; }
  (($(seconds_left) > 20)) || { echo "- left out: no time" && return; }
  kernels=$(awk '!/^#/ && $NF == "hot" { print $1 }' "$root/kernels/cuda/resources.txt" | paste -sd'|')
  # A batch launches the chains of the baseline's 13 minerals one after the other. Two workers first
  # try the device out with a path each.
  timeout "$(seconds_left)" "$ncu" --clock-control none --csv --page raw --kernel-name-base demangled \
    --kernel-name "regex:$kernels" --launch-skip 26 --launch-count 13 --metrics "$(IFS=, && echo "${metrics[*]}")" \
    --log-file "$out/counters.csv" "$program" run "$baseline" --paths 131072 --backend cuda \
    -o "$work/counted.h5" --overwrite --quiet >/dev/null 2>>"$log" || true
  if ! grep -q '^"ID"' "$out/counters.csv" 2>/dev/null; then
    echo "- counters are not readable here: $(grep -m 1 -E '==ERROR==|ERR_' "$out/counters.csv" "$log" | tail -n 1 | cut -c 1-200)"
    return
  fi
  echo "Of the kernels marked hot in \`kernels/cuda/resources.txt\`, first launch with a full batch (\`counters.csv\`):"
  echo
  awk -F'","' '/^"ID"/ { split($0, name, "\",\""); next } /^"",/ { split($0, unit, "\",\""); next }
    /^"[0-9]/ && !done { split($0, value, "\",\""); done = 1 }
    END { for (k in name) if (name[k] ~ /__/) { gsub(/"/, "", name[k]); gsub(/"/, "", value[k]); gsub(/"/, "", unit[k])
      printf "- %s: %s %s\n", name[k], value[k], unit[k] } }' "$out/counters.csv" | sort
}

compare_peer() {
  local limit python=${PYTHON:-python3}
  command -v "$python" >/dev/null || { echo "- left out: no Python" && return; }
  limit=$(($(seconds_left) / 2))
  ((limit > 10)) || { echo "- left out: no time" && return; }
  timeout "$limit" "$python" "$here/peer_arrays.py" "$program" --json "$out/peer.json" \
    ${dry_run:+--paths 256 --repetitions 1} -- "${on_device[@]}" 2>>"$log" | sed 's/^/    /' ||
    echo "- did not run here: $(tail -n 1 "$log")"
}

# part TITLE FUNCTION: its text goes into the report, and its failure does not end the check.
part() {
  say "$1, $(seconds_left) s left"
  { echo && echo "## $1" && echo; } >>"$work/body.md"
  "$2" >>"$work/body.md" || fail "the part \"$1\" broke off"
  write_report
}

finished=
write_report() {
  cp "$log" "$out/log.txt"
  {
    echo "# GPU check: $device_name${dry_run:+ (DRY RUN: nothing here was computed by a GPU)}"
    echo
    if ((${#failures[@]})); then
      echo "**FAILED**:"
      printf -- '- %s\n' "${failures[@]}"
    elif [[ -z $finished ]]; then
      echo "Unfinished: what stands here held so far."
    else
      echo "Passed in $((SECONDS / 60)) min $((SECONDS % 60)) s."
    fi
    cat "$work/body.md"
  } >"$out/report.md"
}

choose_sizes() {
  range=57344:73728 weekly_range=63488:67584 n_samples=2048 most_random=100 random_paths=600 least_left=240
  sizes=(1e5 1e6 1e7 1e8 1e9) middle=2e6 short_calls=5e5 short_process=1e4 cpu_paths=2e5
  [[ -n $dry_run ]] || return 0
  range=65504:65568 weekly_range=65530:65546 n_samples=32 most_random=3 random_paths=48 least_left=0
  sizes=(32 96) middle=32 short_calls=64 short_process=32 cpu_paths=256
}

find_scenarios() {
  baseline=$root/configs/baseline/scenario.toml weekly=("$root/configs/weekly/scenario.toml")
  scenarios=${pack:+$pack/scenarios}
  if [[ -z $scenarios ]]; then
    scenarios=$work/scenarios
    bash "$here/gpu_scenarios.sh" "$scenarios" "$most_random" >>"$log" 2>&1 ||
      die "writing random scenarios needs Python 3.11; see $log"
  fi
  if [[ -n $dry_run ]]; then # a host is slow at being a device: one mineral for thirteen
    baseline=$scenarios/minerals-1/scenario.toml weekly=("$scenarios/minerals-1/scenario.toml" --set clock.steps_per_year=52)
  fi
  small=$(ls -d "$scenarios"/random-*/scenario.toml | head -n 1)
}

find_device() {
  n_devices=$("$program" devices --json | { grep -o '"compute_capability"' || true; } | wc -l)
  on_device=(--backend cuda) expected=cuda
  device_name=$("$program" devices | sed -n 's/^cuda  device 0: \([^,]*\),.*/\1/p')
  if ((n_devices == 0)); then
    [[ -n $dry_run ]] || die "no device: $("$program" devices | sed -n 's/^cuda  none: //p')"
    on_device=(--backend cpu) expected=cpu device_name='no device'
  fi
}

check_the_rest() {
  part "Sanitizer" sanitize
  say "timings, $(seconds_left) s left"
  measure || fail "timings broke off"
  part "Speed" report_timings
  part "Beside arrays" compare_peer
  part "Hardware counters" count_hardware
}

main() {
  parse_arguments "$@"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  log=$work/log.txt && : >"$work/log.txt"
  commit=$(cat "$root/COMMIT" 2>/dev/null || git -C "$root" describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)
  find_programs
  find_device
  out=${out:-$here/results/$(date -u +%Y-%m-%d)-$(tr -cs 'a-zA-Z0-9\n' '-' <<<"$device_name" | tr A-Z a-z | sed 's/-*$//')${dry_run:+-dry-run}}
  mkdir -p "$out"
  choose_sizes
  find_scenarios
  part "What and where" describe
  check_equality || fail "comparing bits broke off"
  part "The same bits" report_equality
  [[ -n $bits_only ]] || check_the_rest
  finished=yes
  write_report
  say "report: $out/report.md"
  ((${#failures[@]} == 0)) || exit 1
}

main "$@"
