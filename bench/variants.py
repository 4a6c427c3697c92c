"""Scenario folders for benchmarks: the baseline with few minerals, and networks of any size.

    write_minerals(FOLDER, count)                    the baseline's first minerals alone
    write_network(FOLDER, nodes, sinks, members)     one mineral, two stages, made up

Both keep the baseline's actors, instruments and target groups, so layer 1 is the same in all.
"""

import csv
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ROOT / "configs/baseline"
MINERAL = "gallium"  # the law of the made-up mineral


def write_minerals(folder, count):
    tables = {name: read_table(name) for name in table_names()}
    kept = [row["id"] for row in tables["minerals"]][:count]
    tables["minerals"] = tables["minerals"][:count]
    for name in ("nodes", "demand", "trade", "stocks", "projects"):
        tables[name] = [row for row in tables[name] if row["mineral"] in kept]
    tables["correlation"] = [
        {"mineral": row["mineral"], **{other: row[other] for other in kept}}
        for row in tables["correlation"]
        if row["mineral"] in kept
    ]
    return write(folder, keep_minerals(read_baseline(), kept), tables)


def write_network(folder, nodes, sinks, members):
    """Nodes of each stage and sinks are the first countries of a list of 64 that starts with actors."""
    scenario = keep_minerals(read_baseline(), [MINERAL])
    countries = read_table("countries")
    actors = [actor["country"] for actor in scenario["actor"]]
    countries.sort(key=lambda row: row["id"] not in actors)
    spare = ({"id": f"X{k:02}", "name": f"Country {k}", "purchasing_weight": 1.0} for k in range(64))
    countries = (countries + list(spare))[:64]
    ids = [row["id"] for row in countries]
    mineral = next(row for row in read_table("minerals") if row["id"] == MINERAL)
    tables = {
        "countries": countries,
        "minerals": [{**mineral, "stages": "mine;refine"}],
        "nodes": [made_up_node(stage, id, nodes, id in actors) for stage in ("mine", "refine") for id in ids[:nodes]],
        "demand": [made_up_demand(id, sinks) for id in ids[:sinks]],
    }
    scenario["bloc"]["members"] = ids[:members]
    return write(folder, scenario, tables)


def made_up_node(stage, country, count, acts):
    return {
        "mineral": MINERAL, "stage": stage, "country": country, "output_t_per_yr": 1000 / count,
        "growth_per_yr": 0.02, "cash_cost_ratio": 0.8, "outage_per_yr": 0.2, "outage_months": 2,
        "outage_depth": 0.5, "inclusion_probability": 0.5 if acts else 0,
        "feed_stock_days": 30 if stage == "refine" else 0,
    }  # fmt: skip


def made_up_demand(country, count):
    return {
        "mineral": MINERAL, "country": country, "demand_t_per_yr": 1000 / count, "growth_per_yr": 0.02,
        "essential_fraction": 0.3, "commercial_stock_days": 30, "commercial_release_fraction": 0.5,
        "commercial_refill_yr": 1,
    }  # fmt: skip


def read_baseline():
    return tomllib.loads((BASELINE / "scenario.toml").read_text())


def table_names():
    network = read_baseline()["network"]
    return [key for key, value in network.items() if isinstance(value, str)]


def read_table(name):
    with open(BASELINE / read_baseline()["network"][name], newline="") as file:
        return list(csv.DictReader(file))


def keep_minerals(scenario, kept):
    for section, key in (("price_floor", "ratio"), ("shared_stock", "days")):
        entries = scenario[section][key]
        scenario[section][key] = {mineral: entries[mineral] for mineral in entries if mineral in kept}
    for event in scenario["scheduled"]:
        if "minerals" in event:
            event["minerals"] = [mineral for mineral in event["minerals"] if mineral in kept]
    scenario["scheduled"] = [event for event in scenario["scheduled"] if event.get("minerals") != []]
    return scenario


def write(folder, scenario, tables):
    """The scenario file's path; its tables lie beside it."""
    folder = Path(folder)
    folder.mkdir(parents=True)
    numbers = {key: value for key, value in scenario["network"].items() if not isinstance(value, str)}
    scenario["network"] = {name: f"{name}.csv" for name, rows in tables.items() if rows} | numbers
    for name, rows in tables.items():
        write_table(folder / f"{name}.csv", rows)
    path = folder / "scenario.toml"
    path.write_text("\n".join(toml_lines(scenario, "")) + "\n")
    return path


def write_table(path, rows):
    if not rows:
        return
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def toml_lines(table, prefix):
    """Values first, for what follows a header belongs to it; then tables, then arrays of tables."""
    later = {key: value for key, value in table.items() if isinstance(value, dict) or is_tables(value)}
    lines = [f"{key} = {toml_value(value)}" for key, value in table.items() if key not in later]
    for key, value in later.items():
        for entry in value if is_tables(value) else [value]:
            header = f"[[{prefix}{key}]]" if is_tables(value) else f"[{prefix}{key}]"
            lines += ["", header, *toml_lines(entry, f"{prefix}{key}.")]
    return lines


def is_tables(value):
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def toml_value(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else repr(value)
