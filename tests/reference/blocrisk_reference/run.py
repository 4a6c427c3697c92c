"""A scenario and a range of paths in, per-path measures out."""

from .attribution import Attribution, per_member
from .calibrate import calibrate
from .chain import run_chain
from .draws import Draws
from .measures import measure
from .scenario import load_scenario
from .world import sample_world


def load_and_calibrate(scenario_path, sets=()):
    return calibrate(load_scenario(scenario_path, sets))


def simulate(network, first_path, n_paths, observer=None, attribute=False):
    """`network` is a calibrated Network or the path of a scenario. Returns a dict of arrays, path first.

    observer(chain, step) sees every chain after every step. `attribute` adds `attribution`, which is large.
    """
    if not hasattr(network, "minerals"):
        network = load_and_calibrate(network)
    draws = Draws(network.seed, first_path, n_paths)
    world = sample_world(network, draws)
    attributions = [Attribution(network, mineral, n_paths) for mineral in network.minerals if attribute]
    chains = []
    for m, mineral in enumerate(network.minerals):
        observers = [watch for watch in (observer, attributions[m].add_step if attribute else None) if watch]
        chains.append(run_chain(network, mineral, world, draws, *observers))
    measures = measure(network, chains)
    if attribute:
        measures["attribution"] = per_member(network, network.minerals, attributions)
    return measures
