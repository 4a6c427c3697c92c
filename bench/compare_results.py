"""Has anything become slower? Compares two runs of Google Benchmark, by ratio, with a verdict.

    compare_results.py STORED.json NEW.json [--tolerance 0.05] [--alpha 0.01] [--any-machine]

Both come from `--benchmark_repetitions=N --benchmark_out=FILE --benchmark_out_format=json`. For each
benchmark it prints the ratio new/stored of the rates (median of all pairs) with its 95 % interval,
and asks: were the new rates lower even if each had been 1/(1 - tolerance) times as high? An exact
one-sided Mann-Whitney test answers, which assumes no distribution; Holm's correction keeps the
chance of any false alarm among all benchmarks at alpha. A rate is items_per_second, or else
1/real_time.

Exit codes: 0 nothing is slower · 1 something is · 2 the runs cannot be compared: another device, a
benchmark is missing, or too few repetitions to ever say "slower".
"""

import argparse
import json
import math
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

MACHINE_KEYS = ("device", "num_cpus")  # of the context; what both runs name has to be equal


@dataclass
class Comparison:
    name: str
    stored: list
    new: list
    p: float  # of "slower by more than the tolerance"
    verdict: str = ""

    def ratios(self):
        return sorted(b / a for a in self.stored for b in self.new)


def read(path):
    told = json.loads(Path(path).read_text())
    rates = {}
    for run in told["benchmarks"]:
        if run.get("run_type") == "aggregate" or run.get("error_occurred"):
            continue
        rate = run.get("items_per_second") or 1 / run["real_time"]
        rates.setdefault(run.get("run_name", run["name"]), []).append(rate)
    return told.get("context", {}), rates


def rank_sums(values, chosen):
    """How many choices of `chosen` of the values have each sum of doubled mid-ranks: {sum: count}."""
    ranks = doubled_ranks(values)
    counts = [{0: 1}] + [{} for _ in range(chosen)]
    for rank in ranks:
        for k in range(chosen, 0, -1):
            for total, count in counts[k - 1].items():
                counts[k][total + rank] = counts[k].get(total + rank, 0) + count
    return counts[chosen]


def doubled_ranks(values):
    """Twice the rank of each value; equal ones share theirs."""
    ordered = sorted(values)
    return [ordered.index(value) * 2 + ordered.count(value) + 1 for value in values]


def p_lower(lower, than):
    """Chance of ranks as low as those of `lower`, were both drawn from one distribution."""
    values = [*lower, *than]
    observed = sum(doubled_ranks(values)[: len(lower)])
    counts = rank_sums(values, len(lower))
    return sum(count for total, count in counts.items() if total <= observed) / sum(counts.values())


def interval(comparison, confidence=0.95):
    """Of the ratio, from the same test without its tolerance: all ratios it would not reject."""
    ratios = comparison.ratios()
    m, n = len(comparison.stored), len(comparison.new)
    counts, below, cut = rank_sums(range(m + n), n), 0.0, 0
    least = n * (n + 1)
    for u in range(m * n + 1):
        below += counts.get(least + 2 * u, 0) / math.comb(m + n, n)
        if below > (1 - confidence) / 2:
            break
        cut = u + 1
    return (ratios[cut - 1], ratios[-cut]) if cut else (0.0, math.inf)


def judge(comparisons, alpha):
    """Holm: the k-th smallest p is held against alpha divided by those left."""
    still = True
    for k, one in enumerate(sorted(comparisons, key=lambda one: one.p)):
        still = still and one.p <= alpha / (len(comparisons) - k)
        one.verdict = "SLOWER" if still else "ok"


def problems(stored, new, comparisons, asked):
    found = []
    (old_context, old_rates), (new_context, new_rates) = stored, new
    for key in MACHINE_KEYS if not asked.any_machine else ():
        if old_context.get(key) != new_context.get(key):
            found.append(f"{key}: {old_context.get(key)} then, {new_context.get(key)} now (--any-machine compares all the same)")
    found += [f"{name} was not measured now" for name in old_rates if name not in new_rates]
    if not comparisons:
        found.append("no benchmark is in both")
    for one in comparisons:
        smallest = 1 / math.comb(len(one.stored) + len(one.new), len(one.new))
        if smallest > asked.alpha / len(comparisons):
            found.append(f"{one.name}: {len(one.stored)} and {len(one.new)} repetitions are too few for alpha = {asked.alpha:g}")
    return found


def print_table(comparisons):
    width = max(len(one.name) for one in comparisons)
    print(f"{'':<{width}}  {'stored':>12} {'new':>12} {'ratio':>7} {'95 % interval':>17} {'p':>9}")
    for one in comparisons:
        low, high = interval(one)
        print(f"{one.name:<{width}}  {statistics.median(one.stored):>12,.6g} {statistics.median(one.new):>12,.6g} "
              f"{statistics.median(one.ratios()):>7.3f} {f'{low:.3f} to {high:.3f}':>17} {one.p:>9.2g}  {one.verdict}")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stored")
    parser.add_argument("new")
    parser.add_argument("--tolerance", type=float, default=0.05, help="part of the speed that may be lost")
    parser.add_argument("--alpha", type=float, default=0.01, help="chance of any false alarm")
    parser.add_argument("--any-machine", action="store_true")
    asked = parser.parse_args()

    stored, new = read(asked.stored), read(asked.new)
    comparisons = []
    for name, rates in stored[1].items():
        if name in new[1]:
            lifted = [rate / (1 - asked.tolerance) for rate in new[1][name]]
            comparisons.append(Comparison(name, rates, new[1][name], p_lower(lifted, rates)))
    found = problems(stored, new, comparisons, asked)
    if found:
        print(*found, sep="\n", file=sys.stderr)
        return 2
    judge(comparisons, asked.alpha)
    print_table(comparisons)
    return 1 if any(one.verdict == "SLOWER" for one in comparisons) else 0


if __name__ == "__main__":
    sys.exit(main())
