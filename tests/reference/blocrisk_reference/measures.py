"""Section 5: what a path is remembered by, from the records of its chains.

Inputs are [step, path, sink]; results [path, member, mineral], [path, member], [path, member, year]
and timelines [path, ..., step].
"""

import numpy as np

CELL_MEASURES = (
    "shortfall", "peak", "months_short", "longest_spell", "first_short", "recovery", "drawn",
    "curtailed", "extra_cost", "price_shock_cost", "loss", "essential_shortfall",
)  # fmt: skip


def measure(network, chains):
    """chains: one record per mineral, in order."""
    n_paths = chains[0].price.shape[1]
    n_members, n_minerals = len(network.members), len(chains)
    cells = {name: np.zeros((n_paths, n_members, n_minerals)) for name in CELL_MEASURES}
    cells["first_short"][:] = network.n_steps * 12.0 / network.steps_per_year
    time = {
        "timeline_shortfall": np.zeros((n_paths, n_members, n_minerals, network.n_steps)),
        "timeline_days_of_cover": np.zeros((n_paths, n_members, n_minerals, network.n_steps)),
        "timeline_price_ratio": np.stack([c.price.T for c in chains], axis=1),
        "timeline_restricted_fraction": np.stack([c.restricted_fraction.T for c in chains], axis=1),
    }
    loss_per_step = np.zeros((network.n_steps, n_paths, n_members))
    for m, (mineral, record) in enumerate(zip(network.minerals, chains)):
        for b, member in enumerate(network.members):
            for j in np.flatnonzero(mineral.stages[-1].sink_country == member):
                if mineral.demand.demand_t_per_yr[j] <= 0:
                    continue
                cell, loss = _measure_cell(network, mineral, record, j)
                for name, value in cell.items():
                    cells[name][:, b, m] = value
                loss_per_step[:, :, b] += loss
                time["timeline_shortfall"][:, b, m] = (record.unmet[:, :, j] / record.reference[:, :, j]).T
                time["timeline_days_of_cover"][:, b, m] = record.days_of_cover[:, :, j].T
    annual = _annual(network, loss_per_step)
    members = {
        "member_loss": loss_per_step.sum(axis=0),
        "member_annual_loss": annual,
        "member_worst_year_loss": annual.max(axis=2, initial=0.0),
        "member_price_shock_cost": cells["price_shock_cost"].sum(axis=2),
    }
    return {**cells, **members, **time}


def _measure_cell(network, mineral, record, j):
    """Measures of one sink [path] and its loss [step, path]."""
    unmet, need, reference = record.unmet[:, :, j], record.need[:, :, j], record.reference[:, :, j]
    total = reference.sum(axis=0)
    used = need - unmet
    base_price = mineral.column.price_usd_per_t
    without = record.price_without_scarcity
    paid = np.where(record.sink_restricts[:, :, j], without, record.price + record.floor_lift)
    extra = np.maximum(paid - without, 0.0) * base_price * used
    shock = np.maximum(without - 1.0, 0.0) * base_price * used
    loss = unmet * mineral.column.at_risk_usd_per_t + extra
    essential = mineral.demand.essential_fraction[j]
    beyond = np.maximum(unmet - (1.0 - essential) * reference, 0.0).sum(axis=0)
    ratio = unmet / reference
    cell = {
        "shortfall": unmet.sum(axis=0) / total,
        "peak": _peak(network, ratio),
        "drawn": record.drawn[:, :, j].sum(axis=0) / total,
        "curtailed": (reference - need).sum(axis=0) / total,
        "extra_cost": extra.sum(axis=0),
        "price_shock_cost": shock.sum(axis=0),
        "loss": loss.sum(axis=0),
        "essential_shortfall": beyond / (essential * total) if essential > 0 else np.zeros_like(total),
        **_spells(network, ratio > network.settings["measures"]["short_threshold"]),
    }
    return cell, loss


def _peak(network, ratio):
    """Largest mean over a full window of three months; ratio [step, path]."""
    window = max(1, int(np.rint(network.steps_per_year / 4)))
    if len(ratio) < window:
        return np.zeros(ratio.shape[1])
    means = np.lib.stride_tricks.sliding_window_view(ratio, window, axis=0).mean(axis=-1)
    return means.max(axis=0)


def _spells(network, short):
    """Measures in months from a mask short [step, path]."""
    n_steps, n_paths = short.shape
    months = 12.0 / network.steps_per_year
    spell, longest = np.zeros(n_paths), np.zeros(n_paths)
    for now in short:
        spell = np.where(now, spell + 1, 0)
        longest = np.maximum(longest, spell)
    ever = short.any(axis=0)
    first = np.where(ever, short.argmax(axis=0), n_steps)
    recovered = np.full(n_paths, n_steps)
    year = network.steps_per_year
    for start in range(n_steps - year, -1, -1):
        clean = ~short[start : start + year].any(axis=0) & (start > first)
        recovered = np.where(clean, start, recovered)
    return {
        "months_short": short.sum(axis=0) * months,
        "longest_spell": longest * months,
        "first_short": first * months,
        "recovery": np.where(ever, recovered - first, 0) * months,
    }


def _annual(network, loss_per_step):
    """Loss per whole year, [path, member, year]."""
    spy = network.steps_per_year
    years = [loss_per_step[y * spy : (y + 1) * spy].sum(axis=0) for y in range(network.n_steps // spy)]
    return np.stack(years, axis=2) if years else np.zeros(loss_per_step.shape[1:] + (0,))
