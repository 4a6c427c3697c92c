"""Section 3 of the model page, layer 1: regimes, restriction events and correlated price shocks of many paths.

Arrays are [step, path]. The world knows no minerals beyond the names a scheduled event carries.
"""

from types import SimpleNamespace

import numpy as np
from scipy.linalg import expm

from .draws import StepWords, happens, happens_truncated, normal, pick, pick_thresholds


def sample_world(network, draws):
    actors = [_ActorPaths(actor, network, draws) for actor in network.actors]
    scheduled = [_scheduled(event, network, draws) for event in network.scheduled]
    memory = np.zeros((len(actors), draws.n_paths))
    for step in range(network.n_steps):
        for actor in actors:
            actor.switch_regime(step)
        remembered = memory.sum(axis=0)
        for k, actor in enumerate(actors):
            rate = (
                actor.regime_rate(step) * network.settings["bloc"]["retaliation"]
                + actor.law.self_excitation * memory[k]
                + actor.law.contagion * (remembered - memory[k])
            )
            actor.draw_event(step, rate)
        for k, actor in enumerate(actors):
            count = actor.event[step].astype(float)
            for event in scheduled:
                if event.actor == actor.law.name and event.step == step:
                    count = count + event.happens
            memory[k] = memory[k] * np.exp(-actor.law.memory_per_yr * network.dt) + count
    return SimpleNamespace(
        actors={actor.law.name: actor for actor in actors},
        scheduled=scheduled,
        shock=_price_shocks(network, draws),
    )


class _ActorPaths:
    """One actor's regime and drawn events on every path."""

    def __init__(self, law, network, draws):
        self.law, self.network, self.draws = law, network, draws
        shape = (network.n_steps, draws.n_paths)
        self.regime = np.zeros(shape, int)
        self.event = np.zeros(shape, bool)
        self.instrument = np.zeros(shape, int)
        self.group = np.zeros(shape, int)
        self.n_steps_in_force = np.zeros(shape, int)
        self.bundle = np.zeros(shape)  # Z
        rates = law.switch_per_yr - np.diag(np.diag(law.switch_per_yr))
        generator = rates - np.diag(rates.sum(axis=1))
        self.switch_thresholds = pick_thresholds(np.maximum(expm(generator * network.dt), 0.0))
        start_word = draws.words(("regime_start", law.name))[0]
        self.current = pick(start_word, pick_thresholds(law.start))
        self.regime_words = StepWords(draws, [("regime", law.name)])
        self.event_words = StepWords(draws, [("event", law.name)])

    def switch_regime(self, step):
        word = self.regime_words.at(step)[:, 0]
        self.current = pick(word, self.switch_thresholds[self.current])
        self.regime[step] = self.current

    def regime_rate(self, step):
        return self.law.events_per_yr[self.regime[step]]

    def draw_event(self, step, rate_per_yr):
        probability = 1.0 - np.exp(-rate_per_yr * self.network.dt)
        self.event[step] = happens_truncated(self.event_words.at(step)[:, 0], probability)
        if not self.event[step].any():
            return
        w_instrument, w_group, w_acute, w_duration = self.draws.words(("event_pick", self.law.name), step)
        self.instrument[step] = pick(w_instrument, pick_thresholds(self.law.instrument_weight))
        self.group[step] = pick(w_group, pick_thresholds(self.law.group_weight))
        self.n_steps_in_force[step] = draw_duration(self.network, self.instrument[step], w_acute, w_duration)
        self.bundle[step] = normal(self.draws.words(("event_bundle", self.law.name), step)[0])


def draw_duration(network, instrument, w_acute, w_duration):
    """Whole steps in force, from the instrument's mixture of two log-normals."""
    law = network.instruments
    acute = happens(w_acute, law.acute_probability[instrument])
    median = np.where(acute, law.acute_median_months[instrument], law.structural_median_months[instrument])
    log_sd = np.where(acute, law.acute_log_sd[instrument], law.structural_log_sd[instrument])
    return steps_in_force(network.steps(median * np.exp(log_sd * normal(w_duration))))


def steps_in_force(duration_steps):
    """A duration of d steps is in force for ceil(d) steps; a remainder below 1e-6 counts as none."""
    return np.maximum(1, np.ceil(np.asarray(duration_steps) - 1e-6)).astype(int)


def _scheduled(event, network, draws):
    w_happens, w_acute, w_duration, _ = draws.words(("scheduled", event["name"]))
    instrument = list(network.instruments.name).index(event["instrument"])
    if "duration_months" in event:
        n_steps = np.full(draws.n_paths, steps_in_force(network.steps(event["duration_months"])))
    else:
        n_steps = draw_duration(network, np.full(draws.n_paths, instrument), w_acute, w_duration)
    return SimpleNamespace(
        actor=event["actor"],
        step=network.whole_steps(event["month"]),
        happens=happens(w_happens, event["probability"]),
        instrument=instrument,
        group=network.group_names.index(event["target"]),
        n_steps_in_force=n_steps,
        minerals=event.get("minerals") or None,  # None: all of the actor's
    )


def _price_shocks(network, draws):
    """Correlated standard normals [step, path, mineral]."""
    words = StepWords(draws, [("price", mineral.id) for mineral in network.minerals])
    return np.stack([normal(words.at(step)) @ network.cholesky.T for step in range(network.n_steps)])
