"""A scenario and a range of paths in, per-path measures out."""

from .calibrate import calibrate
from .chain import run_chain
from .draws import Draws
from .measures import measure
from .scenario import load_scenario
from .world import sample_world


def load_and_calibrate(scenario_path, sets=()):
    return calibrate(load_scenario(scenario_path, sets))


def simulate(network, first_path, n_paths, observer=None):
    """`network` is a calibrated Network or the path of a scenario. Returns a dict of arrays, path first.

    observer(chain, step) sees every chain after every step.
    """
    if not hasattr(network, "minerals"):
        network = load_and_calibrate(network)
    draws = Draws(network.seed, first_path, n_paths)
    world = sample_world(network, draws)
    return measure(network, [run_chain(network, mineral, world, draws, observer) for mineral in network.minerals])
