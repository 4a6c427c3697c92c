"""What is compared: per episode its runs, and figures that are recorded beside how a run gives them.

Recorded figures are text, as the source states them or derived from it as the page says. A replay's
figure is a function of the episode's runs by name (`replays.Timeline`).
"""

from dataclasses import dataclass
from typing import Callable

NDPR, DYTB = "neodymium_praseodymium", "dysprosium_terbium"

# Named groups of --set, written once on the page.
CHANGES = {
    # Without stocks and without saving, what a buyer misses is what does not arrive.
    "ARRIVALS": [
        "demand[*].commercial_stock_days=0",
        "stocks[*].days=0",
        "stocks[*].tonnes=0",
        "minerals[*].max_response_fraction=0",
        "minerals[*].substitution_per_yr=0",
    ],
    # Without spot sales and spare capacity nobody makes room for a buyer who is cut off.
    "CONTRACTS": ["minerals[*].spot_fraction=0", "minerals[*].surge_fraction=0"],
    "NO_LICENCES": ['scheduled."antimony licences".probability=0'],
    "NO_LEAKAGE": ["minerals[antimony].leakage_fraction=0"],
    "LATE_CAP": [
        'scheduled."congolese suspension".duration_months=11',
        'scheduled."congolese cap".month=13',
    ],
}


@dataclass
class Figure:
    what: str
    recorded: str
    source: str  # key in the page's list of sources; empty where there is none to cite
    run: str
    replay: Callable  # the episode's runs by name -> text


@dataclass
class Episode:
    name: str
    start: str
    runs: dict  # name -> names of CHANGES
    figures: list


def percent(share):
    """A change in percent, with its sign."""
    rounded = round(100 * share)
    return f"{rounded:+d} %".replace("-", "−") if rounded else "0 %"


def arrivals(what, recorded, source, run, member, mineral, *months):
    """Change of arrivals, of need, in a month or on average from a first to a last month."""

    def replay(runs):
        return percent(-runs[run].mean_short(member, mineral, months[0], months[-1]))

    return Figure(what, recorded, source, run, replay)


def short(what, recorded, source, run, member, mineral, month):
    """Unmet need after stocks and savings."""

    def replay(runs):
        return f"{100 * runs[run].mean_short(member, mineral, month, month):.0f} % short"

    return Figure(what, recorded, source, run, replay)


def price(what, recorded, source, run, mineral, month=None):
    """World price over base price, in a month or at its peak."""

    def replay(runs):
        return f"× {runs[run].price(mineral, month) if month else runs[run].peak_price(mineral):.2f}"

    return Figure(what, recorded, source, run, replay)


def leaked_share(runs, first, last):
    """Part of what the ban on antimony withholds from the United States that reaches them all the same."""
    with_leakage = runs["E"].mean_short("USA", "antimony", first, last)
    return 1 - with_leakage / runs["F"].mean_short("USA", "antimony", first, last)


def leaked(what, recorded, source, first, last):
    return Figure(what, recorded, source, "E, F", lambda runs: f"{100 * leaked_share(runs, first, last):.0f} %")


RARE_EARTHS = Episode(
    "rare_earths_2010", "2010-01-01", {"A": [], "B": ["ARRIVALS"]},
    [
        arrivals("arrivals in Japan, October 2010", "−34 % (1,278 t)", "japan-nov", "B", "JPN", NDPR, "2010-10"),
        arrivals("arrivals in Japan, November 2010", "−67 % (634 t)", "japan-nov", "B", "JPN", NDPR, "2010-11"),
        arrivals("arrivals in Japan, December 2010", "+112 % (4,080 t)", "japan-dec", "B", "JPN", NDPR, "2010-12"),
        arrivals("arrivals elsewhere, November 2010", "a brief stop in October", "resumed", "B", "MEX", NDPR,
                 "2010-11"),
        arrivals("arrivals abroad, 2011", "legal −56 %, with smuggled goods −3 %", "ma", "B", "MEX", NDPR,
                 "2011-01", "2011-12"),
        arrivals("arrivals abroad, 2011, Dy-Tb", "no figure", "", "B", "MEX", DYTB, "2011-01", "2011-12"),
        short("Japan, November 2010", "no plant known to have stopped (recalled)", "", "A", "JPN", NDPR, "2010-11"),
        short("Japan, November 2010, Dy-Tb", "the same", "", "A", "JPN", DYTB, "2010-11"),
        price("price of Nd abroad, October 2010", "× 2", "jmb-2010", "A", NDPR, "2010-10"),
        price("price of Nd abroad, peak", "× 14, summer 2011", "jmb-2012", "A", NDPR),
        price("price of Dy abroad, peak", "× 22, summer 2011", "jmb-2012", "A", DYTB),
    ],
)  # fmt: skip

ANTIMONY = Episode(
    "antimony_2024", "2024-09-01",
    {
        "A": [],
        "B": ["ARRIVALS"],
        "C": ["ARRIVALS", "NO_LICENCES"],
        "D": ["ARRIVALS", "NO_LICENCES", "NO_LEAKAGE"],
        "E": ["ARRIVALS", "NO_LICENCES", "CONTRACTS"],
        "F": ["ARRIVALS", "NO_LICENCES", "CONTRACTS", "NO_LEAKAGE"],
    },
    [
        arrivals("licences: arrivals in the United States, September 2024", "exports collapse", "argus-sb", "B",
                 "USA", "antimony", "2024-09"),
        short("United States, December 2024", "none reported", "", "A", "USA", "antimony", "2024-12"),
        arrivals("ban alone: arrivals in the United States, December 2024", "no figure", "", "C",
                 "USA", "antimony", "2024-12"),
        arrivals("ban alone: the same, January to October 2025", "at least as before the ban", "reroute", "C",
                 "USA", "antimony", "2025-01", "2025-10"),
        arrivals("the same without leakage", "", "", "D", "USA", "antimony", "2025-01", "2025-10"),
        arrivals("if nobody makes room, December 2024", "", "", "E", "USA", "antimony", "2024-12"),
        arrivals("if nobody makes room, October 2025", "", "", "E", "USA", "antimony", "2025-10"),
        arrivals("the same without leakage", "", "", "F", "USA", "antimony", "2025-10"),
        leaked("of what was banned, came all the same, December to April",
               "71 % (3,834 t of oxide by Thailand and Mexico)", "reroute", "2024-12", "2025-04"),
        price("price, peak", "× 3.5 in 2024, × 1.5 more by June 2025", "argus-june", "A", "antimony"),
    ],
)  # fmt: skip

MAGNETS = Episode(
    "magnets_2025", "2025-01-01", {"A": [], "B": ["ARRIVALS"]},
    [
        arrivals("shipments abroad, April", "−48 % (2,628 t)", "wsj", "B", "MEX", NDPR, "2025-04"),
        arrivals("shipments abroad, May", "−76 % (1,238 t; −74 % on the year)", "wsj", "B", "MEX", NDPR, "2025-05"),
        arrivals("shipments abroad, June", "−37 % (3,188 t)", "customs", "B", "MEX", NDPR, "2025-06"),
        arrivals("shipments abroad, April to June", "−54 %", "customs", "B", "MEX", NDPR, "2025-04", "2025-06"),
        arrivals("shipments abroad, July", "+10 % (5,577 t)", "july", "B", "MEX", NDPR, "2025-07"),
        arrivals("the United States, May", "−93 % on the year", "us-may", "B", "USA", NDPR, "2025-05"),
        short("United States, May", "car plants stop", "july", "A", "USA", NDPR, "2025-05"),
        short("European Union, May", "car plants stop", "july", "A", "EUU", NDPR, "2025-05"),
        short("Japan, May", "one model paused (recalled)", "", "A", "JPN", NDPR, "2025-05"),
        short("European Union, May, Dy-Tb", "no figure", "", "A", "EUU", DYTB, "2025-05"),
        short("European Union, December, Dy-Tb", "no figure", "", "A", "EUU", DYTB, "2025-12"),
        price("price of Dy-Tb abroad, peak", "× 2 to 3 (recalled)", "", "A", DYTB),
        price("price of Nd-Pr abroad, peak", "no figure; in China × 1.07", "ndpr", "A", NDPR),
    ],
)  # fmt: skip

COBALT = Episode(
    "cobalt_2025", "2025-01-01", {"A": [], "B": ["ARRIVALS"], "C": ["LATE_CAP"]},
    [
        price("price, end of March 2025", "metal × 1.40", "inn", "A", "cobalt", "2025-03"),
        price("price, October 2025", "no figure", "", "A", "cobalt", "2025-10"),
        price("price, November 2025: peak", "no figure", "", "A", "cobalt", "2025-11"),
        price("price, end of December 2025", "metal × 2.18, sulphate × 3.66, hydroxide × 4.28", "inn", "A",
              "cobalt", "2025-12"),
        price("price, 15 May 2026", "metal × 1.86", "quote-2026", "A", "cobalt", "2026-05"),
        price("if the first cargoes come in February: end of December 2025", "", "", "C", "cobalt", "2025-12"),
        price("the same, 15 May 2026", "", "", "C", "cobalt", "2026-05"),
        arrivals("refined cobalt, Britain, May 2025", "no figure", "", "B", "GBR", "cobalt", "2025-05"),
        arrivals("refined cobalt, Britain, July 2025", "Chinese imports of feed −72 % on the year", "fastmarkets",
                 "B", "GBR", "cobalt", "2025-07"),
        short("European Union, September 2025", "high inventories, sluggish demand", "veridicor", "A", "EUU", "cobalt",
              "2025-09"),
        short("Japan, September 2025", "none reported", "", "A", "JPN", "cobalt", "2025-09"),
        arrivals("refined cobalt, Britain, 2026, under the cap", "no figure yet", "", "B", "GBR", "cobalt",
                 "2026-01", "2026-12"),
    ],
)  # fmt: skip

EPISODES = [RARE_EARTHS, ANTIMONY, MAGNETS, COBALT]
