"""How long does a whole run take, and where does the time go?

    end_to_end.py BLOCRISK [--paths 1e6] [--repetitions 3] [--scenario FILE] [-- OPTION...]

Runs the program as a user would, start to file, each time in a fresh process, and reports the parts
it states itself, beside the wall time seen from outside, the peak memory, and the
size of the file. Options after `--` go to `run`, as in `-- --threads 1 --lanes 8`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ["parse_s", "calibrate_s", "sample_s", "analyse_s", "attribute_s", "write_s"]


def one_run(program, scenario, paths, options, folder):
    """Wall seconds, peak memory in bytes, file size in bytes, and what the program says."""
    output = Path(folder) / "out.h5"
    command = [program, "run", scenario, "--paths", paths, "-o", output, "--json", "--quiet", "--overwrite", *options]
    start = time.perf_counter()
    run = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE)
    text = run.stdout.read()
    _, status, usage = os.wait4(run.pid, 0)
    wall_s = time.perf_counter() - start
    if status != 0:
        sys.exit(f"run failed with status {os.waitstatus_to_exitcode(status)}")
    return wall_s, usage.ru_maxrss * 1024, output.stat().st_size, json.loads(text)


def describe(values):
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.median(values):10.3f} s  (best {min(values):.3f}, spread {spread:.3f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--paths", default="1e6")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--scenario", default=ROOT / "configs/baseline/scenario.toml")
    own, options = sys.argv[1:], []
    if "--" in own:  # argparse would take these for its own
        own, options = own[: own.index("--")], own[own.index("--") + 1 :]
    asked = parser.parse_args(own)

    with tempfile.TemporaryDirectory() as folder:
        runs = [one_run(asked.program, asked.scenario, asked.paths, options, folder)
                for _ in range(asked.repetitions)]
    told = [run[3] for run in runs]
    version = subprocess.run([asked.program, "--version"], capture_output=True, text=True, check=True)
    print(f"{told[0]['scenario']}, {told[0]['paths']:,} paths, {asked.repetitions} runs; {version.stdout.strip()}")
    print(f"{told[0]['backend']}: {told[0]['device']}")
    print(f"{'wall':<10}{describe([run[0] for run in runs])}")
    for part in PARTS:
        print(f"{part[:-2]:<10}{describe([run['timings'][part] for run in told])}")
    rates = [run["paths"] / run["timings"]["sample_s"] for run in told]
    print(f"{'rate':<10}{statistics.median(rates):10,.0f} paths/s while sampling")
    print(f"{'memory':<10}{max(run[1] for run in runs) / 2**20:10.0f} MiB at most")
    print(f"{'file':<10}{runs[0][2] / 2**20:10.1f} MiB")


if __name__ == "__main__":
    main()
