"""Write a random scenario with every feature of the model switched on: random_scenario.py SEED OUTDIR.

--cover N then runs N reference paths and prints how often each branch of the model fired.
The same seed writes the same folder.
"""

import argparse
import csv
import random
import string
import sys
from pathlib import Path

STAGE_NAMES = ["mine", "concentrate", "refine", "alloy"]


class Maker:
    """Draws the parts of one scenario; later parts refer to earlier ones."""

    def __init__(self, seed, n_countries=None):
        self.random = random.Random(seed)
        self.seed = seed
        self.n_countries = n_countries
        self.most_nodes = 12 if n_countries is None else n_countries
        self.tables = {}

    def between(self, low, high, digits=4):
        return round(self.random.uniform(low, high), digits)

    def some(self, items, low, high):
        return self.random.sample(items, min(len(items), self.random.randint(low, high)))

    def chance(self, probability):
        return self.random.random() < probability

    def make(self):
        self.countries = self._names(3, self.n_countries or self.random.randint(5, 20), upper=True)
        self.members = self.some(self.countries, 1, max(1, len(self.countries) // 2))
        self.minerals = self._names(6, self.random.randint(1, 6), upper=False)
        self.stages = {m: self._stage_list() for m in self.minerals}
        self.actors = self.some(self.countries, 2, min(5, len(self.countries) - 1))
        self.tables["countries"] = [
            {"id": c, "name": f"Country {c}", "purchasing_weight": 1.2 if c in self.members else 1.0}
            for c in self.countries
        ]
        if self.chance(0.3):  # more than two weights
            for row in self.tables["countries"]:
                row["purchasing_weight"] = self.between(0.7, 1.5, 2)
        self.tables["minerals"] = [self._mineral(m) for m in self.minerals]
        self._demand()
        self._nodes()
        self._trade()
        self._stocks()
        self._projects()
        self._correlation()
        return self._toml()

    def _names(self, length, count, upper):
        letters = string.ascii_uppercase if upper else string.ascii_lowercase
        names = set()
        while len(names) < count:
            names.add("".join(self.random.choice(letters) for _ in range(length)))
        names = sorted(names)
        self.random.shuffle(names)
        return names

    def _stage_list(self):
        chosen = self.some(STAGE_NAMES, 1, 4)
        return [name for name in STAGE_NAMES if name in chosen]

    def _mineral(self, name):
        b = self.between
        flooder = self.random.choice(self.actors + self.countries[:1])
        self.flooders = getattr(self, "flooders", {})
        self.flooders[name] = flooder
        return {
            "id": name, "name": name.title(), "stages": ";".join(self.stages[name]),
            "price_usd_per_t": b(1000, 400000, 0), "at_risk_usd_per_t": b(10000, 4000000, 0),
            "volatility_per_sqrt_yr": b(0.15, 0.5), "reversion_per_yr": self.random.choice([0, b(0.2, 0.8)]),
            "jumps_per_yr": b(0.3, 1.5), "jump_up_probability": b(0.3, 0.7), "jump_up_mean": b(0.1, 0.3),
            "jump_down_mean": b(0.1, 0.25), "demand_elasticity": b(0.05, 0.3), "supply_elasticity": b(0.05, 0.3),
            "max_response_fraction": b(0.1, 0.4), "substitution_per_yr": b(0.1, 1.0),
            "substitution_max": self.random.choice([0, b(0.1, 0.4), b(0.1, 0.4)]),
            "spot_fraction": b(0.05, 0.5), "surge_fraction": b(0.1, 0.9), "leakage_fraction": b(0.1, 0.8),
            "leakage_months": b(1, 9), "flooder": flooder, "flood_per_yr": b(0.2, 1.0), "flood_months": b(4, 20),
            "flood_depth": b(0.3, 0.8), "flood_trigger_fraction": b(0.02, 0.3), "close_ratio": b(0.6, 0.85),
            "close_per_yr": b(0.5, 2.0), "open_per_yr": b(0.3, 1.0), "earn_smoothing_months": b(2, 9),
            "scarcity_months": b(1, 5), "substitution_reversal_per_yr": b(0.05, 0.3),
            "initial_price_ratio": self.random.choice([1, b(0.7, 1.8)]),
        }  # fmt: skip

    def _demand(self):
        self.tables["demand"] = []
        for mineral in self.minerals:
            level = 10 ** self.between(2, 6)
            sinks = self.some(self.countries, max(2, len(self.countries) // 3), len(self.countries))
            for country in sinks:
                self.tables["demand"].append({
                    "mineral": mineral, "country": country,
                    "demand_t_per_yr": f"{level * 10 ** self.between(-2, 0):.6g}",
                    "growth_per_yr": self.between(-0.02, 0.12), "essential_fraction": self.between(0.1, 0.8),
                    "commercial_stock_days": self.random.choice([0, self.between(5, 60, 1)]),
                    "commercial_release_fraction": self.between(0.2, 1.0, 2),
                    "commercial_refill_yr": self.random.choice([0, self.between(0.2, 2.0)]),
                })  # fmt: skip

    def _sum_demand(self, mineral):
        return sum(float(d["demand_t_per_yr"]) for d in self.tables["demand"] if d["mineral"] == mineral)

    def _nodes(self):
        self.tables["nodes"] = []
        for mineral in self.minerals:
            want = self._sum_demand(mineral)
            for stage in reversed(self.stages[mineral]):
                want = self._stage_nodes(mineral, stage, want)
        self.random.shuffle(self.tables["nodes"])

    def _stage_nodes(self, mineral, stage, want):
        """Append the nodes of a stage; returns what they want of the stage before."""
        places = self.some(self.countries, 2, min(self.most_nodes, len(self.countries)))
        for must in (self.flooders[mineral], self.random.choice(self.actors)):
            if must not in places and self.chance(0.9):
                places.append(must)
        shares = [10 ** self.random.uniform(-1.5, 0) for _ in places]
        idle = self.random.randrange(len(places)) if len(places) > 3 and self.chance(0.6) else None
        if idle is not None:
            shares[idle] = 0.0
        scale = want * self.between(0.9, 1.1) / sum(shares)
        one_yield = self.between(0.7, 1.0, 3)
        rows = []
        for place, share in zip(places, shares):
            rows.append(self._node(mineral, stage, place, scale * share, one_yield))
        beta = want / sum(float(row["output_t_per_yr"]) for row in rows)
        self.tables["nodes"] += rows
        return sum(
            beta * float(r["output_t_per_yr"]) * (1 - r["secondary_feed_fraction"]) / r["yield_fraction"] for r in rows
        )

    def _node(self, mineral, stage, place, output, one_yield):
        b = self.between
        first = stage == self.stages[mineral][0]
        capacity = "" if self.chance(0.4) else f"{output * b(0.9, 1.4):.6g}"
        if output == 0 and self.chance(0.5):  # a mothballed node: nothing but surge
            capacity = f"{0.05 * self._sum_demand(mineral):.6g}"
        return {
            "mineral": mineral, "stage": stage, "country": place, "output_t_per_yr": f"{output:.6g}",
            "capacity_t_per_yr": capacity,
            "growth_per_yr": b(-0.02, 0.08), "yield_fraction": 1 if first else min(1, b(0.97, 1.03) * one_yield),
            "secondary_feed_fraction": 0 if first else self.random.choice([0, b(0, 0.4)]),
            "cash_cost_ratio": b(0.4, 1.1), "outage_per_yr": self.random.choice([0, b(0.1, 1.5)]),
            "outage_months": b(0.5, 5), "outage_depth": b(0.1, 1.0),
            "inclusion_probability": self.random.choice([0, 1, b(0.1, 0.9), b(0.1, 0.9)]) if place in self.actors else 0,
            "feed_stock_days": 0 if first else self.random.choice([0, b(5, 60, 1)]),
        }  # fmt: skip

    def _trade(self):
        self.tables["trade"] = []
        for mineral in self.minerals:
            for k, stage in enumerate(self.stages[mineral]):
                makers = [n["country"] for n in self.tables["nodes"] if (n["mineral"], n["stage"]) == (mineral, stage)]
                if k + 1 < len(self.stages[mineral]):
                    later = self.stages[mineral][k + 1]
                    nodes = self.tables["nodes"]
                    sinks = [n["country"] for n in nodes if (n["mineral"], n["stage"]) == (mineral, later)]
                else:
                    sinks = [d["country"] for d in self.tables["demand"] if d["mineral"] == mineral]
                for importer in self.some(sinks, 0, 2):
                    self._import_fractions(mineral, stage, importer, [m for m in makers if m != importer])

    def _import_fractions(self, mineral, stage, importer, exporters):
        left = 1.0
        for exporter in self.some(exporters, 1, 3) if exporters else []:
            share = round(left * self.random.uniform(0.1, 0.6), 3)
            left -= share
            self.tables["trade"].append({
                "mineral": mineral, "stage": stage, "importer": importer, "exporter": exporter,
                "import_fraction": share,
            })  # fmt: skip

    def _stocks(self):
        self.tables["stocks"] = []
        for row in self.tables["demand"]:
            if not self.chance(0.35):
                continue
            in_days = self.chance(0.6)
            days = self.between(5, 120, 1)
            self.tables["stocks"].append({
                "mineral": row["mineral"], "holder": row["country"],
                "tonnes": "" if in_days else f"{days / 365 * float(row['demand_t_per_yr']):.6g}",
                "days": days if in_days else "", "trigger_fraction": self.between(0.01, 0.15),
                "latency_months": self.random.choice([0, 1, self.between(0, 3, 2)]),
                "release_rate": self.between(0.2, 1.0), "buy_below": self.random.choice([0, self.between(0.7, 1.3)]),
            })  # fmt: skip

    def _projects(self):
        self.tables["projects"] = []
        for k in range(self.random.randint(1, 6)):
            node = self.random.choice(self.tables["nodes"])
            scale = self._sum_demand(node["mineral"])
            self.tables["projects"].append({
                "name": f"Project {k}, {node['country']}", "mineral": node["mineral"], "stage": node["stage"],
                "country": node["country"], "capacity_t_per_yr": f"{scale * self.between(0.01, 0.15):.6g}",
                "decision_month": self.random.choice([-1, 0, self.between(0, 20, 1)]),
                "start_month": self.between(0, 24, 1), "delay_median_months": self.between(1, 9),
                "delay_log_sd": self.between(0.2, 0.7), "ramp_median_months": self.random.choice([0, self.between(2, 18)]),
                "ramp_log_sd": self.between(0.1, 0.5), "success_probability": self.random.choice([1, self.between(0.4, 0.95)]),
                "incentive_price_ratio": self.between(0.8, 1.3),
            })  # fmt: skip

    def _correlation(self):
        """A one-factor matrix with loadings below 1 is positive definite."""
        if len(self.minerals) == 1 and self.chance(0.5):
            return
        loading = [self.between(-0.3, 0.9, 3) for _ in self.minerals]
        self.tables["correlation"] = [
            {"mineral": a, **{b: 1 if a == b else round(x * y, 4) for b, y in zip(self.minerals, loading)}}
            for a, x in zip(self.minerals, loading)
        ]

    def _toml(self):
        b, spy = self.between, self.random.choice([4, 12, 12, 52])
        lines = [f'name = "random-{self.seed}"', "", "[clock]", 'start = "2026-01-01"']
        lines += [f"years = {self.random.randint(1, 3 if spy == 52 else 6)}", f"steps_per_year = {spy}", ""]
        lines += ["[sampling]", "paths = 1000", f"seed = {self.random.choice([0, 1, self.random.getrandbits(62)])}", ""]
        lines += ["[network]"] + [f'{t} = "{t}.csv"' for t in self.tables if self.tables[t]]
        lines += ["balance_tolerance = 0.15", f"home_bias = {b(1, 6)}", ""]
        lines += ["[bloc]", f"members = {quoted(self.members)}", f"pooling = {str(self.chance(0.6)).lower()}"]
        lines += [f"retaliation = {b(0.8, 1.6)}", "", "[allocation]"]
        if self.chance(0.3):
            lines += ['rule = "priority"', f"order = {quoted(self.some(self.members, 1, len(self.members)))}"]
        else:
            lines += ['rule = "pro_rata"']
        lines += ["", "[price_floor]", f"from_year = {self.random.choice([0, b(0, 1.5)])}"]
        lines += [f"circumvention_fraction = {b(0, 0.4)}", "[price_floor.ratio]"]
        lines += [f"{m} = {b(0.8, 1.5)}" for m in self.some(self.minerals, 1, 3)]
        lines += ["", "[shared_stock]", f"trigger_fraction = {b(0.01, 0.1)}"]
        lines += [f"latency_months = {self.random.choice([0, 1, 2])}", f"release_rate = {b(0.2, 1)}"]
        lines += [f"buy_below = {b(0.7, 1.3)}"] + self._shared_amounts()
        lines += ["", "[measures]", f"short_threshold = {b(0.01, 0.1)}", "exceedance = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5]"]
        lines += self._instruments() + self._groups() + self._actor_blocks() + self._scheduled()
        return "\n".join(lines) + "\n"

    def _shared_amounts(self):
        chosen = self.some(self.minerals, 1, 4)
        in_tonnes = [m for m in chosen if self.chance(0.3)]
        lines = ["[shared_stock.days]"] + [f"{m} = {self.between(5, 60, 1)}" for m in chosen if m not in in_tonnes]
        if in_tonnes:
            lines += ["[shared_stock.tonnes]"]
            lines += [f"{m} = {self._sum_demand(m) * self.between(0.01, 0.1):.6g}" for m in in_tonnes]
        return lines

    def _instruments(self):
        """Severities are drawn to six digits so that no two measures tie."""
        self.instruments = ["ban", "quota", "licence", "tax"][: self.random.randint(2, 4)]
        lines = []
        for name in self.instruments:
            settles = self.chance(0.7)
            initial = self.between(0.1, 1.0, 6)
            settled = round(initial * self.random.uniform(0.3, 1.1), 6) if settles else initial
            lines += ["", "[[instrument]]", f'name = "{name}"', f"initial_severity = {initial}"]
            lines += [f"settled_severity = {min(1.0, settled)}", f"settling_months = {self.between(0.5, 9)}"]
            lines += [f"acute_probability = {self.between(0, 0.7)}", f"acute_median_months = {self.between(1, 6)}"]
            lines += [f"acute_log_sd = {self.between(0.2, 0.9)}", f"structural_median_months = {self.between(6, 40)}"]
            lines += [f"structural_log_sd = {self.between(0.2, 0.8)}"]
        return lines

    def _groups(self):
        self.groups = ["everyone", "bloc", "few", "many"]
        few = self.some(self.countries, 1, 2)
        many = list(dict.fromkeys(few + self.some(self.countries, 2, len(self.countries) - 1)))[: len(self.countries) - 1]
        lines = ["", "[[target_group]]", 'name = "everyone"', "", "[[target_group]]", 'name = "bloc"']
        lines += ["", "[[target_group]]", 'name = "few"', f"countries = {quoted(few)}"]
        return lines + ["", "[[target_group]]", 'name = "many"', f"countries = {quoted(many)}"]

    def _actor_blocks(self):
        lines = []
        for k, actor in enumerate(self.actors):
            lines += ["", "[[actor]]", f'country = "{actor}"']
            n_regimes = 1 if k == 1 else self.random.choice([1, 2, 3])
            if n_regimes > 1:
                first = self.between(0.1, 0.5, 2)
                start = [first] + [round((1 - first) / (n_regimes - 1), 6)] * (n_regimes - 1)
                start[-1] = round(1 - sum(start[:-1]), 6)
                rates = [[0 if a == z else self.between(0.1, 0.8) for z in range(n_regimes)] for a in range(n_regimes)]
                lines += [f"regimes = {quoted(['calm', 'tense', 'hostile'][:n_regimes])}", f"start = {start}"]
                lines += [f"switch_per_yr = {rates}"]
            lines += [f"events_per_yr = {[self.between(0.1, 0.8) * (1 + 2 * z) for z in range(n_regimes)]}"]
            lines += [f"self_excitation = {self.between(0, 0.8)}", f"contagion = {self.between(0, 0.12)}"]
            lines += [f"memory_per_yr = {self.between(2, 5)}", f"bundle_correlation = {self.between(0, 1)}"]
            lines += [f"enforcement = {self.between(0, 0.6)}", f"instruments = {self._weights(self.instruments)}"]
            lines += [f"targets = {self._weights(self.groups)}"]
        return lines

    def _weights(self, names):
        chosen = self.some(names, 1, len(names))
        return "{ " + ", ".join(f"{name} = {self.between(0.1, 1)}" for name in chosen) + " }"

    def _scheduled(self):
        lines = []
        for k in range(self.random.randint(1, 4)):
            lines += ["", "[[scheduled]]", f'name = "stress {k}"', f'actor = "{self.random.choice(self.actors)}"']
            lines += [f"month = {self.random.choice([0, self.between(0, 10, 1)])}"]
            lines += [f"probability = {self.random.choice([1, self.between(0.2, 0.9)])}"]
            lines += [f'instrument = "{self.random.choice(self.instruments)}"', f'target = "{self.random.choice(self.groups)}"']
            if self.chance(0.5):
                lines += [f"minerals = {quoted(self.some(self.minerals, 1, 3))}"]
            if self.chance(0.5):
                lines += [f"duration_months = {self.between(1, 15, 2)}"]
        return lines


def quoted(names):
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def write_scenario(seed, folder, n_countries=None):
    """Write scenario.toml and its tables; returns the path of the scenario."""
    maker = Maker(seed, n_countries)
    text = maker.make()
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in maker.tables.items():
        if rows:
            with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, fieldnames=list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    return folder / "scenario.toml"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("seed", type=int)
    parser.add_argument("folder")
    parser.add_argument("--cover", type=int, default=0, metavar="N", help="run N reference paths, count branches")
    options = parser.parse_args()
    path = write_scenario(options.seed, options.folder)
    print(path)
    if options.cover:
        from blocrisk_reference.coverage import count_branches

        for name, count in count_branches(path, options.cover).items():
            print(f"{name:<32}{count:>14}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
