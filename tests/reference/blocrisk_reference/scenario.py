"""A scenario file and its tables as plain Python values: extends, [set], --set, and the defaults.

The reference expects a valid scenario; the engine's `validate` is the place for good messages.
A scenario is {"tree": the TOML without [set] and extends, "tables": {name: [row, ...]}}.
"""

import copy
import csv
import re
import tomllib
from pathlib import Path

TABLE_KEYS = {
    "countries": ["id"],
    "minerals": ["id"],
    "nodes": ["mineral", "stage", "country"],
    "demand": ["mineral", "country"],
    "trade": ["mineral", "stage", "importer", "exporter"],
    "stocks": ["mineral", "holder"],
    "projects": ["name"],
    "correlation": ["mineral"],
}

TEXT_COLUMNS = {
    "id", "name", "stages", "flooder", "mineral", "stage", "country", "importer", "exporter", "holder",
}  # fmt: skip

# Value of an absent column or empty cell. None: no value (the code that reads it decides).
TABLE_DEFAULTS = {
    "countries": {"purchasing_weight": 1.0},
    "minerals": {
        "jumps_per_yr": 0.0, "jump_up_probability": 0.0, "jump_up_mean": 0.0, "jump_down_mean": 0.0,
        "flooder": "", "flood_per_yr": 0.0, "flood_months": 0.0, "flood_depth": 0.0,
        "flood_trigger_fraction": 0.0, "substitution_per_yr": 0.0, "substitution_max": 0.0,
        "earn_smoothing_months": 6.0, "scarcity_months": 2.0, "substitution_reversal_per_yr": 0.1,
        "initial_price_ratio": 1.0,
    },
    "nodes": {
        "capacity_t_per_yr": None, "growth_per_yr": 0.0, "yield_fraction": 1.0,
        "secondary_feed_fraction": 0.0, "outage_per_yr": 0.0, "outage_months": 0.0,
        "outage_depth": 0.0, "inclusion_probability": 0.0, "feed_stock_days": 0.0,
    },
    "demand": {
        "growth_per_yr": 0.0, "essential_fraction": 0.3, "commercial_stock_days": 30.0,
        "commercial_release_fraction": 0.5, "commercial_refill_yr": 1.0,
    },
    "trade": {},
    "stocks": {
        "tonnes": None, "days": None, "trigger_fraction": 0.05, "latency_months": 1.0,
        "release_rate": 0.5, "buy_below": 0.0,
    },
    "projects": {},
    "correlation": {},
}  # fmt: skip

SECTION_DEFAULTS = {
    "network": {"balance_tolerance": 0.15, "home_bias": 4.0},
    "clock": {"steps_per_year": 12},
    "sampling": {"seed": 1, "paths": 1000},
    "bloc": {"members": [], "pooling": True, "retaliation": 1.0},
    "allocation": {"rule": "pro_rata", "order": []},
    "price_floor": {"from_year": 0.0, "circumvention_fraction": 0.0, "ratio": {}},
    "shared_stock": {
        "trigger_fraction": 0.05, "latency_months": 1.0, "release_rate": 0.5, "buy_below": 0.0,
        "days": {}, "tonnes": {},
    },
    "measures": {"short_threshold": 0.05},
}  # fmt: skip

ACTOR_DEFAULTS = {
    "start": [1.0], "self_excitation": 0.0, "contagion": 0.0, "enforcement": 0.0,
    "memory_per_yr": 2.0, "bundle_correlation": 0.5,
}  # fmt: skip

ARRAY_NAME_FIELD = {"instrument": "name", "target_group": "name", "actor": "country", "scheduled": "name"}


class ScenarioMistake(ValueError):
    """The scenario cannot be read."""


def load_scenario(path, sets=()):
    """Read a scenario; `sets` are 'address=value' strings as on the command line."""
    scenario = _load_file(Path(path))
    if scenario["tree"].get("uncertain"):
        raise ScenarioMistake("the reference knows no [[uncertain]] inputs")
    for assignment in sets:
        address, _, value = assignment.partition("=")
        _apply_set(scenario, address.strip(), _parse_set_value(value.strip()))
    return complete(scenario)


def _load_file(path):
    with open(path, "rb") as file:
        tree = tomllib.load(file)
    sets = tree.pop("set", {})
    base_path = tree.pop("extends", None)
    # A base is a whole scenario, its own [set] applied, before this file overrides it.
    scenario = _load_file(path.parent / base_path) if base_path else {"tree": {}, "tables": {}}
    for name in TABLE_KEYS:
        if name in tree.get("network", {}):
            scenario["tables"][name] = _read_table(path.parent / tree["network"][name], name)
    _override(scenario["tree"], tree)
    for address, value in _flatten(sets):
        _apply_set(scenario, address, _parse_set_value(value) if isinstance(value, str) else ("=", value))
    return scenario


def _read_table(path, table):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    defaults = TABLE_DEFAULTS[table]
    result = []
    for raw in rows:
        row = dict(defaults)
        for column, cell in raw.items():
            if column in ("source", "note") or cell is None or cell.strip() == "":
                continue
            row[column] = cell.strip() if column in TEXT_COLUMNS else float(cell)
        result.append(row)
    return result


def _override(base, change):
    for key, value in change.items():
        if key in ARRAY_NAME_FIELD and key in base:
            _override_array(base[key], value, ARRAY_NAME_FIELD[key])
        elif isinstance(value, dict) and isinstance(base.get(key), dict) and key not in ("instruments", "targets"):
            _override(base[key], value)
        else:
            base[key] = value


def _override_array(base, change, field):
    position = {entry[field]: entry for entry in base}
    for entry in change:
        if entry[field] in position:
            _override(position[entry[field]], entry)
        else:
            base.append(entry)


def _flatten(sets, prefix=""):
    """[set] may be written with quoted addresses as keys or as nested tables; both give address, value."""
    for key, value in sets.items():
        address = f"{prefix}.{key}" if prefix else key
        if isinstance(value, dict):
            yield from _flatten(value, address)
        else:
            yield address, value


def _parse_set_value(text):
    """'*0.8' multiplies, '+5' adds, all else replaces."""
    if text[:1] in ("*", "+"):
        return text[0], float(text[1:])
    try:
        return "=", tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return "=", text


def _changed(old, operation, value):
    """Lists and tables are multiplied and added to element by element."""
    if operation == "=":
        return value
    if isinstance(old, list):
        return [_changed(element, operation, value) for element in old]
    if isinstance(old, dict):
        return {key: _changed(element, operation, value) for key, element in old.items()}
    return old * value if operation == "*" else old + value


def _apply_set(scenario, address, change):
    table = re.fullmatch(r"(\w+)\[(.*)\]\.(\w+)", address)
    is_table = table is not None and table[1] in TABLE_KEYS
    found = _set_cells(scenario, table, change) if is_table else _set_key(scenario["tree"], address, change)
    if not found:
        raise ScenarioMistake(f"address matches nothing: {address}")


def _set_cells(scenario, match, change):
    table, column = match[1], match[3]
    keys = [plain or quoted for quoted, plain in re.findall(r'"([^"]*)"|([^,"\s][^,"]*)', match[2])]
    keys = [key.strip() for key in keys]
    found = False
    for row in scenario["tables"].get(table, []):
        names = [row[key] for key in TABLE_KEYS[table]]
        matches = len(names) == len(keys) and all(key in ("*", name) for key, name in zip(keys, names))
        if matches or keys == ["*"]:
            row[column] = _changed(row.get(column), *change)
            found = True
            if table == "correlation":
                _mirror_correlation(scenario["tables"]["correlation"], names[0], column, row[column])
    return found


def _mirror_correlation(rows, mineral, other, value):
    for row in rows:
        if row["mineral"] == other:
            row[mineral] = value


def _set_key(tree, address, change):
    head, _, rest = address.partition(".")
    if head in ARRAY_NAME_FIELD:
        # Names may hold dots, so match whole names rather than splitting.
        found = False
        for entry in tree.get(head, []):
            name = entry[ARRAY_NAME_FIELD[head]]
            for wanted in (name, f'"{name}"', "*"):
                if rest.startswith(wanted + "."):
                    found |= _set_in(entry, rest[len(wanted) + 1 :], change, ACTOR_DEFAULTS if head == "actor" else {})
                    break
        return found
    if not rest:
        tree[head] = _changed(tree.get(head), *change)
        return True
    return _set_in(tree.setdefault(head, {}), rest, change, SECTION_DEFAULTS.get(head, {}))


def _set_in(entry, address, change, defaults):
    """Sets section.key, key[index] or section.*; what is not written starts from its default."""
    *sections, last = address.split(".")
    for section in sections:
        defaults = defaults.get(section) or {}
        entry = entry.setdefault(section, {})
    key, *indices = re.findall(r"[^\[\]]+", last)
    if key == "*":
        for name in entry:
            entry[name] = _changed(entry[name], *change)
        return bool(entry)
    if indices:
        entry.setdefault(key, copy.deepcopy(defaults.get(key)))
        _set_elements(entry[key], indices, change)
    else:
        entry[key] = _changed(entry.get(key, defaults.get(key)), *change)
    return True


def _set_elements(values, indices, change):
    """values[i][j]..; an index of * is every element."""
    index, *rest = indices
    for k in range(len(values)) if index == "*" else [int(index)]:
        if rest:
            _set_elements(values[k], rest, change)
        else:
            values[k] = _changed(values[k], *change)


def complete(scenario):
    """Fill in the defaults; a scenario built in memory needs no more than this."""
    tree = scenario["tree"]
    for section, defaults in SECTION_DEFAULTS.items():
        tree[section] = {**defaults, **tree.get(section, {})}
    for name in ("instrument", "target_group", "scheduled"):
        tree.setdefault(name, [])
    tree["actor"] = [{**ACTOR_DEFAULTS, **actor} for actor in tree.get("actor", [])]
    for table, defaults in TABLE_DEFAULTS.items():
        scenario["tables"][table] = [{**defaults, **row} for row in scenario["tables"].get(table, [])]
    for mineral in scenario["tables"]["minerals"]:
        mineral["stages"] = mineral["stages"].split(";")
    return scenario
