"""How much faster is the engine than what a user of JAX or CuPy would write in an afternoon?

    peer_arrays.py BLOCRISK [--library jax|cupy|numpy] [--paths N] [--repetitions 3] [--json FILE] [-- OPTION...]

The peer is one mineral's chain as arrays over paths, float32: price, outages, a restriction, deliveries and
refilling of gaps stage by stage, commercial stocks, the shortfall. JAX compiles a scan over steps,
CuPy and NumPy loop over steps. It does less than the engine, which on the same mineral also has
layer 1 with its actors, events by target group, feed, strategic and shared stocks, substitution, projects,
twelve measures, histograms and timelines: the ratio understates. Takes the first of jax, cupy, numpy that is
installed and says which; options after `--` go to `blocrisk run`, as in `-- --backend cuda`.
"""

import argparse
import importlib
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # the engine wants memory too

import variants
from measuring import as_json, run_once

N_STEPS = 60  # the baseline's five years of twelve
PATHS_ON = {"jax": 200_000, "cupy": 100_000, "numpy": 5_000}
ENGINE_PATHS = 200_000


class Chain:
    """The baseline's first mineral: what each stage makes, how it flows, what is needed."""

    def __init__(self, numpy):
        mineral = variants.read_table("minerals")[0]
        nodes = [row for row in variants.read_table("nodes") if row["mineral"] == mineral["id"]]
        demand = [row for row in variants.read_table("demand") if row["mineral"] == mineral["id"]]
        as_array = lambda rows, column: numpy.array([v for row in rows if (v := float(row[column] or 0)) > 0], numpy.float32) / 12
        self.name = mineral["id"]
        self.outputs = [as_array([n for n in nodes if n["stage"] == stage], "output_t_per_yr") for stage in mineral["stages"].split(";")]
        self.needs = [output * output.sum() for output in self.outputs[1:]] + [as_array(demand, "demand_t_per_yr")]
        self.needs = [need / need.sum() * output.sum() for need, output in zip(self.needs, self.outputs)]
        self.flows = [numpy.outer(numpy.ones_like(output), need / need.sum()) for output, need in zip(self.outputs, self.needs)]

    def sizes(self):
        return [flow.shape for flow in self.flows]


def start(xp, chain, n_paths):
    zeros = lambda n: xp.zeros((n_paths, n), xp.float32)
    return {
        "price": zeros(1)[:, 0],
        "short": zeros(1)[:, 0],
        "broken": [zeros(len(output)) for output in chain.outputs],
        "restricted": [zeros(len(output)) for output in chain.outputs],
        "stock": xp.ones((n_paths, len(chain.needs[-1])), xp.float32) * chain.needs[-1],
    }


def flip(xp, on, uniform, start_probability, end_probability):
    return xp.where(uniform < xp.where(on > 0, end_probability, start_probability), 1 - on, on)


def step(xp, chain, state, normal, uniforms):
    """One month of every path; `uniforms`: per stage two arrays (path, node)."""
    log_price = 0.97 * state["price"] + 0.08 * normal
    price = xp.exp(xp.clip(log_price, -2.5, 2.5))
    feed, broken, restricted = None, [], []
    for s, (output, need, flow) in enumerate(zip(chain.outputs, chain.needs, chain.flows)):
        broken.append(flip(xp, state["broken"][s], uniforms[s][0], 0.02, 0.3))
        restricted.append(flip(xp, state["restricted"][s], uniforms[s][1], 0.02, 0.05))
        made = output * (1 - 0.5 * broken[s]) * xp.minimum(1, 0.8 + 0.2 * price)[:, None]
        made = made if feed is None else made * feed
        offered = made[:, :, None] * flow * (1 - 0.4 * restricted[s])[:, :, None]
        delivered = offered.sum(axis=1)
        gap = xp.maximum(need - delivered, 0)
        left = xp.maximum(made.sum(axis=1) - delivered.sum(axis=1), 0)
        wanted = gap.sum(axis=1)
        filled = gap * xp.where(wanted > 0, xp.minimum(left / xp.where(wanted > 0, wanted, 1), 1), 0)[:, None]
        feed = (delivered + filled) / need
    gap = gap - filled
    drawn = xp.minimum(gap, 0.5 * state["stock"])
    stock = state["stock"] - drawn + 0.05 * (need - (state["stock"] - drawn))
    short = state["short"] + ((gap - drawn) / need).sum(axis=1)
    return {"price": log_price, "short": short, "broken": broken, "restricted": restricted, "stock": stock}


def jax_sampler(chain, n_paths):
    jax = importlib.import_module("jax")
    xp = jax.numpy

    def one_step(state, key):
        keys = jax.random.split(key, 1 + 2 * len(chain.outputs))
        normal = jax.random.normal(keys[0], (n_paths,), xp.float32)
        draw = lambda k, s: jax.random.uniform(keys[k], (n_paths, len(chain.outputs[s])), xp.float32)
        uniforms = [(draw(1 + 2 * s, s), draw(2 + 2 * s, s)) for s in range(len(chain.outputs))]
        return step(xp, chain, state, normal, uniforms), None

    @jax.jit
    def sample(seed):
        keys = jax.random.split(jax.random.PRNGKey(seed), N_STEPS)
        return jax.lax.scan(one_step, start(xp, chain, n_paths), keys)[0]["short"].mean()

    return lambda seed: float(sample(seed)), str(jax.devices()[0])


def eager_sampler(library, chain, n_paths):
    xp = importlib.import_module(library)
    for name in ("outputs", "needs", "flows"):
        setattr(chain, name, [xp.asarray(values) for values in getattr(chain, name)])

    def sample(seed):
        random = xp.random.default_rng(seed)
        state = start(xp, chain, n_paths)
        for _ in range(N_STEPS):
            draw = lambda s: random.random((n_paths, len(chain.outputs[s])), dtype=xp.float32)
            uniforms = [(draw(s), draw(s)) for s in range(len(chain.outputs))]
            state = step(xp, chain, state, random.standard_normal(n_paths, dtype=xp.float32), uniforms)
        return float(state["short"].mean())

    return sample, "CPU" if library == "numpy" else f"CUDA device {xp.cuda.Device().id}"


def installed(asked):
    for library in [asked] if asked else PATHS_ON:
        try:
            module = importlib.import_module(library)
            if library == "cupy":
                module.zeros(1)  # the package may be there without a device
            return library, module.__version__
        except Exception as error:
            print(f"no {library}: {type(error).__name__}")
    raise SystemExit("neither JAX nor CuPy nor NumPy works here")


def peer_rates(asked, library):
    n_paths = asked.paths or PATHS_ON[library]
    chain = Chain(importlib.import_module("numpy"))
    if library == "jax":
        sample, device = jax_sampler(chain, n_paths)
    else:
        sample, device = eager_sampler(library, chain, n_paths)
    sample(0)  # compiles, reserves
    rates = []
    for seed in range(1, asked.repetitions + 1):
        begin = time.perf_counter()
        sample(seed)  # a float comes back, so all work is done
        rates.append(n_paths * N_STEPS / (time.perf_counter() - begin))
    return chain, n_paths, device, rates


def engine_rates(asked, folder):
    scenario = variants.write_minerals(Path(folder) / "mineral", 1)
    runs = [run_once(asked.program, scenario, asked.paths or ENGINE_PATHS, asked.options) for _ in range(asked.repetitions)]
    return [run.paths * N_STEPS / run.sample_s for run in runs]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--library", choices=PATHS_ON)
    parser.add_argument("--paths", type=int)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--json", help="file for the figures")
    words = [*sys.argv[1:], "--"]
    own, options = words[: words.index("--")], words[words.index("--") + 1 : -1]
    asked = parser.parse_args(own, argparse.Namespace(options=options))

    library, version = installed(asked.library)
    chain, n_paths, device, peer = peer_rates(asked, library)
    with tempfile.TemporaryDirectory() as folder:
        engine = engine_rates(asked, folder)
    ratio = max(engine) / max(peer)
    print(f"{chain.name}, (nodes, sinks) of each stage {chain.sizes()}, {N_STEPS} steps; best of {asked.repetitions}")
    print(f"{library} {version} on {device}, {n_paths:,} paths: {max(peer):.3g} path-steps/s, a simpler step")
    print(f"engine, {' '.join(asked.options) or 'as it chooses'}: {max(engine):.3g} path-steps/s, the whole law and its statistics")
    print(f"engine over {library}: {ratio:.1f}")
    if asked.json:
        told = {"library": library, "version": version, "device": device, "paths": n_paths, "steps": N_STEPS}
        Path(asked.json).write_text(as_json(peer=told | {"path_steps_per_s": peer}, engine={"options": asked.options, "path_steps_per_s": engine}, ratio=ratio))


if __name__ == "__main__":
    main()
