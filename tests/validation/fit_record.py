"""The record of configs/fit/restrictions.csv: measures, events by actor and month, spells and their survival.

Months count from January 2009, the first of the record; a date is in the month that holds it.
"""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

RECORD = Path("configs/fit/restrictions.csv")
FIRST_YEAR = 2009
N_MONTHS = 12 * (2026 - FIRST_YEAR) + 10  # to the end of October 2026, when the record was last read over
DAYS_PER_MONTH = 365.25 / 12

# The record's measures as the baseline's instruments: an embargo is a ban on a named country.
INSTRUMENT_OF = {"licence": "licence", "quota": "quota", "ban": "ban", "embargo": "ban", "tax": "tax"}


@dataclass
class Measure:
    id: str
    actor: str
    minerals: list
    measure: str
    start: date
    end: date | None  # None: in force when last seen
    severity: float
    targets: str

    @property
    def instrument(self):
        return INSTRUMENT_OF[self.measure]

    @property
    def month(self):
        return 12 * (self.start.year - FIRST_YEAR) + self.start.month - 1

    @property
    def counts(self):
        """Whether it is an event of the model: it withheld tonnes of a mineral of the scenario."""
        return self.severity > 0 and bool(self.minerals) and 0 <= self.month < N_MONTHS


def read_record(path=RECORD):
    """All rows, those that do not count as events too."""
    with open(path, newline="", encoding="utf-8") as file:
        return [
            Measure(
                id=row["id"],
                actor=row["actor"],
                minerals=[mineral for mineral in row["minerals"].split(";") if mineral],
                measure=row["measure"],
                start=date.fromisoformat(row["start"]),
                end=date.fromisoformat(row["end"]) if row["end"] else None,
                severity=float(row["severity"]),
                targets=row["targets"],
            )
            for row in csv.DictReader(file)
        ]


def events_of(measures, actor):
    """Events of an actor: month -> its measures. Measures of one month are one event, as in the model."""
    events = {}
    for measure in measures:
        if measure.counts and measure.actor == actor:
            events.setdefault(measure.month, []).append(measure)
    return events


def by_month(measures, actor):
    """True [month] where the actor issued an event."""
    happened = np.zeros(N_MONTHS, bool)
    happened[list(events_of(measures, actor))] = True
    return happened


def per_year(by_month_array):
    """Sums over calendar years [..., year] of an array [..., month]; the last year is as long as the record."""
    edges = range(0, N_MONTHS, 12)
    return np.stack([by_month_array[..., first : first + 12].sum(axis=-1) for first in edges], axis=-1)


def spell(measure):
    """Months in force, and whether it ended within the record."""
    last_day = date(FIRST_YEAR + N_MONTHS // 12, N_MONTHS % 12 + 1, 1)
    ended = measure.end is not None and measure.end < last_day
    end = measure.end if ended else last_day
    return max((end - measure.start).days, 1) / DAYS_PER_MONTH, ended


def survival(spells, months):
    """Kaplan-Meier: share of spells longer than `months`, with Greenwood's standard error.

    spells: pairs (months in force, whether it ended). Source: Kaplan & Meier 1958, 10.2307/2281868.
    """
    share, variance = 1.0, 0.0
    for time in sorted({length for length, ended in spells if ended and length <= months}):
        at_risk = sum(length >= time for length, _ in spells)
        ends = sum(ended and length == time for length, ended in spells)
        share *= 1 - ends / at_risk
        if at_risk > ends:
            variance += ends / (at_risk * (at_risk - ends))
    return share, share * variance**0.5
