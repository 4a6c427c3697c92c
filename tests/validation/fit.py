"""How often and how long the baseline's drawn restrictions are, beside the record of 2009 to 2026.

    fit.py [--write], in the root of the source folder

Prints the tables of configs/fit/README.md; with --write puts them into the page, and draws its picture.
"""

import argparse
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np

import fit_china
from fit_model import duration_survival, load_baseline, sample_from_start, sample_record, strike_probability
from fit_record import (
    FIRST_YEAR,
    INSTRUMENT_OF,
    N_MONTHS,
    by_month,
    events_of,
    per_year,
    read_record,
    spell,
    survival,
)
from fit_scores import brier_score, constant_rate, difference, informed, log_score, long_run, rank
from page import rows, with_part

PAGE = Path("configs/fit/README.md")
PICTURE = Path("configs/fit/events.svg")
N_PATHS = 1024
FORECASTS = ["constant rate", "model, long run", "model, informed"]
KINDS = {
    "licence": "licence",
    "quota": "quota",
    "ban": "ban on everyone",
    "embargo": "ban on a country",
    "tax": "tax",
}
SINCE_2023 = 12 * (2023 - FIRST_YEAR)


def compute(n_paths=N_PATHS):
    """Everything the tables and the picture show."""
    network, nodes = load_baseline()
    record = read_record()
    long_term = sample_record(network, nodes, n_paths)
    from_start = sample_from_start(network, nodes, n_paths)
    memory = {a.name: 12 * long_term[a.name].drawn.mean() / a.memory_per_yr for a in network.actors}
    others_memory = {name: sum(memory.values()) - own for name, own in memory.items()}
    actors = [
        _beside_record(law, nodes[law.name], record, long_term[law.name], from_start[law.name], others_memory[law.name])
        for law in network.actors
    ]
    fit = SimpleNamespace(network=network, record=record, actors=actors)
    china = fit_china.china_of(fit)
    fit.alternatives = fit_china.under_other_rates(network, nodes, china, others_memory["CHN"], n_paths)
    return fit


def _beside_record(law, nodes, record, long_term, from_start, others_memory):
    """One actor: what was recorded of it, what the model draws, and the forecasts of its years."""
    happened = by_month(record, law.name)
    counts = per_year(happened)
    strikes = strike_probability(law, nodes)
    forecasts = [
        constant_rate(counts),
        long_run(long_term.struck),
        informed(law, happened, strikes, others_memory),
    ]
    return SimpleNamespace(
        name=law.name,
        law=law,
        events=events_of(record, law.name),
        happened=happened,
        counts=counts,
        strikes=strikes,
        long_term=long_term,
        from_start=from_start,
        forecasts=forecasts,
        log=np.array([log_score(p, counts) for p in forecasts]),
        brier=np.array([brier_score(p, counts) for p in forecasts]),
    )


def frequency_table(fit):
    body = [_frequency_row(actor) for actor in fit.actors]
    names = {actor.name for actor in fit.actors}
    others = sorted({measure.actor for measure in fit.record if measure.counts} - names)
    n = sum(len(events_of(fit.record, name)) for name in others)
    body.append([f"no actor: {', '.join(others)}", str(n), f"{12 * n / N_MONTHS:.2f}", *[""] * 8])
    header = [
        "actor", "recorded", "a year", "since 2023", "drawn a year", "strike", "model: median (5–95 %)",
        "P(at least)", "P(at most)", "rank", "a year from 2027",
    ]  # fmt: skip
    return rows(header, body)


def _frequency_row(actor):
    window, n = actor.long_term.struck.sum(axis=0), int(actor.happened.sum())
    low, middle, high = np.quantile(window, [0.05, 0.5, 0.95])
    return [
        actor.name,
        str(n),
        f"{12 * n / N_MONTHS:.2f}",
        str(actor.happened[SINCE_2023:].sum()),
        f"{12 * actor.long_term.drawn.mean():.2f}",
        f"{actor.strikes:.2f}",
        f"{middle:.0f} ({low:.0f}–{high:.0f})",
        f"{(window >= n).mean():.2f}",
        f"{(window <= n).mean():.2f}",
        f"{rank(window, n):.2f}",
        f"{actor.from_start.struck.sum(axis=0).mean() / 5:.2f}",
    ]


def yearly_table(fit):
    """Shares of years with no, one, two, three and more events: recorded, in the long run, from the start."""
    body = []
    for actor in fit.actors:
        start = actor.from_start.struck.T.reshape(actor.from_start.struck.shape[1], -1, 12).sum(axis=2)
        years = [actor.counts[:-1], per_year(actor.long_term.struck.T)[:, :-1], start]
        body.append([actor.name, *(_shares(counts) for counts in years)])
    return rows(["actor", "recorded, 2009–2025", "model, long run", "model, 2027–2031"], body)


def _shares(counts):
    shares = np.bincount(np.minimum(counts, 3).ravel(), minlength=4) / counts.size
    return " / ".join(f"{share:.2f}" for share in shares)


def year_score_table(fit):
    """Log scores of each year, summed over actors."""
    scores = np.sum([actor.log for actor in fit.actors], axis=0)
    counts = np.sum([actor.counts for actor in fit.actors], axis=0)
    body = [
        [str(FIRST_YEAR + k), str(counts[k]), *(f"{score:.2f}" for score in scores[:, k])] for k in range(len(counts))
    ]
    return rows(["year", "events", *FORECASTS], body)


def duration_table(fit):
    body = []
    for kind, label in KINDS.items():
        spells = [spell(measure) for measure in fit.record if measure.counts and measure.measure == kind]
        cells = [label, str(len(spells)), str(sum(ended for _, ended in spells))]
        for months in (6, 12, 36):
            share, error = survival(spells, months)
            model = duration_survival(fit.network.instruments, INSTRUMENT_OF[kind], months)
            cells.append(f"{share:.2f} ± {error:.2f} / {model:.2f}")
        body.append(cells)
    return rows(["instrument", "spells", "ended", "longer than 6 months", "12 months", "36 months"], body)


def score_table(fit):
    log, brier = (np.array([getattr(a, kind) for a in fit.actors]).swapaxes(0, 1) for kind in ("log", "brier"))
    body = []
    for k, actor in enumerate(fit.actors):
        body.append([actor.name, *(f"{s:.2f}" for s in [*log[:, k].sum(axis=1), *brier[:, k].sum(axis=1)])])
    body.append(["all", *(f"{s:.1f}" for s in log.sum(axis=(1, 2))), *(f"{s:.2f}" for s in brier.sum(axis=(1, 2)))])
    body.append(["less constant rate", *_differences(log, 1), *_differences(brier, 2)])
    header = ["actor", *(f"log: {name}" for name in FORECASTS), *(f"Brier: {name}" for name in FORECASTS)]
    return rows(header, body)


def _differences(scores, digits):
    """Cells: the model's forecasts less the first, which is the constant rate; scores [forecast, actor, year]."""
    cells = [""]
    for forecast in scores[1:]:
        value, error = difference(forecast, scores[0])
        cells.append(f"{value:+.{digits}f} ± {error:.{digits}f}".replace("-", "−"))
    return cells


TABLES = {
    "frequency": frequency_table,
    "yearly": yearly_table,
    "shape": fit_china.shape_table,
    "alternatives": fit_china.alternatives_table,
    "kinds": fit_china.kinds_table,
    "durations": duration_table,
    "scores": score_table,
    "years": year_score_table,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE} and draw {PICTURE}")
    options = parser.parse_args()
    if not PAGE.exists():
        sys.exit(f"{PAGE} is not here: run this in the root of the source folder")
    if options.write:
        from fit_picture import draw  # needs python3-matplotlib, which the tests do without
    fit = compute()
    tables = {name: make(fit) for name, make in TABLES.items()}
    if not options.write:
        print("\n\n".join(f"{name}\n\n{table}" for name, table in tables.items()))
        return
    page = PAGE.read_text()
    for name, table in tables.items():
        page = with_part(page, name, table)
    PAGE.write_text(page)
    draw(fit, PICTURE)


if __name__ == "__main__":
    main()
