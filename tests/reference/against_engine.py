"""Run the engine and the reference on the same paths of several scenarios and compare them path by path.

against_engine.py PATH/TO/blocrisk [SCENARIO.toml[=N] ...] [--random SEED ...] [--wide SEED ...] [--paths N] [--lanes 1 16]
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

ENVIRONMENT = 4  # the program's exit code where the machine lacks what is asked for


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("engine", help="the program")
    parser.add_argument("scenarios", nargs="*", help="=N: on N paths instead of --paths")
    parser.add_argument("--random", type=int, nargs="*", default=[], metavar="SEED", help="random scenarios to write")
    parser.add_argument("--wide", type=int, nargs="*", default=[], metavar="SEED", help="the same of 64 countries")
    parser.add_argument("--paths", type=int, default=256)
    parser.add_argument("--first", type=int, default=0, help="first path")
    parser.add_argument("--lanes", type=int, nargs="*", default=[], help="vector widths that must give the same bits")
    parser.add_argument("--worst", type=int, default=0, help="print that many worst cells of each measure")
    parser.add_argument("--relative", default="1e-4", help="of compare.py")
    parser.add_argument("--share", default="0.99", help="of compare.py")
    options = parser.parse_args()
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        cases = []
        for name in options.scenarios:
            scenario, _, n_paths = name.partition("=")
            cases.append((Path(scenario), int(n_paths or options.paths)))
        for seed in options.random:
            cases.append((write_scenario(seed, folder / f"random-{seed}"), options.paths))
        for seed in options.wide:
            cases.append((write_scenario(seed, folder / f"wide-{seed}", n_countries=64), options.paths))
        for k, (scenario, n_paths) in enumerate(cases):
            print(f"== {scenario}, {n_paths} paths", flush=True)
            if not agree(scenario, options.first, options.first + n_paths, folder / str(k), options):
                failed.append(str(scenario))
    for name in failed:
        print(f"disagree: {name}", file=sys.stderr)
    return 1 if failed else 0


def agree(scenario, first, last, stem, options):
    theirs, ours = stem.with_suffix(".h5"), stem.with_suffix(".npz")
    if run_engine(options.engine, scenario, first, last, theirs) != 0:
        return False
    same = all([same_bits(theirs, scenario, first, last, lanes, options.engine) for lanes in options.lanes])
    network = load_and_calibrate(scenario)
    save(ours, network, first, run_batches(network, first, last, attribute=True))
    tolerance = ["--worst", str(options.worst), "--relative", options.relative, "--share", options.share]
    return compare.main([str(theirs), str(ours), *tolerance]) == 0 and same


def run_engine(engine, scenario, first, last, output, *more):
    command = [engine, "run", scenario, "--path-range", f"{first}:{last}", "--samples", last - first, "-o", output]
    command = [str(part) for part in [*command, "--overwrite", "--quiet", *more]]
    code = subprocess.run(command, stdout=subprocess.DEVNULL).returncode
    if code != 0:
        print(f"the engine ended with {code}: {' '.join(command)}")
    return code


def same_bits(expected, scenario, first, last, lanes, engine):
    """Another vector width gives the same samples."""
    other = expected.with_suffix(f".{lanes}.h5")
    code = run_engine(engine, scenario, first, last, other, "--lanes", lanes)
    if code == ENVIRONMENT:
        print(f"lanes {lanes}: not on this machine")
        return True
    if code != 0:
        return False
    a, b = compare.read_hdf5(expected), compare.read_hdf5(other)
    different = [name for name in a if a[name].tobytes() != b[name].tobytes()]
    print(f"lanes {lanes}: " + (f"other bits in {', '.join(different)}" if different else "same bits"))
    return not different


if __name__ == "__main__":
    sys.exit(main())
