"""Command line: python3 -m blocrisk_reference SCENARIO --paths A:B -o out.npz."""

import argparse
import sys
import time

import numpy as np

from .run import load_and_calibrate, simulate

BATCH_PATHS = 256


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="blocrisk_reference", description=__doc__)
    parser.add_argument("scenario")
    parser.add_argument("--paths", default="0:256", help="A:B, first path and one past the last")
    parser.add_argument("--set", action="append", default=[], metavar="ADDRESS=VALUE")
    parser.add_argument("--seed", type=int, help="instead of the scenario's")
    parser.add_argument("--batch", type=int, default=BATCH_PATHS, help="paths computed together")
    parser.add_argument("--no-timelines", action="store_true", help="leave timelines out of the file")
    parser.add_argument("-o", "--output", help="npz file of per-path measures")
    options = parser.parse_args(arguments)
    network = load_and_calibrate(options.scenario, options.set)
    if options.seed is not None:
        network.seed = options.seed
    first, last = (int(part) for part in options.paths.split(":"))
    started = time.perf_counter()
    measures = run_batches(network, first, last, options.batch)
    seconds = time.perf_counter() - started
    if options.no_timelines:
        measures = {name: value for name, value in measures.items() if not name.startswith("timeline_")}
    print_table(network, measures)
    print(f"{last - first} paths in {seconds:.2f} s, {(last - first) / seconds:.1f} paths/s", file=sys.stderr)
    if options.output:
        save(options.output, network, first, measures)
    return 0


def run_batches(network, first, last, batch_paths=BATCH_PATHS, attribute=False):
    pieces = [(k, min(batch_paths, last - k)) for k in range(first, last, batch_paths)]
    parts = [simulate(network, k, n_paths, attribute=attribute) for k, n_paths in pieces]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def save(path, network, first, measures):
    np.savez_compressed(
        path,
        path=np.arange(first, first + len(measures["shortfall"])),
        member=np.array([network.countries[m] for m in network.members]),
        mineral=np.array([mineral.id for mineral in network.minerals]),
        **measures,
    )


def print_table(network, measures):
    """Mean and quantiles of shortfall over members, enough to see that it ran."""
    print(f"{'mineral':<26}{'mean shortfall':>15}{'P95':>10}{'P(short)':>10}{'drawn':>10}")
    for m, mineral in enumerate(network.minerals):
        shortfall = measures["shortfall"][:, :, m]
        short = (measures["months_short"][:, :, m] > 0).mean()
        drawn = measures["drawn"][:, :, m].mean()
        print(f"{mineral.id:<26}{shortfall.mean():>15.5f}{np.quantile(shortfall, 0.95):>10.4f}{short:>10.4f}{drawn:>10.4f}")
