"""Results that a report has to cope with: a small baseline, one without attribution, one in which
nothing happens, one with a single member and mineral whose names are hostile, one too small."""

import subprocess
from pathlib import Path

HOSTILE = "</script><img src=x onerror=\"alert('1')\"> & <!--<script> {{data}} Ærø\u2028 鎵"
CONFIGS = Path("configs").resolve()

ONE_CELL = """name = '''%s'''
[clock]
start = "2027-01-31"
years = 1
steps_per_year = 12
[sampling]
paths = 300
seed = 9007199254740993
[network]
countries = "countries.csv"
minerals = "minerals.csv"
nodes = "nodes.csv"
demand = "demand.csv"
[bloc]
members = ["constructor"]
[[instrument]]
name = "ban"
initial_severity = 0.9
settled_severity = 0.8
settling_months = 3
acute_probability = 0.5
acute_median_months = 3
acute_log_sd = 0.5
structural_median_months = 24
structural_log_sd = 0.5
[[target_group]]
name = "everyone"
[[actor]]
country = "CHN"
regimes = ["tense"]
start = [1]
events_per_yr = [1]
instruments = { ban = 1.0 }
targets = { everyone = 1.0 }
""" % HOSTILE

TABLES = {
    "countries.csv": 'id,name\nconstructor,"%s"\nCHN,China\n' % HOSTILE.replace('"', '""'),
    "minerals.csv": (
        "id,name,stages,price_usd_per_t,at_risk_usd_per_t,volatility_per_sqrt_yr,reversion_per_yr,"
        "demand_elasticity,supply_elasticity,max_response_fraction,spot_fraction,surge_fraction,"
        "leakage_fraction,leakage_months,close_ratio,close_per_yr,open_per_yr\n"
        '__proto__,"%s",refine,800000,4.8e7,0.4,0.5,0.2,0.05,0.3,0.2,0.5,0.5,3,0.75,1,0.5\n'
        % HOSTILE.replace('"', '""')),
    "nodes.csv": ("mineral,stage,country,output_t_per_yr,cash_cost_ratio,inclusion_probability\n"
                  "__proto__,refine,CHN,600,0.6,0.9\n"),
    "demand.csv": "mineral,country,demand_t_per_yr\n__proto__,constructor,200\n__proto__,CHN,400\n",
}


def run(program, scenario, path, *options):
    subprocess.run([program, "run", scenario, "-o", path, "--quiet", *map(str, options)], check=True,
                   stdout=subprocess.DEVNULL)
    return path


def baseline(program, folder, name="baseline.h5", paths=4000):
    return run(program, CONFIGS / "baseline/scenario.toml", folder / name, "--paths", paths)


def quiet(program, folder):
    return run(program, CONFIGS / "quiet/scenario.toml", folder / "quiet.h5", "--paths", 100)


def thin(program, folder):
    """So few paths that intervals have no upper end."""
    return baseline(program, folder, "thin.h5", paths=20)


def one_cell(program, folder):
    for name, text in {"scenario.toml": ONE_CELL, **TABLES}.items():
        (folder / name).write_text(text)
    return run(program, folder / "scenario.toml", folder / "one cell's.h5")


def attributed(program, folder):
    """Enough for all of its pictures, few enough for some of its tails to be thin."""
    return baseline(program, folder, "attributed.h5", paths=1000)


def unattributed(program, folder):
    return run(program, CONFIGS / "baseline/scenario.toml", folder / "unattributed.h5", "--paths", 200,
               "--attribution", "none")


def uncertain(program, folder):
    return run(program, CONFIGS / "uncertain_rates/scenario.toml", folder / "uncertain.h5", "--paths", 20480,
               "--attribution", 1000)


def make_page(program, result):
    page = result.with_suffix(".html")
    subprocess.run([program, "report", result.name, "-o", page.name], cwd=result.parent, check=True,
                   stdout=subprocess.DEVNULL)
    return page
