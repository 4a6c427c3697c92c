"""Section 2 of the model page: base outputs, capacities and base flows, from a scenario to a Network.

Arrays: nodes [i], sinks [j], flows [i, j]; tonnes per year unless a name says per step.
"""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from .scenario import ScenarioMistake

DAYS_PER_YEAR = 365.0
SEED_FLOOR = 1e-6
HOME_SHARE_MAX = 0.95
RESIDUAL_AIM = 1e-14
RESIDUAL_ALLOWED = 1e-9


@dataclass
class Stage:
    """One stage of a chain: its nodes and the sinks that buy from it."""

    name: str
    country: np.ndarray  # [i] index of the node's country
    base_t_per_yr: np.ndarray
    capacity_t_per_yr: np.ndarray
    utilisation: np.ndarray
    column: SimpleNamespace  # the other columns of nodes.csv, [i] each
    scale: float  # beta
    sink_country: np.ndarray = None  # [j]
    sink_want_t_per_yr: np.ndarray = None
    flow_t_per_step: np.ndarray = None  # [i, j]
    ipf_residual: float = 0.0

    @property
    def feed_want_t_per_yr(self):
        return self.base_t_per_yr * self.feed_per_output

    @property
    def feed_per_output(self):
        return (1.0 - self.column.secondary_feed_fraction) / self.column.yield_fraction


@dataclass
class Mineral:
    id: str
    column: SimpleNamespace  # minerals.csv
    stages: list
    demand: SimpleNamespace  # demand.csv, [j] each, j the sinks of the last stage
    strategic: SimpleNamespace  # stocks.csv spread over the sinks: tonnes 0 where there is none
    shared_t: float
    floor_ratio: float
    projects: list
    reports: list = field(default_factory=list)


@dataclass
class Network:
    """Everything a path needs to know; nothing random."""

    seed: int
    n_steps: int
    steps_per_year: int
    countries: list
    purchasing_weight: np.ndarray  # [country]
    is_member: np.ndarray  # [country]
    members: list  # country indices in the order of bloc.members
    group_names: list
    group_holds: np.ndarray  # [group, country]
    instruments: SimpleNamespace
    actors: list
    scheduled: list
    minerals: list
    cholesky: np.ndarray
    settings: dict  # bloc, allocation, price_floor, shared_stock, measures

    @property
    def dt(self):
        return 1.0 / self.steps_per_year

    def steps(self, months):
        """Months as a real number of steps."""
        return np.asarray(months, dtype=float) * self.steps_per_year / 12.0

    def whole_steps(self, months):
        """Months rounded to steps, halves to even: for events and decisions."""
        return int(np.rint(months * self.steps_per_year / 12.0))


def calibrate(scenario):
    tree, tables = scenario["tree"], scenario["tables"]
    countries = [row["id"] for row in tables["countries"]]
    index = {name: k for k, name in enumerate(countries)}
    members = [index[name] for name in tree["bloc"]["members"]]
    is_member = np.zeros(len(countries), bool)
    is_member[members] = True
    groups = [_group_mask(group, index, is_member) for group in tree["target_group"]]
    steps_per_year = int(tree["clock"]["steps_per_year"])
    network = Network(
        seed=int(tree["sampling"]["seed"]),
        n_steps=int(round(tree["clock"]["years"] * steps_per_year)),
        steps_per_year=steps_per_year,
        countries=countries,
        purchasing_weight=np.array([row["purchasing_weight"] for row in tables["countries"]]),
        is_member=is_member,
        members=members,
        group_names=[group["name"] for group in tree["target_group"]],
        group_holds=np.array(groups, dtype=bool).reshape(len(groups), len(countries)),
        instruments=_columns(tree["instrument"]),
        actors=[_actor(actor, tree, index) for actor in tree["actor"]],
        scheduled=tree["scheduled"],
        minerals=[],
        cholesky=_cholesky(tables),
        settings={key: tree[key] for key in ("bloc", "allocation", "price_floor", "shared_stock", "measures")},
    )
    network.minerals = [_mineral(row, tree, tables, index, network) for row in tables["minerals"]]
    return network


def _columns(rows):
    """List of equal dicts -> namespace of arrays."""
    keys = rows[0].keys() if rows else []
    return SimpleNamespace(**{key: np.array([row[key] for row in rows]) for key in keys})


def _group_mask(group, index, is_member):
    mask = np.zeros(len(index), bool)
    if "countries" in group:
        mask[[index[name] for name in group["countries"]]] = True
    elif group["name"] == "everyone":
        mask[:] = True
    elif group["name"] == "bloc":
        mask |= is_member
    else:
        raise ScenarioMistake(f"target group {group['name']} names no countries")
    return mask


def _actor(actor, tree, index):
    n_regimes = len(actor["start"])
    switch = np.array(actor.get("switch_per_yr", np.zeros((n_regimes, n_regimes))), dtype=float)
    return SimpleNamespace(
        name=actor["country"],
        country=index[actor["country"]],
        start=np.array(actor["start"], dtype=float),
        switch_per_yr=switch.reshape(n_regimes, n_regimes),
        events_per_yr=np.array(actor["events_per_yr"], dtype=float),
        self_excitation=actor["self_excitation"],
        contagion=actor["contagion"],
        memory_per_yr=actor["memory_per_yr"],
        bundle_correlation=actor["bundle_correlation"],
        enforcement=actor["enforcement"],
        # Weights in the file order of [[instrument]] and [[target_group]], 0 for what is not named.
        instrument_weight=[actor["instruments"].get(row["name"], 0.0) for row in tree["instrument"]],
        group_weight=[actor["targets"].get(row["name"], 0.0) for row in tree["target_group"]],
    )


def _cholesky(tables):
    ids = [row["id"] for row in tables["minerals"]]
    if not tables["correlation"]:
        return np.eye(len(ids))
    rows = {row["mineral"]: row for row in tables["correlation"]}
    return np.linalg.cholesky(np.array([[rows[a][b] for b in ids] for a in ids]))


def _mineral(row, tree, tables, index, network):
    name = row["id"]
    demand_rows = [d for d in tables["demand"] if d["mineral"] == name]
    demand = _columns(demand_rows)
    sink_country = np.array([index[d["country"]] for d in demand_rows], dtype=int)
    mineral = Mineral(
        id=name,
        column=SimpleNamespace(**row),
        stages=[],
        demand=demand,
        strategic=_strategic(name, demand_rows, tables["stocks"]),
        shared_t=_shared_tonnes(name, demand_rows, tree),
        floor_ratio=float(tree["price_floor"]["ratio"].get(name, 0.0)),
        projects=[SimpleNamespace(**p) for p in tables["projects"] if p["mineral"] == name],
    )
    want = np.array(demand.demand_t_per_yr, dtype=float)
    for stage_name in reversed(row["stages"]):
        stage = _stage(name, stage_name, want, sink_country, tree, tables, index, mineral.reports)
        stage.flow_t_per_step = _base_flows(name, stage, tree, tables, index, mineral.reports) * network.dt
        mineral.stages.insert(0, stage)
        want, sink_country = stage.feed_want_t_per_yr, stage.country
    return mineral


def _stage(mineral, stage_name, want, sink_country, tree, tables, index, reports):
    rows = [n for n in tables["nodes"] if n["mineral"] == mineral and n["stage"] == stage_name]
    column = _columns([{k: v for k, v in n.items() if k != "capacity_t_per_yr"} for n in rows])
    output = np.array(column.output_t_per_yr, dtype=float)
    scale = want.sum() / output.sum()
    tolerance = tree["network"]["balance_tolerance"]
    if abs(scale - 1.0) > tolerance:
        raise ScenarioMistake(f"{mineral} {stage_name}: wanted {want.sum()} t/yr, output {output.sum()} t/yr")
    if scale != 1.0:
        reports.append(f"{mineral} {stage_name}: output scaled by {scale:.6f}")
    base = scale * output
    given = [n["capacity_t_per_yr"] for n in rows]
    capacity = np.array([p / 0.9 if k is None else k for k, p in zip(given, output)])
    capacity = np.maximum(capacity, base)
    return Stage(
        name=stage_name,
        country=np.array([index[n["country"]] for n in rows], dtype=int),
        base_t_per_yr=base,
        capacity_t_per_yr=capacity,
        utilisation=np.divide(base, capacity, out=np.zeros_like(base), where=capacity > 0),
        column=column,
        scale=scale,
        sink_country=sink_country,
        sink_want_t_per_yr=want,
    )


def _base_flows(mineral, stage, tree, tables, index, reports):
    """Flows [i, j] in t/yr: the seed, scaled by turns until rows and columns fit."""
    known = {}
    for row in tables["trade"]:
        if row["mineral"] == mineral and row["stage"] == stage.name:
            known.setdefault(index[row["importer"]], {})[index[row["exporter"]]] = row["import_fraction"]
    seed = np.zeros((len(stage.country), len(stage.sink_country)))
    for j, (country, want) in enumerate(zip(stage.sink_country, stage.sink_want_t_per_yr)):
        if want > 0:
            fraction = _seed_fractions(stage, country, want, known.get(country, {}), tree, reports)
            seed[:, j] = want * np.where(stage.base_t_per_yr > 0, np.maximum(fraction, SEED_FLOOR), 0.0)
    flow, stage.ipf_residual = _fit(seed, stage.base_t_per_yr, stage.sink_want_t_per_yr)
    if stage.ipf_residual > RESIDUAL_ALLOWED:
        raise ScenarioMistake(f"{mineral} {stage.name}: base flows do not fit, residual {stage.ipf_residual}")
    return flow


def _seed_fractions(stage, country, want, known, tree, reports):
    """Share of one sink's need that each exporter starts with."""
    base, at_home = stage.base_t_per_yr, stage.country == country
    usable = {exporter: share for exporter, share in known.items() if base[stage.country == exporter].sum() > 0}
    for exporter in known.keys() - usable.keys():
        reports.append(f"{stage.name}: import fraction of country {exporter} dropped, it has no base output")
    if not usable:
        weight = base * np.where(at_home, tree["network"]["home_bias"], 1.0)
        return weight / weight.sum()
    home_share = min(HOME_SHARE_MAX, base[at_home].sum() / want)
    foreign = np.zeros_like(base)
    named = np.isin(stage.country, list(usable))
    for exporter, share in usable.items():
        foreign[stage.country == exporter] = share
    unnamed = ~named & ~at_home
    if base[unnamed].sum() > 0:
        left = max(0.0, 1.0 - sum(usable.values()))
        foreign[unnamed] = left * base[unnamed] / base[unnamed].sum()
    return np.where(at_home, home_share, (1.0 - home_share) * foreign)


def _fit(flow, rows, columns, max_rounds=200_000):
    """Iterative proportional fitting. Returns the flows and the largest residual over the total."""
    total = columns.sum()
    residual = 0.0
    if total == 0:
        return flow, residual
    for _ in range(max_rounds):
        row_sum = flow.sum(axis=1)
        flow = flow * np.divide(rows, row_sum, out=np.zeros_like(rows), where=row_sum > 0)[:, None]
        column_sum = flow.sum(axis=0)
        flow = flow * np.divide(columns, column_sum, out=np.zeros_like(columns), where=column_sum > 0)
        residual = max(np.abs(flow.sum(axis=1) - rows).max(), np.abs(flow.sum(axis=0) - columns).max()) / total
        if residual < RESIDUAL_AIM:
            break
    return flow, residual


def _strategic(mineral, demand_rows, stock_rows):
    """stocks.csv spread over the sinks of the last stage."""
    held = {row["holder"]: row for row in stock_rows if row["mineral"] == mineral}
    unknown = held.keys() - {d["country"] for d in demand_rows}
    if unknown:
        raise ScenarioMistake(f"{mineral}: stock holders without demand: {sorted(unknown)}")
    none = {"tonnes": 0.0, "trigger_fraction": 0.0, "latency_months": 0.0, "release_rate": 0.0, "buy_below": 0.0}
    rows = []
    for sink in demand_rows:
        row = {key: held.get(sink["country"], none).get(key) for key in none}
        if row["tonnes"] is None:
            days = held[sink["country"]]["days"] or 0.0
            row["tonnes"] = days * sink["demand_t_per_yr"] / DAYS_PER_YEAR
        rows.append(row)
    return _columns(rows)


def _shared_tonnes(mineral, demand_rows, tree):
    shared = tree["shared_stock"]
    if mineral in shared["tonnes"]:
        return float(shared["tonnes"][mineral])
    members = set(tree["bloc"]["members"])
    demand = sum(d["demand_t_per_yr"] for d in demand_rows if d["country"] in members)
    return float(shared["days"].get(mineral, 0.0)) * demand / DAYS_PER_YEAR
