"""Forecasts of an actor's count of events in each year of the record, and their scores.

A forecast is an array p [year, count]. Counts above the last entry are in it.
"""

import numpy as np
from scipy.linalg import expm
from scipy.stats import poisson

from fit_model import BURN_IN_MONTHS, stationary
from fit_record import N_MONTHS, per_year

MAX_COUNT = 12  # events are at most one a month
N_PARTICLES = 4_000
SEED = 20261101


def year_lengths():
    """Months of the record in each year."""
    return per_year(np.ones(N_MONTHS, int))


def constant_rate(counts):
    """Poisson with the rate of all other years, plus half an event so that none is impossible."""
    lengths = year_lengths()
    rates = (counts.sum() - counts + 0.5) / (N_MONTHS - lengths)
    p = poisson.pmf(np.arange(MAX_COUNT + 1), (rates * lengths)[:, None])
    p[:, -1] += 1 - p.sum(axis=1)
    return p


def long_run(struck):
    """The model without knowledge of the past: frequencies over paths and years; struck [month, path]."""
    counts = per_year(struck.T)
    whole = _frequencies(counts[:, :-1])
    return np.stack([whole] * (counts.shape[1] - 1) + [_frequencies(counts[:, -1])])


def _frequencies(counts):
    return (np.bincount(counts.ravel(), minlength=MAX_COUNT + 1) + 0.5) / (counts.size + 0.5 * (MAX_COUNT + 1))


def informed(actor, happened, strike_probability, others_memory):
    """The model that knows the record to the end of the year before: a bootstrap particle filter.

    A particle is a regime and a memory of own events, those that struck nothing among them. Others' memory
    is held at its long-run mean. happened [month]. Source: Gordon, Salmond & Smith 1993, 10.1049/ip-f-2.1993.0015.
    """
    rng = np.random.default_rng(SEED)
    particles = _Particles(actor, strike_probability, others_memory, rng)
    for _ in range(BURN_IN_MONTHS):
        particles.step()
    p = []
    for first in range(0, N_MONTHS, 12):
        ahead = particles.copy()
        months = range(first, min(first + 12, N_MONTHS))
        p.append(_frequencies(sum(ahead.step() for _ in months)))
        for month in months:
            particles.step(observed=happened[month])
    return np.stack(p)


class _Particles:
    def __init__(self, actor, strike_probability, others_memory, rng):
        self.actor, self.strikes, self.others, self.rng = actor, strike_probability, others_memory, rng
        rates = actor.switch_per_yr - np.diag(np.diag(actor.switch_per_yr))
        self.switch = np.cumsum(expm((rates - np.diag(rates.sum(axis=1))) / 12), axis=1)
        start = np.cumsum(stationary(actor.switch_per_yr))
        self.regime = np.minimum(np.searchsorted(start, rng.random(N_PARTICLES)), len(start) - 1)
        self.memory = np.zeros(N_PARTICLES)

    def copy(self):
        twin = object.__new__(_Particles)
        twin.__dict__.update(self.__dict__)
        return twin

    def step(self, observed=None):
        """A month. Where it is observed whether an event struck, particles that expected it survive.

        Gives 1 for each particle whose event struck.
        """
        u = self.rng.random(N_PARTICLES)
        regime = (u[:, None] >= self.switch[self.regime][:, :-1]).sum(axis=1)
        rate = (
            np.asarray(self.actor.events_per_yr)[regime]
            + self.actor.self_excitation * self.memory
            + self.actor.contagion * self.others
        )
        event_probability = 1 - np.exp(-rate / 12)
        struck_probability = event_probability * self.strikes
        memory = self.memory
        if observed is not None:
            weight = struck_probability if observed else 1 - struck_probability
            kept = self._survivors(weight)
            regime, memory = regime[kept], memory[kept]
            event_probability, struck_probability = event_probability[kept], struck_probability[kept]
            struck = np.full(N_PARTICLES, observed)
        else:
            struck = self.rng.random(N_PARTICLES) < struck_probability
        missed_probability = (event_probability - struck_probability) / (1 - struck_probability)
        missed = ~struck & (self.rng.random(N_PARTICLES) < missed_probability)
        self.regime = regime
        self.memory = memory * np.exp(-self.actor.memory_per_yr / 12) + struck + missed
        return struck.astype(int)

    def _survivors(self, weight):
        """Systematic resampling: as many as before, in proportion to weight."""
        cumulative = np.cumsum(weight) / weight.sum()
        comb = (np.arange(N_PARTICLES) + self.rng.random()) / N_PARTICLES
        return np.searchsorted(cumulative, comb).clip(max=N_PARTICLES - 1)


def log_score(p, counts):
    """-ln of the probability given to what happened, [year]; less is better."""
    return -np.log(p[np.arange(len(counts)), np.minimum(counts, MAX_COUNT)])


def brier_score(p, counts):
    """Squared error of the probability of at least one event, [year]; less is better."""
    return (1 - p[:, 0] - (counts > 0)) ** 2


def rank(simulated, recorded):
    """Where the record falls among simulated values: share below it, and half of those equal."""
    return (simulated < recorded).mean() + (simulated == recorded).mean() / 2


def difference(scores, reference):
    """Sum of a difference of scores [actor, year], and its standard error from the years' sums."""
    by_year = (np.asarray(scores) - np.asarray(reference)).sum(axis=0)
    return by_year.sum(), by_year.std(ddof=1) * len(by_year) ** 0.5
