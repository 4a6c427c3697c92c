"""Run the engine and the reference on the same paths of several scenarios and compare them path by path.

against_engine.py PATH/TO/blocrisk [SCENARIO.toml ...] [--random SEED ...] [--paths N]
Exit code 0 if all agree; 1 names the scenarios that do not.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import compare
from blocrisk_reference.cli import run_batches, save
from blocrisk_reference.run import load_and_calibrate
from random_scenario import write_scenario


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("engine", help="the program")
    parser.add_argument("scenarios", nargs="*")
    parser.add_argument("--random", type=int, nargs="*", default=[], metavar="SEED", help="random scenarios to write")
    parser.add_argument("--paths", type=int, default=256)
    parser.add_argument("--worst", type=int, default=0, help="print that many worst cells of each measure")
    options = parser.parse_args()
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        scenarios = [Path(name) for name in options.scenarios]
        scenarios += [write_scenario(seed, folder / f"random-{seed}") for seed in options.random]
        for k, scenario in enumerate(scenarios):
            print(f"== {scenario}", flush=True)
            if not agree(options.engine, scenario, options.paths, folder / str(k), options.worst):
                failed.append(str(scenario))
    for name in failed:
        print(f"disagree: {name}", file=sys.stderr)
    return 1 if failed else 0


def agree(engine, scenario, n_paths, stem, worst):
    theirs, ours = stem.with_suffix(".h5"), stem.with_suffix(".npz")
    command = [engine, "run", scenario, "--paths", n_paths, "--samples", n_paths, "-o", theirs, "--overwrite", "--quiet"]
    done = subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL)
    if done.returncode != 0:
        print(f"the engine ended with {done.returncode}: {' '.join(str(part) for part in command)}")
        return False
    network = load_and_calibrate(scenario)
    save(ours, network, 0, run_batches(network, 0, n_paths))
    return compare.main([str(theirs), str(ours), "--worst", str(worst)]) == 0


if __name__ == "__main__":
    sys.exit(main())
