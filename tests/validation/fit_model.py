"""Events that the baseline draws: layer 1 of the model, from the slow reference.

The reference agrees with the engine path by path. An event *strikes* where it includes at least one node of its
actor; the record can hold no others.
"""

import dataclasses
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from scipy.special import ndtri
from scipy.stats import norm

from fit_record import N_MONTHS

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "reference"))
from blocrisk_reference.draws import Draws, StepWords, normal  # noqa: E402
from blocrisk_reference.run import load_and_calibrate  # noqa: E402
from blocrisk_reference.world import sample_world  # noqa: E402

BASELINE = "configs/baseline/scenario.toml"
BURN_IN_MONTHS = 60  # many times the memory of events, which fades at 2 to 3 a year
HORIZON_MONTHS = 60  # of the baseline


def stationary(switch_per_yr):
    """Long-run shares of the regimes under their switching rates."""
    rates = switch_per_yr - np.diag(np.diag(switch_per_yr))
    generator = rates - np.diag(rates.sum(axis=1))
    n = len(generator)
    return np.linalg.lstsq(np.vstack([generator.T, np.ones(n)]), np.append(np.zeros(n), 1.0), rcond=None)[0]


def load_baseline():
    """The baseline's network, and per actor its nodes that a drawn event may include."""
    network = load_and_calibrate(BASELINE)
    return network, {actor.name: _nodes(network, actor) for actor in network.actors}


def _nodes(network, actor):
    return [
        SimpleNamespace(
            mineral=mineral.id,
            tag=("include", mineral.id, stage.name, actor.name),
            probability=stage.column.inclusion_probability[node],
        )
        for mineral in network.minerals
        for stage in mineral.stages
        for node in np.flatnonzero(stage.country == actor.country)
        if stage.column.inclusion_probability[node] > 0
    ]


def sample_record(network, nodes, n_paths):
    """Months like those of the record on many paths, in the long run: no scheduled events, regimes stationary."""
    actors = [SimpleNamespace(**{**vars(a), "start": stationary(a.switch_per_yr)}) for a in network.actors]
    long_run = dataclasses.replace(network, actors=actors, scheduled=[])
    sampled = _sample(long_run, nodes, BURN_IN_MONTHS + N_MONTHS, n_paths)
    for events in sampled.values():
        for name in ("drawn", "struck", "minerals"):
            setattr(events, name, getattr(events, name)[BURN_IN_MONTHS:])
    return sampled


def sample_from_start(network, nodes, n_paths):
    """The baseline's own months, from its start state and with what it schedules."""
    return _sample(network, nodes, HORIZON_MONTHS, n_paths)


def _sample(network, nodes, n_steps, n_paths):
    """Per actor: `drawn`, `struck` [step, path], number of `minerals` struck [step, path]."""
    if network.steps_per_year != 12:
        raise ValueError("the record is by month, and so must the scenario be")
    bare = dataclasses.replace(network, minerals=[], cholesky=np.zeros((0, 0)), n_steps=n_steps)  # no prices
    draws = Draws(network.seed, 0, n_paths)
    world = sample_world(bare, draws)
    return {name: _strikes(actor, nodes[name], draws) for name, actor in world.actors.items()}


def _strikes(actor, nodes, draws):
    minerals = np.zeros(actor.event.shape, int)
    r = actor.law.bundle_correlation
    for mineral in sorted({node.mineral for node in nodes}):
        struck = np.zeros(actor.event.shape, bool)
        for node in nodes:
            if node.mineral != mineral:
                continue
            words = StepWords(draws, [node.tag])
            for step in np.flatnonzero(actor.event.any(axis=1)):
                own = normal(words.at(step)[:, 0])
                score = np.sqrt(r) * actor.bundle[step] + np.sqrt(1 - r) * own
                struck[step] |= actor.event[step] & (score < ndtri(node.probability))
        minerals += struck
    return SimpleNamespace(drawn=actor.event, struck=minerals > 0, minerals=minerals)


def strike_probability(actor, nodes, n_points=4001):
    """Probability that an event includes a node, by quadrature over the event's own normal."""
    z = norm.ppf((np.arange(n_points) + 0.5) / n_points)
    r = actor.bundle_correlation
    spared = np.ones_like(z)
    for node in nodes:
        spared *= 1 - norm.cdf((ndtri(node.probability) - np.sqrt(r) * z) / np.sqrt(1 - r))
    return 1 - spared.mean()


def duration_survival(instruments, name, months):
    """Probability that a drawn duration of an instrument is longer than `months`."""
    k = list(instruments.name).index(name)
    acute = instruments.acute_probability[k]

    def longer(part):
        median, log_sd = getattr(instruments, f"{part}_median_months")[k], getattr(instruments, f"{part}_log_sd")[k]
        return norm.sf(np.log(months / median) / log_sd)

    return acute * longer("acute") + (1 - acute) * longer("structural")
