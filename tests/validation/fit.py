"""How often and how long the baseline's drawn restrictions are, beside the record of 2009 to 2026.

    fit.py [--write], in the root of the source folder

Prints the tables of configs/fit/README.md; with --write puts them into the page, and draws its picture.
"""

import argparse
import dataclasses
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from fit_model import duration_survival, load_baseline, sample_from_start, sample_record, strike_probability
from fit_record import INSTRUMENT_OF, N_MONTHS, by_month, events_of, per_year, read_record, spell, survival
from fit_scores import brier_score, constant_rate, difference, informed, log_score, long_run

PAGE = Path("configs/fit/README.md")
PICTURE = Path("configs/fit/events.svg")
N_PATHS = 1024
FORECASTS = ["constant rate", "model, long run", "model, informed"]


def compute(n_paths=N_PATHS):
    """Everything the tables and the picture show."""
    network, nodes = load_baseline()
    record = read_record()
    long_term = sample_record(network, nodes, n_paths)
    from_start = sample_from_start(network, nodes, n_paths)
    memory = {a.name: 12 * long_term[a.name].drawn.mean() / a.memory_per_yr for a in network.actors}
    actors = []
    for actor in network.actors:
        happened = by_month(record, actor.name)
        counts = per_year(happened)
        strikes = strike_probability(actor, nodes[actor.name])
        struck = long_term[actor.name].struck
        others = sum(memory.values()) - memory[actor.name]
        forecasts = [constant_rate(counts), long_run(struck), informed(actor, happened, strikes, others)]
        actors.append(
            SimpleNamespace(
                name=actor.name, law=actor, happened=happened, counts=counts, strikes=strikes,
                events=events_of(record, actor.name), long_term=long_term[actor.name],
                from_start=from_start[actor.name], forecasts=forecasts,
                log=np.array([log_score(p, counts) for p in forecasts]),
                brier=np.array([brier_score(p, counts) for p in forecasts]),
            )
        )  # fmt: skip
    return SimpleNamespace(
        network=network, record=record, actors=actors, alternatives=_alternatives(network, nodes, actors, memory, n_paths)
    )


# Other rates for China, to see what the record would prefer: what changes -> fields of the actor.
ALTERNATIVES = {
    "the baseline": {},
    "calm lasts: to tense 0.1 a year for 0.35": {"switch_per_yr": np.array([[0.0, 0.1], [0.5, 0.0]])},
    "and is calmer: 0.2 a year for 0.4": {
        "switch_per_yr": np.array([[0.0, 0.1], [0.5, 0.0]]),
        "events_per_yr": np.array([0.2, 3.3]),
    },
    "no regimes: 1.1 a year, nothing bred": {"events_per_yr": np.array([1.1, 1.1]), "self_excitation": 0.0},
}


def _alternatives(network, nodes, actors, memory, n_paths):
    """China's events under other rates: name -> its count of the record, gaps, forecast."""
    china = next(a for a in actors if a.name == "CHN")
    results = {}
    for name, change in ALTERNATIVES.items():
        law = SimpleNamespace(**{**vars(china.law), **change})
        changed = dataclasses.replace(network, actors=[law if a.name == "CHN" else a for a in network.actors])
        struck = sample_record(changed, nodes, n_paths)["CHN"].struck
        forecast = informed(law, china.happened, china.strikes, sum(memory.values()) - memory["CHN"])
        results[name] = SimpleNamespace(
            log=log_score(forecast, china.counts).sum(),
            count_rank=rank(struck.sum(axis=0), china.happened.sum()),
            gap_rank=rank(longest_gap(struck), longest_gap(china.happened[:, None])[0]),
            from_start=sample_from_start(changed, nodes, n_paths)["CHN"].struck.sum(axis=0).mean() / 5,
        )
    return results


def rows(header, body):
    return "\n".join([f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}", *(f"| {' | '.join(r)} |" for r in body)])


def rank(simulated, recorded):
    """Where the record falls: share of paths below, and half of those equal."""
    return (simulated < recorded).mean() + (simulated == recorded).mean() / 2


def frequency_table(fit):
    body = []
    for a in fit.actors:
        window, n = a.long_term.struck.sum(axis=0), int(a.happened.sum())
        low, middle, high = np.quantile(window, [0.05, 0.5, 0.95])
        body.append([
            a.name, str(n), f"{12 * n / N_MONTHS:.2f}", f"{a.happened[168:].sum()}",
            f"{12 * a.long_term.drawn.mean():.2f}", f"{a.strikes:.2f}",
            f"{middle:.0f} ({low:.0f}–{high:.0f})", f"{(window >= n).mean():.2f}", f"{(window <= n).mean():.2f}",
            f"{rank(window, n):.2f}", f"{a.from_start.struck.sum(axis=0).mean() / 5:.2f}",
        ])  # fmt: skip
    names = {a.name for a in fit.actors}
    others = sorted({m.actor for m in fit.record if m.counts and m.actor not in names})
    n = sum(len(events_of(fit.record, name)) for name in others)
    body.append([f"no actor: {', '.join(others)}", str(n), f"{12 * n / N_MONTHS:.2f}", *[""] * 8])
    header = ["actor", "recorded", "a year", "since 2023", "drawn a year", "strike", "model: median (5–95 %)",
              "P(at least)", "P(at most)", "rank", "a year from 2027"]  # fmt: skip
    return rows(header, body)


def longest_gap(struck):
    """Months of the longest time without an event, [path]; struck [month, path]."""
    run = longest = np.zeros(struck.shape[1], int)
    for month in struck:
        run = np.where(month, 0, run + 1)
        longest = np.maximum(longest, run)
    return longest


def busiest(struck, months):
    """Most events in any window of so many months, [path]; struck [month, path]."""
    total = np.vstack([np.zeros(struck.shape[1], int), np.cumsum(struck, axis=0)])
    return (total[months:] - total[:-months]).max(axis=0)


def shape_table(fit):
    """China's rhythm: what a rate alone does not show."""
    a = next(a for a in fit.actors if a.name == "CHN")
    recorded = a.happened[:, None]
    minerals = [len({m for x in measures for m in x.minerals}) for measures in a.events.values()]
    spread = lambda s: per_year(s.T).var(axis=1, ddof=1) / np.maximum(per_year(s.T).mean(axis=1), 1e-9)  # noqa: E731
    cases = [
        ("longest time without an event, months", longest_gap(recorded)[0], longest_gap(a.long_term.struck)),
        ("most events in any 40 months", busiest(recorded, 40)[0], busiest(a.long_term.struck, 40)),
        ("variance of yearly counts over their mean", spread(recorded)[0], spread(a.long_term.struck)),
        ("minerals in an event, mean", np.mean(minerals), _mean_minerals(a.long_term)),
    ]
    body = [[what, f"{r:.1f}", "{1:.1f} ({0:.1f}–{2:.1f})".format(*np.quantile(s, [0.05, 0.5, 0.95])), f"{rank(s, r):.2f}"]
            for what, r, s in cases]  # fmt: skip
    return rows(["of China", "recorded", "model: median (5–95 %)", "rank"], body)


def _mean_minerals(events):
    """Mean over the events of a path, [path]; paths without one are left out."""
    n = events.struck.sum(axis=0)
    return events.minerals.sum(axis=0)[n > 0] / n[n > 0]


def kinds_table(fit):
    """What China uses and whom it aims at: recorded events beside the actor's weights."""
    a = next(a for a in fit.actors if a.name == "CHN")
    names = list(fit.network.instruments.name)
    first = [measures[0] for measures in a.events.values()]
    weights = np.array(a.law.instrument_weight) / sum(a.law.instrument_weight)
    body = [[name, f"{sum(m.instrument == name for m in first)} of {len(first)}", f"{weights[names.index(name)]:.2f}"]
            for name in ["licence", "quota", "ban", "tax"]]  # fmt: skip
    everyone = sum(m.targets == "everyone" for m in first)
    aim = np.array(a.law.group_weight) / sum(a.law.group_weight)
    body.append(["aimed at everyone", f"{everyone} of {len(first)}", f"{aim[fit.network.group_names.index('everyone')]:.2f}"])
    return rows(["China's events", "recorded", "weight in the baseline"], body)


def alternatives_table(fit):
    body = [[name, f"{r.log:.1f}", f"{r.count_rank:.2f}", f"{r.gap_rank:.2f}", f"{r.from_start:.2f}"]
            for name, r in fit.alternatives.items()]  # fmt: skip
    return rows(["China's rates", "log score, informed", "rank of the count", "rank of the gap", "a year from 2027"], body)


def duration_table(fit):
    kinds = {"licence": "licence", "quota": "quota", "ban": "ban on everyone", "embargo": "ban on a country", "tax": "tax"}
    body = []
    for kind, label in kinds.items():
        name = INSTRUMENT_OF[kind]
        spells = [spell(m) for m in fit.record if m.counts and m.measure == kind]
        cells = [label, str(len(spells)), str(sum(ended for _, ended in spells))]
        for months in (6, 12, 36):
            share, error = survival(spells, months)
            cells.append(f"{share:.2f} ± {error:.2f} / {duration_survival(fit.network.instruments, name, months):.2f}")
        body.append(cells)
    return rows(["instrument", "spells", "ended", "longer than 6 months", "12 months", "36 months"], body)


def score_table(fit):
    body = [[a.name, *(f"{s:.2f}" for s in a.log.sum(axis=1)), *(f"{s:.2f}" for s in a.brier.sum(axis=1))] for a in fit.actors]
    log, brier = (np.array([getattr(a, kind) for a in fit.actors]).swapaxes(0, 1) for kind in ("log", "brier"))
    body.append(["all", *(f"{s:.1f}" for s in log.sum(axis=(1, 2))), *(f"{s:.2f}" for s in brier.sum(axis=(1, 2)))])
    cells = ["less constant rate"]
    for scores, digits in ((log, 1), (brier, 2)):
        cells.append("")
        for forecast in scores[1:]:
            value, error = difference(forecast, scores[0])
            cells.append(f"{value:+.{digits}f} ± {error:.{digits}f}".replace("-", "−"))
    return rows(["actor", *(f"log: {f}" for f in FORECASTS), *(f"Brier: {f}" for f in FORECASTS)], [*body, cells])


TABLES = {
    "frequency": frequency_table,
    "shape": shape_table,
    "kinds": kinds_table,
    "alternatives": alternatives_table,
    "durations": duration_table,
    "scores": score_table,
}


def replace_part(page, name, part):
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, rest = page.split(begin)
    return f"{before}{begin}\n\n{part}\n\n{end}{rest.split(end)[1]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE} and draw {PICTURE}")
    options = parser.parse_args()
    if not PAGE.exists():
        sys.exit(f"{PAGE} is not here: run this in the root of the source folder")
    fit = compute()
    page = PAGE.read_text()
    for name, make in TABLES.items():
        if options.write:
            page = replace_part(page, name, make(fit))
        else:
            print(f"{name}\n\n{make(fit)}\n")
    if options.write:
        from fit_picture import draw  # needs python3-matplotlib, which the tests do without

        PAGE.write_text(page)
        draw(fit, PICTURE)


if __name__ == "__main__":
    main()
