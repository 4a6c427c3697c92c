"""Small scenarios built in memory for the tests of the reference: one mineral, few countries, all off by default."""

from copy import deepcopy

from blocrisk_reference.calibrate import calibrate
from blocrisk_reference.scenario import complete

LASTING = 10_000  # months


def instrument(name="ban", initial=1.0, settled=None, months=LASTING):
    """Always the same duration; settles at once to `settled`."""
    return {
        "name": name, "initial_severity": initial, "settled_severity": initial if settled is None else settled,
        "settling_months": 1.0, "acute_probability": 0.0, "acute_median_months": 1.0, "acute_log_sd": 0.0,
        "structural_median_months": months, "structural_log_sd": 0.0,
    }  # fmt: skip


def mineral(**change):
    row = {
        "id": "ore", "name": "Ore", "stages": "mine", "price_usd_per_t": 1000.0, "at_risk_usd_per_t": 5000.0,
        "volatility_per_sqrt_yr": 0.0, "reversion_per_yr": 0.0, "demand_elasticity": 0.0, "supply_elasticity": 1.0,
        "max_response_fraction": 0.0, "spot_fraction": 0.2, "surge_fraction": 0.0, "leakage_fraction": 0.0,
        "leakage_months": 3.0, "close_ratio": 0.5, "close_per_yr": 0.0, "open_per_yr": 0.0,
    }  # fmt: skip
    return {**row, **change}


def node(country, output, stage="mine", **change):
    return {
        "mineral": "ore", "stage": stage, "country": country, "output_t_per_yr": float(output),
        "cash_cost_ratio": 0.1, **change,
    }  # fmt: skip


def sink(country, demand, **change):
    return {
        "mineral": "ore", "country": country, "demand_t_per_yr": float(demand),
        "commercial_stock_days": 0.0, **change,
    }  # fmt: skip


def actor(country, events_per_yr=0.0, **change):
    return {
        "country": country, "events_per_yr": [events_per_yr], "instruments": {"ban": 1.0},
        "targets": {"everyone": 1.0}, **change,
    }  # fmt: skip


def scheduled(name, country, month, instrument_name="ban", target="everyone", **change):
    return {
        "name": name, "actor": country, "month": month, "probability": 1.0,
        "instrument": instrument_name, "target": target, **change,
    }  # fmt: skip


def network(nodes, sinks, minerals=None, members=("BUY",), years=2, steps_per_year=12, seed=7, tables=None, **tree):
    """A calibrated network; `tree` adds or replaces sections of the TOML."""
    minerals = minerals or [mineral()]
    names = sorted({row["country"] for row in nodes + sinks})
    whole = {
        "name": "tiny", "clock": {"years": years, "steps_per_year": steps_per_year}, "sampling": {"seed": seed},
        "bloc": {"members": list(members), "pooling": False}, "instrument": [instrument()],
        "target_group": [{"name": "everyone"}], **tree,
    }  # fmt: skip
    all_tables = {
        "countries": [{"id": name, "name": name} for name in names],
        "minerals": minerals, "nodes": nodes, "demand": sinks, **(tables or {}),
    }  # fmt: skip
    return calibrate(complete(deepcopy({"tree": whole, "tables": all_tables})))
