"""China's events beside the record: their rhythm and kinds, and what other rates would do.

The other actors have too few.
"""

import dataclasses
from types import SimpleNamespace

import numpy as np

from fit_model import sample_from_start, sample_record
from fit_record import per_year
from fit_scores import informed, log_score, rank
from page import rows

BUSY_MONTHS = 40  # from August 2023 to the end of 2026, the record's busy time

# What changes -> fields of the actor.
ALTERNATIVES = {
    "calm lasts: to tense 0.1 a year for 0.35": {"switch_per_yr": np.array([[0.0, 0.1], [0.5, 0.0]])},
    "and is calmer: 0.2 a year for 0.4": {
        "switch_per_yr": np.array([[0.0, 0.1], [0.5, 0.0]]),
        "events_per_yr": np.array([0.2, 3.3]),
    },
    "no regimes: 1.1 a year, nothing bred": {"events_per_yr": np.array([1.1, 1.1]), "self_excitation": 0.0},
}


def under_other_rates(network, nodes, china, others_memory, n_paths):
    """Name of the alternative -> its score, where the record falls in it, and what it expects from 2027."""
    results = {"the baseline": _preference(china, china.forecasts[2], china.long_term, china.from_start)}
    for name, change in ALTERNATIVES.items():
        law = SimpleNamespace(**{**vars(china.law), **change})
        changed = dataclasses.replace(network, actors=[law if a.name == "CHN" else a for a in network.actors])
        forecast = informed(law, china.happened, china.strikes, others_memory)
        long_term, from_start = (sample(changed, nodes, n_paths)["CHN"] for sample in (sample_record, sample_from_start))
        results[name] = _preference(china, forecast, long_term, from_start)
    return results


def _preference(china, forecast, long_term, from_start):
    return SimpleNamespace(
        log=log_score(forecast, china.counts).sum(),
        count_rank=rank(long_term.struck.sum(axis=0), china.happened.sum()),
        gap_rank=rank(longest_gap(long_term.struck), longest_gap(china.happened[:, None])[0]),
        from_start=from_start.struck.sum(axis=0).mean() / 5,
    )


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


def dispersion(struck):
    """Variance of the years' counts over their mean, [path], 0 where there are none; struck [month, path]."""
    counts = per_year(struck.T)
    return counts.var(axis=1, ddof=1) / np.maximum(counts.mean(axis=1), 1e-9)


def minerals_in_an_event(events):
    """Mean over the events of a path, [path]; paths without one are left out."""
    n = events.struck.sum(axis=0)
    return events.minerals.sum(axis=0)[n > 0] / n[n > 0]


def china_of(fit):
    return next(actor for actor in fit.actors if actor.name == "CHN")


def shape_table(fit):
    china = china_of(fit)
    recorded, struck = china.happened[:, None], china.long_term.struck
    minerals = [len({m for measure in measures for m in measure.minerals}) for measures in china.events.values()]
    cases = [
        ("longest time without an event, months", longest_gap(recorded)[0], longest_gap(struck)),
        (f"most events in any {BUSY_MONTHS} months", busiest(recorded, BUSY_MONTHS)[0], busiest(struck, BUSY_MONTHS)),
        ("variance of yearly counts over their mean", dispersion(recorded)[0], dispersion(struck)),
        ("minerals in an event, mean", np.mean(minerals), minerals_in_an_event(china.long_term)),
    ]
    body = []
    for what, record, simulated in cases:
        low, middle, high = np.quantile(simulated, [0.05, 0.5, 0.95])
        body.append([what, f"{record:.1f}", f"{middle:.1f} ({low:.1f}–{high:.1f})", f"{rank(simulated, record):.2f}"])
    return rows(["of China", "recorded", "model: median (5–95 %)", "rank"], body)


def kinds_table(fit):
    """What China uses and whom it aims at, by the first measure of an event, beside the actor's weights."""
    china = china_of(fit)
    first = [measures[0] for measures in china.events.values()]
    instruments, groups = list(fit.network.instruments.name), fit.network.group_names
    kind = np.array(china.law.instrument_weight) / sum(china.law.instrument_weight)
    aim = np.array(china.law.group_weight) / sum(china.law.group_weight)
    body = []
    for name in ["licence", "quota", "ban", "tax"]:
        n = sum(measure.instrument == name for measure in first)
        body.append([name, f"{n} of {len(first)}", f"{kind[instruments.index(name)]:.2f}"])
    n = sum(measure.targets == "everyone" for measure in first)
    body.append(["aimed at everyone", f"{n} of {len(first)}", f"{aim[groups.index('everyone')]:.2f}"])
    return rows(["China's events", "recorded", "weight in the baseline"], body)


def alternatives_table(fit):
    body = [
        [name, f"{result.log:.1f}", f"{result.count_rank:.2f}", f"{result.gap_rank:.2f}", f"{result.from_start:.2f}"]
        for name, result in fit.alternatives.items()
    ]
    header = ["China's rates", "log score, informed", "rank of the count", "rank of the gap", "a year from 2027"]
    return rows(header, body)
