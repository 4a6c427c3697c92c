"""How much faster is the engine than the same model in plain NumPy?

    peers.py BLOCRISK [--scenario FILE] [--repetitions 3] [--under "chrt -f 10"] [--json FILE]

The NumPy reference of tests/reference and the engine sample the same scenario, in turn: reference,
each lane width on one thread, the widest on all threads, and again. Only sampling counts, not
start-up and files, and of the repetitions the best, for what else runs only takes away. That both give the same answer is tests/reference/against_engine.py's business.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from measuring import BASELINE, ROOT, as_json, machine, run_once, spread_percent, tell

PATHS_OF_REFERENCE = 256  # one batch of it
PATHS_PER_LANE = 1500


def reference_rate(asked):
    command = [*shlex.split(asked.under), sys.executable, "-m", "blocrisk_reference"]
    command += [str(Path(asked.scenario).resolve()), "--paths", f"0:{PATHS_OF_REFERENCE}"]
    one_thread = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.run(command, cwd=ROOT / "tests/reference", env=one_thread, capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(f"the reference failed (it needs NumPy and SciPy):\n{run.stderr}")
    return float(re.search(r"([\d.]+) paths/s", run.stderr)[1])


def engine_rate(asked, lanes, threads):
    options = ["--backend", "cpu", "--lanes", lanes, "--threads", threads]
    run = run_once(asked.program, asked.scenario, PATHS_PER_LANE * lanes * threads, options, asked.under)
    return run.paths / run.sample_s


def contenders(asked):
    """Name -> a function that measures its rate once."""
    cpu = json.loads(tell(asked.program, "devices", "--json"))["cpu"]
    rates = {"NumPy reference, 1 thread": lambda: reference_rate(asked)}
    for lanes in cpu["lanes"]:
        rates[f"engine, 1 thread, {lanes} lanes"] = lambda lanes=lanes: engine_rate(asked, lanes, 1)
    widest, threads = cpu["lanes"][-1], cpu["hardware_threads"]
    rates[f"engine, {threads} threads, {widest} lanes"] = lambda: engine_rate(asked, widest, threads)
    return rates


def print_table(rows):
    print(f"{'':<28}{'paths/s':>10}{'spread %':>10}{'ratio':>10}")
    for row in rows:
        print(f"{row['name']:<28}{row['paths_per_s']:>10,.0f}{row['spread_percent']:>10.1f}{row['ratio']:>10,.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--scenario", default=BASELINE)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--under", default="", help="command to start each run with")
    parser.add_argument("--json", help="file for the figures and all they come from")
    asked = parser.parse_args()

    here = machine(asked.program)
    rates = contenders(asked)
    measured = {name: [] for name in rates}
    for _ in range(asked.repetitions):
        for name, rate in rates.items():
            measured[name].append(rate())
    base = max(next(iter(measured.values())))
    rows = [
        {"name": name, "paths_per_s": max(values), "spread_percent": spread_percent(values),
         "ratio": max(values) / base, "all_paths_per_s": values}
        for name, values in measured.items()
    ]  # fmt: skip
    print(f"{here['program']}; {here['processor']}, {here['clocks']}; {asked.repetitions} repetitions")
    print_table(rows)
    if asked.json:
        Path(asked.json).write_text(as_json(machine=here, under=asked.under, peers=rows))


if __name__ == "__main__":
    main()
